import { type FileHandle, rename } from 'node:fs/promises'
import { openPrivateFile } from './private-file.ts'

/** The file is moved aside at this size, and the one moved aside before is replaced: twice this is the most it ever takes. */
export const SECURITY_LOG_BYTES = 4 * 1024 * 1024
/** Lines that may wait for a slow disk; what comes beyond is left out. */
const WAITING_LINES = 1000

/**
 * A file of JSON lines (mode 0600) for failed authentication. Writing never blocks and never fails: lines wait in bounded memory, and a disk
 * that takes none loses them. The file is made with the first line.
 */
export class SecurityLogFile {
  readonly #path: string
  readonly #onFailure: (error: unknown) => void
  readonly #limit: number
  #waiting: Record<string, unknown>[] = []
  #lost = 0
  #failing = false
  #file: FileHandle | undefined
  #size = 0
  #work: Promise<void> | undefined

  /** @param onFailure told when lines begin to be lost, not for each of them */
  constructor(path: string, onFailure: (error: unknown) => void, limit = SECURITY_LOG_BYTES) {
    this.#path = path
    this.#onFailure = onFailure
    this.#limit = limit
  }

  write(line: Record<string, unknown>): void {
    if (this.#waiting.length < WAITING_LINES) this.#waiting.push(line)
    else this.#lost++
    this.#work ??= this.#drain()
  }

  /** Waits for the lines under way. */
  async close(): Promise<void> {
    await this.#work
    await this.#file?.close().catch(() => {})
    this.#file = undefined
  }

  async #drain(): Promise<void> {
    // What is written in the same turn of the event loop goes to the disk at once.
    await null
    while (this.#waiting.length > 0) {
      const [first, ...others] = this.#waiting.splice(0)
      const lost = this.#lost
      this.#lost = 0
      const lines = [lost > 0 ? { ...first, lost } : first, ...others]
      try {
        await this.#append(Buffer.from(lines.map((line) => `${JSON.stringify(line)}\n`).join('')))
        this.#failing = false
      } catch (error) {
        this.#lost += lost + lines.length
        if (!this.#failing) this.#onFailure(error)
        this.#failing = true
        await this.#file?.close().catch(() => {})
        this.#file = undefined
      }
    }
    this.#work = undefined
  }

  async #append(bytes: Buffer): Promise<void> {
    this.#file ??= await this.#open()
    if (this.#size > 0 && this.#size + bytes.byteLength > this.#limit) {
      await this.#file.close()
      this.#file = undefined
      await rename(this.#path, `${this.#path}.1`)
      this.#file = await this.#open()
    }
    await this.#file.appendFile(bytes)
    this.#size += bytes.byteLength
  }

  async #open(): Promise<FileHandle> {
    const { file, size } = await openPrivateFile(this.#path, 'security log')
    this.#size = size
    return file
  }
}
