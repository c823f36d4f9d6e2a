import type { FileHandle } from 'node:fs/promises'
import { open, readdir, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { openPrivateFile } from '../private-file.ts'
import { jsonLines } from './json-lines.ts'
import { type Batch, type Send, type Sink, SinkError } from './sink.ts'

/** The file is moved aside before it becomes larger than this. */
export const FILE_BYTES = 64 * 1024 * 1024
/** Bytes looked at in one step for the end of the last whole line. */
const STEP_BYTES = 64 * 1024
const NEW_LINE = 0x0a
/** How the lines of this file begin. */
const BRACE = 0x7b
/** What is put behind the name of a file that is moved aside: when that was. */
const MOVED = /^\.\d{8}T\d{6}Z(-\d+)?$/

export interface FileSinkOptions {
  readonly path: string
  /** Files moved aside that are kept; all when absent. */
  readonly keep: number | undefined
  readonly now: () => number
  readonly limit?: number | undefined
}

interface OpenFile {
  readonly file: FileHandle
  readonly inode: number
  /** Day of the last line, as `20260503`. */
  day: string
  /** End of the last whole line. */
  size: number
}

/**
 * JSON lines in a file of mode 0600, synced to disk. It is moved aside at a size and at the first record of a day (UTC), as
 * `<path>.20260503T000001Z`. Whoever moves or removes the file meanwhile finds a new one in its place.
 */
export class FileSink implements Sink {
  readonly name: string
  readonly from = 'beginning'
  readonly #options: FileSinkOptions
  readonly #limit: number
  #open: OpenFile | undefined

  constructor(options: FileSinkOptions) {
    this.name = `file ${options.path}`
    this.#options = options
    this.#limit = options.limit ?? FILE_BYTES
  }

  async prepare(batch: Batch): Promise<Send> {
    const bytes = Buffer.from(jsonLines(batch))
    return () => this.#write(bytes)
  }

  async close(): Promise<void> {
    const current = this.#open
    this.#open = undefined
    await current?.file.close().catch(() => {})
  }

  async #write(bytes: Buffer): Promise<void> {
    try {
      const target = await this.#fileFor(bytes.byteLength)
      await target.file.appendFile(bytes)
      await target.file.datasync()
      target.size += bytes.byteLength
      target.day = this.#today()
    } catch (error) {
      // What was written of it is taken away when the file is opened again.
      await this.close()
      throw error
    }
  }

  /** The file at the path, with room for so many bytes. */
  async #fileFor(bytes: number): Promise<OpenFile> {
    const { path } = this.#options
    const there = await stat(path).catch(() => undefined)
    if (this.#open && there?.ino !== this.#open.inode) await this.close()
    this.#open ??= await openWhole(path)
    const { size, day } = this.#open
    if (size > 0 && (size + bytes > this.#limit || day !== this.#today())) {
      await this.close()
      await this.#moveAside()
      this.#open = await openWhole(path)
    }
    return this.#open
  }

  async #moveAside(): Promise<void> {
    const { path, now, keep } = this.#options
    const folder = dirname(path)
    const stamp = `${new Date(now()).toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z`
    const names = await readdir(folder)
    let name = `${basename(path)}.${stamp}`
    for (let count = 1; names.includes(name); count++) name = `${basename(path)}.${stamp}-${count}`
    await rename(path, join(folder, name))
    if (keep === undefined) return
    const moved = [...names, name].filter(
      (one) => one.startsWith(`${basename(path)}.`) && MOVED.test(one.slice(basename(path).length)),
    )
    for (const old of moved.sort(byTime).slice(0, -keep)) await rm(join(folder, old), { force: true })
  }

  #today(): string {
    return dayOf(this.#options.now())
  }
}

/** Opens a file and takes away what a crash or a full disk left of a line: it comes again. The file's name is on disk then. */
async function openWhole(path: string): Promise<OpenFile> {
  const { file, size } = await openPrivateFile(path, 'trail')
  try {
    const whole = await endOfLines(file, size)
    if (whole < size) await takeAway(file, whole)
    if (size === 0) await syncFolder(dirname(path))
    const { ino, mtimeMs } = await file.stat()
    return { file, inode: ino, size: whole, day: dayOf(mtimeMs) }
  } catch (error) {
    await file.close()
    throw error
  }
}

/** Where the last whole line ends. */
async function endOfLines(file: FileHandle, size: number): Promise<number> {
  const bytes = Buffer.alloc(STEP_BYTES)
  for (let end = size; end > 0; end -= STEP_BYTES) {
    const start = Math.max(0, end - STEP_BYTES)
    const { bytesRead } = await file.read(bytes, 0, end - start, start)
    const at = bytes.subarray(0, bytesRead).lastIndexOf(NEW_LINE)
    if (at >= 0) return start + at + 1
  }
  return 0
}

/** Removes the piece of a line, if it is one of ours. */
async function takeAway(file: FileHandle, from: number): Promise<void> {
  const first = Buffer.alloc(1)
  await file.read(first, 0, 1, from)
  if (first[0] !== BRACE) throw new SinkError('the file ends in something that Coffer did not write')
  await file.truncate(from)
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r')
  try {
    await folder.sync()
  } catch (error) {
    // Some file systems do not sync folders.
    if ((error as NodeJS.ErrnoException).code !== 'EINVAL') throw error
  } finally {
    await folder.close()
  }
}

const dayOf = (at: number) => new Date(at).toISOString().slice(0, 10).replaceAll('-', '')

/** Files of one second are told apart by a number. */
const byTime = (left: string, right: string) => left.localeCompare(right, 'en', { numeric: true })
