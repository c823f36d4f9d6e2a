import { statSync } from 'node:fs'
import { basename } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { StoredRow } from '../audit/check-rows.ts'
import type { Statement } from '../audit/statement.ts'
import type { StoredTrail } from '../audit/verify-trail.ts'
import type { Evidence } from '../audit/vouching.ts'
import { DataDirectoryError, filesOf } from './data-directory.ts'
import type { Installation } from './installation.ts'
import { NewerStoreError, STORE_VERSION } from './migrate.ts'
import { type EvidenceFiles, readEvidence } from './read-evidence.ts'
import type { RowMac } from './row-mac.ts'
import { TRAIL_VERSION } from './sqlite-files.ts'
import { bytesOf, integerOf, statementOf } from './statement-rows.ts'

/** How long to wait for a server that is just moving its files. */
const BUSY_TIMEOUT_MS = 5_000
/** Rows read at once, and how much text: a read must end soon, because a server cannot empty its log meanwhile. */
const ROWS_AT_ONCE = 1_000
const TEXT_AT_ONCE = 4 * 1024 * 1024

/** A trail that is read beside a running server: no lock, nothing changed. */
export interface ReadTrail extends StoredTrail, Disposable {
  /** What the store says of itself; undefined where there is none. */
  readonly installation: Installation | undefined
  /** Records of changes that are not chained yet. */
  readonly waiting: number
  /** What the files say of each other, as `readEvidence` does. */
  evidence(mac?: RowMac): Evidence | undefined
  /** The number of the last cut: what was read before one that came meanwhile is to be read again. */
  lastCut(): number
}

/** Opens the trail in a data directory. Throws DataDirectoryError where there is none, NewerStoreError where a newer program wrote it. */
export function openTrail(dataDir: string): ReadTrail {
  const { storePath, trailPath, highWaterPath } = filesOf(dataDir)
  try {
    assertThere(storePath, trailPath)
    using opened = new DisposableStack()
    const open = (path: string) => opened.use(new DatabaseSync(path, { readOnly: true, timeout: BUSY_TIMEOUT_MS }))
    const [store, trail] = [open(storePath), open(trailPath)]
    assertVersion(store, STORE_VERSION, 'store')
    assertVersion(trail, TRAIL_VERSION, 'trail')
    const kept = opened.move()
    return { ...readerOf({ store, trail, highWaterPath }), [Symbol.dispose]: () => kept.dispose() }
  } catch (error) {
    if (error instanceof NewerStoreError) throw error
    const reason = error instanceof Error ? error.message : String(error)
    throw new DataDirectoryError(`Cannot read the trail: ${dataDir}: ${reason}`)
  }
}

function assertVersion(db: DatabaseSync, known: number, what: string): void {
  const found = Number(db.prepare('pragma user_version').get()?.user_version)
  if (found > known) throw new NewerStoreError(found, known, what)
  if (what === 'trail' && found < known)
    throw new Error(
      found === 0
        ? 'trail.db is empty. Put the right file back, or start Coffer to see what is missing'
        : 'its trail is from an older Coffer: start this one on it first',
    )
}

function assertThere(...paths: readonly string[]): void {
  const missing = paths.filter((path) => !statSync(path, { throwIfNoEntry: false })).map((path) => basename(path))
  if (missing.length === paths.length) throw new Error('there is no Coffer data in it. Choose another with --data-dir.')
  if (missing.length > 0)
    throw new Error(`${missing.join()} is missing. Put the right file back, or start Coffer to see what is missing`)
}

function readerOf(files: EvidenceFiles): Omit<ReadTrail, typeof Symbol.dispose> {
  const { store, trail } = files
  const moved = trail.prepare('select max(outbox_id) as id from trail where outbox_id is not null').get()
  const waiting = store.prepare('select count(*) as count from outbox where id > ?').get(Number(moved?.id ?? 0))
  const walk = (condition: string) => statementsOf(trail, condition)
  return {
    installation: installationOf(store),
    waiting: Number(waiting?.count),
    evidence: (mac) => readEvidence(files, mac),
    lastCut: () =>
      Number(trail.prepare(`select max(number) as number from statements where kind = 'cut'`).get()?.number ?? 0),
    statements: () => walk(''),
    heads: () => walk(`and kind in ('head', 'cut')`),
    rows: () => rowsOf(trail),
  }
}

function installationOf(store: DatabaseSync): Installation | undefined {
  const meta = new Map(
    store
      .prepare('select name, value from meta')
      .all()
      .map(({ name, value }) => [String(name), String(value)]),
  )
  const [id, rootKey] = [meta.get('installation'), meta.get('root_key')]
  if (id === undefined || rootKey === undefined) return undefined
  const keyring = store.prepare('select purpose, version, wrapped from keyring order by purpose, version').all()
  return {
    id,
    rootKey,
    keyring: keyring.map(({ purpose, version, wrapped }) => ({
      purpose: String(purpose),
      version: Number(version),
      wrapped: wrapped as Uint8Array,
    })),
  }
}

function* statementsOf(trail: DatabaseSync, condition: string): Iterable<Statement> {
  for (const row of inOrder(trail, 'statements', 'number', condition)) yield statementOf(row)
}

function* rowsOf(trail: DatabaseSync): Iterable<StoredRow> {
  for (const row of inOrder(trail, 'trail', 'seq', '')) yield rowOf(row)
}

type StoredValues = Readonly<Record<string, unknown>>

/** A table in the order of its key, some rows at a time. */
function* inOrder(trail: DatabaseSync, table: string, key: string, condition: string): Iterable<StoredValues> {
  const select = (behind: string) => {
    const prepared = trail.prepare(`select * from ${table} where true ${condition} ${behind} order by ${key} limit ?`)
    // Integers that no number holds exactly are somebody else's; they must not keep the others from being read.
    prepared.setReadBigInts(true)
    return prepared
  }
  const [first, next] = [select(''), select(`and ${key} > ?`)]
  let after: bigint | undefined
  for (;;) {
    const rows: StoredValues[] = []
    let size = 0
    for (const row of after === undefined ? first.iterate(ROWS_AT_ONCE) : next.iterate(after, ROWS_AT_ONCE)) {
      rows.push(row)
      size += typeof row.entries === 'string' ? row.entries.length : 0
      if (size > TEXT_AT_ONCE) break
    }
    if (rows.length === 0) return
    yield* rows
    after = rows.at(-1)?.[key] as bigint
  }
}

function rowOf(row: Readonly<Record<string, unknown>>): StoredRow {
  return {
    format: integerOf(row.format),
    seq: integerOf(row.seq),
    node: String(row.node),
    at: integerOf(row.at),
    count: integerOf(row.count),
    entries: String(row.entries),
    outboxMark: row.outbox_id === null ? undefined : integerOf(row.outbox_id),
    previous: bytesOf(row.previous),
    hash: bytesOf(row.hash),
  }
}
