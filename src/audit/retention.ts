import type { HeadSigner } from './head-signer.ts'
import type { Statement } from './statement.ts'

/** What is removed from a trail, and what must stay. */
export interface AgingTrail {
  newestStatement(kind: 'cut'): Promise<Statement | undefined>
  /** Heads in their order, from the first that is kept. */
  headsAfter(number: number, limit: number): Promise<readonly Statement[]>
  /** The first row that the store needs to go on after a crash, whatever its age. */
  neededFrom(): Promise<number>
  /** Removes some of the rows and statements that a cut took away, oldest first. False when none of them is left. */
  removeSome(cut: Statement): Promise<boolean>
}

export interface RetentionParts {
  readonly trail: AgingTrail
  readonly heads: Pick<HeadSigner, 'signCut'>
  readonly now: () => number
  readonly keepMs: number
  /** The last row that everybody has taken who is to have all of them; undefined when there is nobody. */
  readonly neededAfter: () => Promise<number | undefined>
}

const HEADS_AT_ONCE = 500

/**
 * Removes the rows that are older than is kept, up to a head, so that every row that goes was covered by one. A signed cut says so first: the
 * proof of what stays begins at it, and a removal that was interrupted goes on where it was.
 *
 * @param signal stops it between two steps
 */
export async function removeAged(parts: RetentionParts, signal?: AbortSignal): Promise<void> {
  const { trail, heads } = parts
  const before = await trail.newestStatement('cut')
  if (before) await removeCut(before, trail, signal)
  const head = await lastAged(parts)
  if (!head || head.seq <= (before?.seq ?? 0) || signal?.aborted) return
  await removeCut(await heads.signCut(head), trail, signal)
}

async function removeCut(cut: Statement, trail: AgingTrail, signal?: AbortSignal): Promise<void> {
  while (!signal?.aborted && (await trail.removeSome(cut)));
}

/** The last head that was signed before the time from which everything is kept, and behind which stands all that is still needed. */
async function lastAged({ trail, now, keepMs, neededAfter }: RetentionParts): Promise<Statement | undefined> {
  const until = now() - keepMs
  const last = Math.min((await trail.neededFrom()) - 1, (await neededAfter()) ?? Number.MAX_SAFE_INTEGER)
  let aged: Statement | undefined
  for (;;) {
    const heads = await trail.headsAfter(aged?.number ?? 0, HEADS_AT_ONCE)
    for (const head of heads) {
      if (head.at >= until || head.seq > last) return aged
      aged = head
    }
    if (heads.length < HEADS_AT_ONCE) return aged
  }
}
