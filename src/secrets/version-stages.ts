import { errors } from './errors.ts'
import { CURRENT, PENDING, PREVIOUS, type Stages } from './secret.ts'

/** Staging labels over all versions of a secret (facts 8.12). */
export const MAX_LABELS = 20

/** A request to move, attach or remove one staging label. */
export interface StageMove {
  readonly label: string
  readonly moveTo?: string | undefined
  readonly removeFrom?: string | undefined
}

/** The version that carries a label. */
export function versionWithStage(stages: Stages, label: string): string | undefined {
  for (const [versionId, labels] of stages) if (labels.includes(label)) return versionId
  return undefined
}

/** The labels of a version in order of attachment; empty for a version without labels. */
export function labelsOf(stages: Stages, versionId: string): readonly string[] {
  return stages.get(versionId) ?? []
}

/** Number of labels over all versions. */
export function countLabels(stages: Stages): number {
  let count = 0
  for (const labels of stages.values()) count += labels.length
  return count
}

/** The labels after a version with a value was added (facts 7.3, 7.5). */
export function stageNewVersion(stages: Stages, versionId: string, labels: readonly string[] = [CURRENT]): Stages {
  const wanted = new Set(labels)
  if (stages.size === 0) wanted.add(CURRENT)
  // A new current value abandons a rotation that is under way (facts 9.7, 21).
  let next = wanted.has(CURRENT) ? detach(stages, PENDING) : stages
  for (const label of wanted) next = attach(next, label, versionId)
  return withinLimit(followCurrent(stages, next))
}

/** The labels once a rotation has begun for a version, which need not have a value yet (facts 8.6). */
export function stagePending(stages: Stages, versionId: string): Stages {
  return withinLimit(attach(stages, PENDING, versionId))
}

/** The labels without one of them; a version that has no other goes with it. */
export function withoutStage(stages: Stages, label: string): Stages {
  return detach(stages, label)
}

/**
 * The labels after UpdateSecretVersionStage (facts 7.6, 9.7); the very same map when nothing changes.
 *
 * `hasVersion` must also know versions without labels.
 */
export function moveStage(stages: Stages, request: StageMove, hasVersion: (versionId: string) => boolean): Stages {
  const { label, moveTo } = request
  checkMove(request, versionWithStage(stages, label))
  if (moveTo === undefined) return detach(stages, label)
  if (!hasVersion(moveTo)) throw errors.versionIdNotFound(moveTo)
  return withinLimit(followCurrent(stages, attach(stages, label, moveTo)))
}

function checkMove({ label, moveTo, removeFrom }: StageMove, holder: string | undefined): void {
  if (moveTo === undefined && removeFrom === undefined) throw errors.stageTargetMissing()
  if (moveTo === undefined && label === CURRENT) throw errors.currentNotRemovable()
  if (removeFrom !== undefined && removeFrom !== holder) throw errors.removeFromWrong(label)
  // Other labels just move; AWSCURRENT goes without RemoveFromVersionId only where it already is, or when it is nowhere.
  const unguarded = label === CURRENT && removeFrom === undefined && holder !== moveTo
  if (unguarded && holder !== undefined) throw errors.removeFromMissing(holder)
}

/** Gives AWSPREVIOUS to the version that lost AWSCURRENT, whatever the request said about AWSPREVIOUS. */
function followCurrent(before: Stages, after: Stages): Stages {
  const previous = versionWithStage(before, CURRENT)
  const moved = previous !== undefined && previous !== versionWithStage(after, CURRENT)
  return moved ? attach(after, PREVIOUS, previous) : after
}

function attach(stages: Stages, label: string, versionId: string): Stages {
  const labels = labelsOf(stages, versionId)
  if (labels.includes(label)) return stages
  return new Map([...detach(stages, label), [versionId, [...labels, label]]])
}

function detach(stages: Stages, label: string): Stages {
  const next = new Map<string, readonly string[]>()
  for (const [versionId, labels] of stages) {
    const kept = labels.filter((other) => other !== label)
    if (kept.length > 0) next.set(versionId, kept)
  }
  return next
}

function withinLimit(stages: Stages): Stages {
  if (countLabels(stages) > MAX_LABELS) throw errors.tooManyLabels(MAX_LABELS)
  return stages
}
