import { rmSync, statSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { holdsTerm, type Segment } from '../audit/lookup/segment.ts'
import type { SegmentAnswer, SegmentQuery, SegmentStore } from '../audit/lookup/segment-store.ts'
import { makePrivateFile } from './data-directory.ts'

/** Version of the file's form and of the terms in it. An index of another version is removed and built again from the trail. */
const VERSION = 2
const SCHEMA = `create table segment (
  last integer primary key,
  first integer not null,
  earliest integer not null,
  latest integer not null,
  entries integer not null,
  print text not null,
  terms blob not null
)`

const TERM_BYTES = Uint32Array.BYTES_PER_ELEMENT

/** The index cannot be read or written. It holds nothing that is not in the trail. */
export class TrailIndexError extends Error {
  override readonly name = 'TrailIndexError'
}

/**
 * The index of the embedded engine's trail, in a file of its own that only one thread opens. What is no index of this version
 * is made anew, empty. The constructor throws DataDirectoryError where not even that is possible; everything else rejects with TrailIndexError.
 */
export class TrailIndexFile implements SegmentStore {
  readonly #path: string
  #db: DatabaseSync
  #inode: number | undefined

  constructor(path: string) {
    this.#path = path
    this.#db = this.#open()
  }

  /** True when the file was removed, or another was put in its place. */
  get isGone(): boolean {
    return inodeOf(this.#path) !== this.#inode
  }

  async newest(): Promise<Pick<Segment, 'last' | 'print'> | undefined> {
    return this.#attempt(() => {
      const row = this.#db.prepare('select last, print from segment order by last desc limit 1').get()
      return row && { last: Number(row.last), print: String(row.print) }
    })
  }

  async find(query: SegmentQuery): Promise<SegmentAnswer> {
    return this.#attempt(() => this.#find(query))
  }

  async add({ first, last, earliest, latest, entries, print, terms }: Segment): Promise<void> {
    const bytes = new Uint8Array(terms.buffer, terms.byteOffset, terms.byteLength)
    this.#attempt(() =>
      this.#db
        .prepare(
          'insert into segment (first, last, earliest, latest, entries, print, terms) values (?, ?, ?, ?, ?, ?, ?)',
        )
        .run(first, last, earliest, latest, entries, print, bytes),
    )
  }

  async forgetBefore(seq: number): Promise<void> {
    this.#attempt(() => this.#db.prepare('delete from segment where last < ?').run(seq))
  }

  async clear(): Promise<void> {
    this.#attempt(() => this.#db.exec('delete from segment'))
  }

  close(): void {
    this.#db.close()
  }

  #find({ before, term, from, to, limit }: SegmentQuery): SegmentAnswer {
    const statement = this.#db.prepare(
      'select first, last, terms from segment where first < ? and latest >= ? and earliest <= ? order by last desc',
    )
    let looked = 0
    for (const row of statement.iterate(before, from, to)) {
      const [first, last] = [Number(row.first), Number(row.last)]
      if (holdsTerm(termsIn(row.terms as Uint8Array), term)) return { span: { after: first - 1, before: last + 1 } }
      if (++looked >= limit) return { lookedTo: first }
    }
    return undefined
  }

  #attempt<T>(work: () => T): T {
    try {
      return work()
    } catch (error) {
      throw new TrailIndexError(`The index of the trail failed: ${(error as Error).message}`, { cause: error })
    }
  }

  #open(): DatabaseSync {
    try {
      return this.#prepared()
    } catch {
      removeTrailIndex(this.#path)
      return this.#prepared()
    }
  }

  /** The file, with its table. Throws when it is none of ours. */
  #prepared(): DatabaseSync {
    makePrivateFile(this.#path)
    const db = new DatabaseSync(this.#path)
    try {
      db.exec('pragma journal_mode = wal')
      // Lost segments are made again; what must not happen is half of one, and the log sees to that.
      db.exec('pragma synchronous = normal')
      const version = Number(db.prepare('pragma user_version').get()?.user_version)
      const isEmpty = db.prepare('select count(*) as count from sqlite_schema').get()?.count === 0
      if (version !== VERSION && !isEmpty) throw new Error('another version')
      if (isEmpty) db.exec(`begin; ${SCHEMA}; pragma user_version = ${VERSION}; commit`)
      this.#inode = inodeOf(this.#path)
      return db
    } catch (error) {
      db.close()
      throw error
    }
  }
}

/** Removes the file. Nobody may have it open. */
export function removeTrailIndex(path: string): void {
  for (const end of ['', '-wal', '-shm', '-journal']) rmSync(path + end, { force: true })
}

/** Terms as they were stored; a copy where they stand at a place that numbers cannot be read at. */
function termsIn(bytes: Uint8Array): Uint32Array {
  const aligned = bytes.byteOffset % TERM_BYTES === 0 ? bytes : bytes.slice()
  return new Uint32Array(aligned.buffer, aligned.byteOffset, Math.floor(aligned.byteLength / TERM_BYTES))
}

function inodeOf(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.ino
}
