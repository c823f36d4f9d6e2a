import type { DatabaseSync } from 'node:sqlite'
import { NO_HASH } from '../audit/chain.ts'
import { statementHash } from '../audit/statement.ts'
import type { Evidence, StoreEvidence, TrailEvidence } from '../audit/vouching.ts'
import { COMMITS } from './engine.ts'
import { FIRST_START, firstStartIn } from './first-start.ts'
import { readHighWater } from './high-water.ts'
import type { RowMac } from './row-mac.ts'
import type { Row, SqlValue } from './sql.ts'
import { SWEPT } from './sqlite-outbox.ts'
import { bytesOf, integerOf, statementOf } from './statement-rows.ts'
import { trailMarkOf } from './trail-mark.ts'

/** Version from which on a store keeps a mark of its trail. */
const FIRST_VERSION_WITH_MARK = 8

export interface EvidenceFiles {
  readonly store: DatabaseSync
  readonly trail: DatabaseSync
  readonly highWaterPath: string
}

/**
 * What each of the files says of the others; undefined for a store of an older version. A server may be writing them: what asks something of another
 * file is read before that file, which only grows.
 *
 * @param mac checks the mark; without it the mark is taken as it is
 */
export function readEvidence({ store, trail, highWaterPath }: EvidenceFiles, mac?: RowMac): Evidence | undefined {
  if (integerOf(first(store, 'pragma user_version')?.user_version) < FIRST_VERSION_WITH_MARK) return undefined
  const asksOfStore = { newestHead: newestHead(trail), moved: movedTo(trail) }
  const installation = first(store, `select value from meta where name = 'installation'`)?.value
  const highWater = readHighWater(highWaterPath, installation === undefined ? undefined : String(installation))
  const { issued, ...said } = storeEvidence(store, mac)
  const { number = 0 } = typeof said.mark === 'object' ? said.mark : {}
  return {
    store: said,
    highWater,
    trail: {
      ...trailEvidence(trail, said, { number, highWaterSeq: highWater?.seq ?? 0 }),
      newestHead: asksOfStore.newestHead,
      // Only what was there before asks something of the store; what is there now answers it.
      foreign: asksOfStore.moved > issued ? foreignRow(trail, issued) : undefined,
    },
  }
}

/** All of one snapshot; `issued` is the highest id that the outbox gave, so that the trail can hold no record of a later change. */
function storeEvidence(store: DatabaseSync, mac: RowMac | undefined): StoreEvidence & { readonly issued: number } {
  store.exec('begin')
  try {
    const outbox = first(store, SWEPT)
    const mark = store.prepare('select * from trail_mark').get() as Row | undefined
    return {
      commits: integerOf(first(store, 'select value from generations where name = ?', COMMITS)?.value ?? 0),
      issued: integerOf(outbox?.issued),
      swept: integerOf(outbox?.swept),
      isFirstStart:
        firstStartIn(first(store, 'select value from meta where name = ?', FIRST_START)?.value) !== undefined &&
        first(store, 'select account from accounts limit 1') === undefined,
      mark: mark && trailMarkOf(mark, mac),
    }
  } finally {
    store.exec('commit')
  }
}

function trailEvidence(
  trail: DatabaseSync,
  { commits }: StoreEvidence,
  asked: { readonly number: number; readonly highWaterSeq: number },
): Omit<TrailEvidence, 'newestHead' | 'foreign'> {
  const row = first(trail, 'select seq, at, hash from trail order by seq desc limit 1')
  const kept = first(trail, 'select min(number) as number from statements')
  const last = first(trail, 'select * from statements order by number desc limit 1')
  const marked = first(trail, 'select * from statements where number = ?', asked.number)
  const highWaterRow = first(trail, 'select hash from trail where seq = ?', asked.highWaterSeq)
  const known = first(
    trail,
    `select at from statements where kind = 'head' and detail between 1 and ? order by number desc limit 1`,
    commits,
  )
  return {
    end: {
      seq: integerOf(row?.seq ?? 0),
      hash: row ? bytesOf(row.hash) : NO_HASH,
      at: row && integerOf(row.at),
    },
    lastStatement: last && {
      number: integerOf(last.number),
      hash: statementHash(statementOf(last)),
      at: integerOf(last.at),
    },
    keptFrom: integerOf(kept?.number ?? 0),
    moved: movedTo(trail),
    storeKnownAt: known && integerOf(known.at),
    markedStatement: marked && statementHash(statementOf(marked)),
    highWaterRow: highWaterRow && bytesOf(highWaterRow.hash),
  }
}

function movedTo(trail: DatabaseSync): number {
  const last = first(trail, 'select max(outbox_id) as id from trail where outbox_id is not null')
  return integerOf(last?.id ?? 0)
}

function newestHead(trail: DatabaseSync): TrailEvidence['newestHead'] {
  const head = first(
    trail,
    `select number, at, detail from statements where kind = 'head' and detail > 0 order by number desc limit 1`,
  )
  return head && { number: integerOf(head.number), at: integerOf(head.at), commits: integerOf(head.detail) }
}

function foreignRow(trail: DatabaseSync, issued: number): TrailEvidence['foreign'] {
  const row = first(trail, 'select seq, at from trail where outbox_id > ? order by outbox_id limit 1', issued)
  return row && { seq: integerOf(row.seq), at: integerOf(row.at) }
}

/** The first row of a result. Integers are read whatever their size, so that a forged one cannot stop the comparison. */
function first(db: DatabaseSync, text: string, ...values: SqlValue[]): Readonly<Record<string, unknown>> | undefined {
  const statement = db.prepare(text)
  statement.setReadBigInts(true)
  return statement.get(...values)
}
