import { type TrailMark, withFindings } from './audit/gap.ts'
import { compareStoreAndTrail, firstMark } from './audit/vouching.ts'
import { openTrail } from './storage/read-chain.ts'
import type { RowMac } from './storage/row-mac.ts'
import type { ChainLink } from './storage/sqlite-chain.ts'
import type { SqlTrailMark } from './storage/trail-mark.ts'

export interface StartComparison {
  /** The mark of the trail, with the gap that waits for an acknowledgement. */
  readonly mark: TrailMark
  /** The last row that is known: the chain continues behind it, so that no row number is given twice. */
  readonly behind: ChainLink
}

/**
 * Compares the store and the trail before a record is moved from one to the other, and keeps in the store what was found: as soon as the two go on,
 * they look as if nothing were missing. A store of an older version takes its trail as it is.
 */
export async function compareAtStart(
  dataDir: string,
  marks: SqlTrailMark,
  { mac, now }: { readonly mac: RowMac; readonly now: number },
): Promise<StartComparison> {
  using files = openTrail(dataDir)
  const evidence = files.evidence(mac)
  if (!evidence) throw new Error('A store that was brought to this version has no place for its mark of the trail')
  const { mark: stored } = evidence.store
  const before = typeof stored === 'object' ? stored : firstMark(evidence, now)
  const mark = { ...before, gap: withFindings(before.gap, compareStoreAndTrail(evidence), now) }
  if (before !== stored || mark.gap !== before.gap) await marks.begin(mark)
  const { highWater } = evidence
  const marked = { seq: mark.seq, hash: mark.row }
  const isHigher = highWater !== undefined && highWater.seq > mark.seq
  return { mark, behind: isHigher ? { seq: highWater.seq, hash: highWater.row } : marked }
}
