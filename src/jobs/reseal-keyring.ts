import { type Change, ConflictError } from '../aws/change.ts'
import type { KeyringStore } from '../keyring-api/keyring-store.ts'
import { isComplete, LOOK_AGAIN_MS, progressOf, retirableAt, type Walk } from '../keyring-api/walk.ts'
import { type Purpose, purposes } from '../seal/keyring.ts'
import type { KeyringHolder } from '../seal/keyring-holder.ts'

export interface ResealParts {
  readonly store: KeyringStore
  readonly holder: KeyringHolder
  readonly now: () => number
  /** Commits the removal of versions together with its record. */
  readonly record: (retired: RetiredVersions, change: Change) => Promise<void>
  /** Told of rows that do not open or verify, each as its table and key. */
  readonly onAltered: (purpose: Purpose, rows: readonly string[]) => void
}

export interface RetiredVersions {
  readonly purpose: Purpose
  readonly versions: readonly number[]
}

/**
 * Puts everything that older versions of the keyring sealed under the newest, then retires them: what can be done now. Goes
 * on where an earlier run stopped, also one of another process. Costs nothing where no rotation is under way.
 *
 * @param signal stops it between two steps
 */
export async function resealKeyring(parts: ResealParts, signal?: AbortSignal): Promise<void> {
  const rotating = purposes.filter((purpose) => parts.holder.current.versions(purpose).length > 1)
  if (rotating.length === 0) return
  const [walks, versions] = await Promise.all([parts.store.walks(), parts.store.versions()])
  for (const purpose of rotating) {
    const newest = versions.findLast((version) => version.purpose === purpose)
    if (!newest || signal?.aborted) continue
    const known = walks.get(purpose)
    const walk = await walkOn(purpose, await begin(purpose, newest.version, known, parts), parts, signal)
    if (!isComplete(walk) || progressOf(walk).altered > 0) continue
    if (parts.now() >= retirableAt(purpose, newest.madeAt, walk.resealedAt)) await retire(purpose, walk, parts, signal)
  }
}

/** The walk that is under way, or the next one where it is time for it. */
async function begin(purpose: Purpose, version: number, known: Walk | undefined, parts: ResealParts): Promise<Walk> {
  if (known?.version !== version) return parts.store.newWalk(purpose, version)
  const rested = known.finishedAt !== undefined && parts.now() >= known.finishedAt + LOOK_AGAIN_MS
  if (!rested || progressOf(known).altered === 0) return known
  return { ...(await parts.store.newWalk(purpose, version)), resealedAt: known.resealedAt }
}

async function walkOn(purpose: Purpose, from: Walk, parts: ResealParts, signal?: AbortSignal): Promise<Walk> {
  let walk = from
  while (!isComplete(walk) && !signal?.aborted) {
    const step = await parts.store.step(purpose, walk, parts.now())
    walk = step.walk
    if (step.altered.length > 0) parts.onAltered(purpose, step.altered)
  }
  return walk
}

/** Where something was written under an old version behind the walk, the store refuses, and another walk finds it. */
async function retire(purpose: Purpose, walk: Walk, parts: ResealParts, signal?: AbortSignal): Promise<void> {
  const { store, holder, record } = parts
  const versions = holder.current.versions(purpose).slice(0, -1)
  try {
    await record({ purpose, versions }, store.retire(purpose, walk.version, versions))
  } catch (error) {
    if (!(error instanceof ConflictError)) throw error
    const again = { ...(await store.newWalk(purpose, walk.version)), resealedAt: walk.resealedAt }
    await walkOn(purpose, again, parts, signal)
    return
  }
  holder.replace(holder.current.withNewestOnly(purpose))
  await store.erase()
}
