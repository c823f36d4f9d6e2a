import { createHash } from 'node:crypto'
import { closeSync, openSync, readFileSync, writeSync } from 'node:fs'
import type { HighWater } from '../audit/vouching.ts'
import { makePrivateFile } from './data-directory.ts'

/** The whole file: one block of the smallest size that disks write, so that it is written at once. */
const FILE_BYTES = 512

/**
 * The file that says how far the two others were. The writer overwrites it after each commit and never syncs it: it costs a system call, it outlives
 * the end of the process, and after a power cut it is at worst older than the files. So it never says more than they hold, unless a writer took
 * something away from them.
 */
export class HighWaterFile {
  readonly #file: number
  readonly #installation: () => string

  /** @param installation id of the installation, to which the file belongs */
  constructor(path: string, installation: () => string) {
    makePrivateFile(path)
    this.#file = openSync(path, 'r+')
    this.#installation = installation
  }

  /** Only once all of it is on disk. A failure leaves an older mark, which asks less. */
  write({ commits, seq, row, at }: HighWater): void {
    const installation = this.#installation()
    if (installation === '') return
    const text = JSON.stringify({ installation, commits, seq, row: Buffer.from(row).toString('hex'), at })
    const block = Buffer.alloc(FILE_BYTES, ' ')
    block.write(`${text}\n${digest(text)}\n`)
    try {
      writeSync(this.#file, block, 0, FILE_BYTES, 0)
    } catch {
      // The disk is full, or gone.
    }
  }

  close(): void {
    closeSync(this.#file)
  }
}

/** What the file says; undefined where there is none, it is torn, or it belongs to another installation. */
export function readHighWater(path: string, installation: string | undefined): HighWater | undefined {
  try {
    const [text = '', check] = readFileSync(path, 'utf8').split('\n')
    if (check !== digest(text)) return undefined
    const { row, ...stored } = JSON.parse(text) as { installation: string; row: string } & Omit<HighWater, 'row'>
    if (stored.installation !== installation) return undefined
    return { commits: stored.commits, seq: stored.seq, row: Buffer.from(row, 'hex'), at: stored.at }
  } catch {
    return undefined
  }
}

/** Tells a block that was written whole from a torn one; it proves nothing. */
const digest = (text: string): string => createHash('sha256').update(text).digest('hex')
