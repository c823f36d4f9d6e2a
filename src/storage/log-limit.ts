import { statSync } from 'node:fs'
import type { WriteConnection } from './sqlite-connection.ts'

/** A write-ahead log beyond this is truncated: readers that take turns could keep it from ever starting over. */
const LOG_LIMIT = 16 * 1024 * 1024
/** How long to wait after a reader of another process prevented it. */
const RETRY_MS = 1_000

/** Keeps the write-ahead log of a file short. */
export class LogLimit {
  readonly #connection: WriteConnection
  readonly #logPath: string
  #truncateAfter = 0

  constructor(connection: WriteConnection, path: string) {
    this.#connection = connection
    this.#logPath = `${path}-wal`
  }

  /** Truncates the log when it is too long, unless a reader of another process prevented it just now. */
  apply(now: number): void {
    const bytes = statSync(this.#logPath, { throwIfNoEntry: false })?.size ?? 0
    if (bytes <= LOG_LIMIT || now < this.#truncateAfter) return
    if (!this.#connection.truncate()) this.#truncateAfter = Date.now() + RETRY_MS
  }
}
