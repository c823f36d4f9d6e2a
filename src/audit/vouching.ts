import { NO_HASH } from './chain.ts'
import { same } from './check-statements.ts'
import { type Finding, isoTime, type TrailMark } from './gap.ts'

/** How far the two files were at the last commit, as a third file says that is written after each commit and never synced. */
export interface HighWater {
  /** Commits of the store. */
  readonly commits: number
  /** The last row of the trail, with its hash. */
  readonly seq: number
  readonly row: Uint8Array
  /** Milliseconds since the epoch. */
  readonly at: number
}

/** What the store says, all of one snapshot. */
export interface StoreEvidence {
  /** Commits that it has made. */
  readonly commits: number
  /** Records up to this id have left the outbox, so that they must stand in the trail. */
  readonly swept: number
  /** True until the first start of the installation has ended, which makes the first account: the mark is made on the way. */
  readonly isFirstStart: boolean
  /** `altered` when its MAC does not fit; undefined in a store from before it was kept. */
  readonly mark: TrailMark | 'altered' | undefined
}

/** A head that names the number of the store's commits. */
export interface CountedHead {
  readonly number: number
  readonly at: number
  readonly commits: number
}

/** What the trail says. */
export interface TrailEvidence {
  /** The last row; `seq` is 0 in an empty trail. */
  readonly end: { readonly seq: number; readonly hash: Uint8Array; readonly at: number | undefined }
  readonly lastStatement: { readonly number: number; readonly hash: Uint8Array; readonly at: number } | undefined
  /** The first statement that is there: those before it were removed because of their age, or acknowledged as missing. 0 without statements. */
  readonly keptFrom: number
  /** The highest id of the outbox whose record it has; 0 for none. */
  readonly moved: number
  /** The first row with the record of a change that the store never gave an id. */
  readonly foreign: { readonly seq: number; readonly at: number } | undefined
  /** The newest head that names the store's commits. */
  readonly newestHead: CountedHead | undefined
  /** When the newest head was signed that names no more commits than the store has. */
  readonly storeKnownAt: number | undefined
  /** Hash of the statement whose number the mark has; undefined when it is not there. */
  readonly markedStatement: Uint8Array | undefined
  /** Hash of the row that the high-water mark names; undefined when it is not there. */
  readonly highWaterRow: Uint8Array | undefined
}

export interface Evidence {
  readonly store: StoreEvidence
  readonly trail: TrailEvidence
  readonly highWater: HighWater | undefined
}

/** The mark of a store that has none: its trail is taken as it is. */
export function firstMark({ trail, store }: Evidence, now: number): TrailMark {
  const { end, lastStatement } = trail
  return {
    number: lastStatement?.number ?? 0,
    statement: lastStatement?.hash ?? NO_HASH,
    at: now,
    seq: end.seq,
    row: end.hash,
    moved: Math.max(trail.moved, store.swept),
    gap: undefined,
  }
}

/**
 * What the store proves to be missing from its trail, and the trail from its store. Whatever point a crash or a power cut comes at, nothing is
 * found: a head is on disk before the store's mark of it, a commit of the store before a head counts it, a record in the trail before it leaves the
 * outbox, and both files before the high-water mark.
 */
export function compareStoreAndTrail(evidence: Evidence): Finding[] {
  const { store } = evidence
  const found = [...markFindings(evidence), ...rowFindings(evidence), ...storeFindings(evidence)]
  // Without a mark the trail is taken as it is, but a store that has moved records there never had an empty one.
  const withoutMark = evidence.trail.end.seq === 0 ? 0 : Number.MAX_SAFE_INTEGER
  const accepted = typeof store.mark === 'object' ? store.mark.moved : withoutMark
  const moved = Math.max(evidence.trail.moved, accepted)
  if (store.swept > moved)
    found.push({
      key: `records ${moved + 1}-${store.swept}`,
      message: `the records of ${store.swept - moved} changes are missing from trail.db: store.db had moved them there`,
      since: evidence.trail.end.at ?? 0,
    })
  return found
}

/** Whether the trail holds the head that the store knows, and the store the mark that it must have made. */
function markFindings({ store, trail }: Evidence): Finding[] {
  const { mark, commits, isFirstStart } = store
  const { newestHead, lastStatement, markedStatement } = trail
  if (mark === 'altered')
    return [
      { key: 'mark', message: 'the mark of the trail in store.db was altered: its MAC does not fit', since: undefined },
    ]
  if (!mark) {
    // A store of an older version has made no commit that was counted.
    if (!newestHead && (commits === 0 || isFirstStart)) return []
    return [{ key: 'mark', message: 'store.db has lost its mark of the trail', since: undefined }]
  }
  const { number, seq, at } = mark
  if (number === 0 || number < trail.keptFrom || (markedStatement && same(markedStatement, mark.statement))) return []
  const last = lastStatement
    ? `the last statement there is ${lastStatement.number}, of ${isoTime(lastStatement.at)}`
    : 'there is no statement in it'
  return [
    {
      key: `statement ${number}`,
      message: markedStatement
        ? `statement ${number} in trail.db is not the one that store.db knows`
        : `head ${number} of ${isoTime(at)}, which covers the rows up to ${seq}, is missing from trail.db: ${last}`,
      since: trail.end.at ?? lastStatement?.at ?? 0,
    },
  ]
}

/** Whether the trail holds the rows that the store or the high-water mark knows. */
function rowFindings({ store, trail, highWater }: Evidence): Finding[] {
  const { end } = trail
  const expected = Math.max(typeof store.mark === 'object' ? store.mark.seq : 0, highWater?.seq ?? 0)
  if (expected > end.seq)
    return [
      {
        key: `rows ${end.seq + 1}-${expected}`,
        message: `${end.seq + 1 === expected ? `row ${expected} is` : `rows ${end.seq + 1} to ${expected} are`} missing from trail.db`,
        since: end.at ?? 0,
      },
    ]
  const { highWaterRow } = trail
  if (!highWater || !highWaterRow || same(highWaterRow, highWater.row)) return []
  return [
    {
      key: `row ${highWater.seq}`,
      message: `row ${highWater.seq} of trail.db is not the one that was written at ${isoTime(highWater.at)}`,
      since: undefined,
    },
  ]
}

/** Whether the store holds the commits that a head or the high-water mark counts, and the changes whose records stand in the trail. */
function storeFindings({ store, trail, highWater }: Evidence): Finding[] {
  const { newestHead, foreign } = trail
  const since = trail.storeKnownAt ?? (typeof store.mark === 'object' ? store.mark.at : undefined)
  const found: Finding[] = []
  if (newestHead && newestHead.commits > store.commits)
    found.push({
      key: `commits of head ${newestHead.number}`,
      message: `store.db is behind trail.db: head ${newestHead.number} of ${isoTime(newestHead.at)} counts ${newestHead.commits} commits, store.db has ${store.commits}`,
      since,
    })
  else if (highWater && highWater.commits > store.commits)
    found.push({
      key: `commits to ${highWater.commits}`,
      message: `the last ${highWater.commits - store.commits} commits of store.db are missing: the last one was made at ${isoTime(highWater.at)}`,
      since,
    })
  if (foreign)
    found.push({
      key: `changes from row ${foreign.seq}`,
      message: `store.db has lost changes whose records stand in trail.db, from row ${foreign.seq} of ${isoTime(foreign.at)} on`,
      since,
    })
  return found
}
