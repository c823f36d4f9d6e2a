import type { WriteConnection } from './sqlite-connection.ts'
import { UnusedSpace } from './unused-space.ts'

/** Bytes of the file wiped in one step; a store up to this size is wiped at once. */
const STEP_BYTES = 64 * 1024 * 1024

/** Gets removed content out of the store's files: out of the write-ahead log, then out of the unused space of every page. */
export class Erasure {
  readonly #store: WriteConnection
  readonly #path: string
  #space: UnusedSpace | undefined
  /** Where in the file the next step begins; undefined when there is nothing to do. */
  #next: number | undefined
  /** Something was removed behind this pass over the file. */
  #again = false

  constructor(store: WriteConnection, path: string) {
    this.#store = store
    this.#path = path
  }

  get isUnfinished(): boolean {
    return this.#next !== undefined
  }

  /** Something was removed. */
  request(): void {
    if (this.#next) this.#again = true
    else this.#next = 0
  }

  /** Does a part of what is left to do. False when a reader of another process holds the log. */
  step(): boolean {
    if (this.#next === undefined) return true
    // With an empty log the file is all there is, and steps may lie apart: what moves between pages is never unused space.
    if (!this.#store.truncate()) return false
    this.#space ??= new UnusedSpace(this.#path)
    const from = this.#next
    // Nobody writes meanwhile, no tool beside us either; an empty transaction leaves the log empty.
    this.#store.run('begin immediate')
    try {
      this.#space.wipe(from, from + STEP_BYTES)
    } finally {
      this.#store.run('rollback')
    }
    this.#store.forgetPages()
    this.#next += STEP_BYTES
    if (this.#next < this.#space.fileBytes) return true
    this.#next = this.#again ? 0 : undefined
    this.#again = false
    return true
  }

  /** Only once the store's connections are closed. */
  close(): void {
    this.#space?.close()
  }
}
