import { ERASURE_MARK } from './engine.ts'
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
  /** The mark of removals when this pass began; a later one is not its business. */
  #mark: string | undefined

  constructor(store: WriteConnection, path: string) {
    this.#store = store
    this.#path = path
    // A process that ended in the middle of an erasure has left its mark.
    if (this.#readMark() !== undefined) this.request()
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
    if (this.#next === 0) this.#mark = this.#readMark()
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
    this.#clearMark()
    return true
  }

  #readMark(): string | undefined {
    const [row] = this.#store.all('select value from meta where name = ?', [ERASURE_MARK])
    return row && String(row.value)
  }

  #clearMark(): void {
    if (this.#mark === undefined) return
    this.#store.run('delete from meta where name = ? and value = ?', [ERASURE_MARK, this.#mark])
    this.#store.truncate()
  }

  /** Only once the store's connections are closed. */
  close(): void {
    this.#space?.close()
  }
}
