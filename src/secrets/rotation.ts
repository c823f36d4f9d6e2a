import { errors } from './errors.ts'
import { daysBetween, nextWindow, type RotationRules, type RotationWindow } from './rotation-schedule.ts'
import { CURRENT, PENDING, type Secret } from './secret.ts'
import { labelsOf, stagePending, versionWithStage, withoutStage } from './version-stages.ts'

/** How a secret is rotated, and how far that is. Times are milliseconds. */
export interface Rotation {
  /** False once it was cancelled; everything else stays for when it is turned on again. */
  readonly enabled: boolean
  /** The function; absent where `external` is there. */
  readonly lambdaArn?: string | undefined
  readonly external?: ExternalRotation | undefined
  /** As they were given. */
  readonly rules?: RotationRules | undefined
  /** When the rules were given. */
  readonly since: number
  /** What AutomaticallyAfterDays shows. */
  readonly everyDays?: number | undefined
  readonly lastRotatedAt?: number | undefined
  /** The version that the last rotation made. */
  readonly lastVersionId?: string | undefined
  /** Lies in the past after failures. */
  readonly next?: RotationWindow | undefined
  readonly pending?: PendingRotation | undefined
}

/** How a managed external secret is rotated: as its type is, by somebody who assumes this role (facts 8.9). */
export interface ExternalRotation {
  readonly roleArn: string
  /** For whoever carries it out. */
  readonly metadata: readonly { readonly Key?: string | undefined; readonly Value?: string | undefined }[]
}

/** A rotation that has begun and not ended. */
export interface PendingRotation {
  /** A test runs the one step that changes nothing, on a version that goes again. */
  readonly kind: 'rotation' | 'test'
  readonly versionId: string
  /** When it is tried, or tried again. */
  readonly tryAt: number
  readonly failures: number
  /** The step at which it stopped last. */
  readonly failedStep?: string | undefined
}

/** The wait before a failed rotation is tried again doubles from the one to the other: ours, AWS says only that it is retried (facts 8.6). */
const FIRST_RETRY_MS = 60_000
const LAST_RETRY_MS = 6 * 3_600_000

export interface RotationRequest {
  readonly RotationLambdaARN?: string | undefined
  readonly RotationRules?: RotationRules | undefined
  readonly ExternalSecretRotationRoleArn?: string | undefined
  readonly ExternalSecretRotationMetadata?: ExternalRotation['metadata'] | undefined
}

/** Begins the name of what rotates managed external secrets of a type. */
const TYPE_PREFIX = 'type:'

/** Name of what rotates a secret: the ARN of a function, or `type:` with the type of a managed external secret. */
export function rotatorName({ type = '' }: Pick<Secret, 'type'>, { lambdaArn }: Rotation): string {
  return lambdaArn ?? TYPE_PREFIX + type
}

/**
 * The rotation of a secret as a request sets it up, without a start. Throws InvalidRequestException where no function is named anywhere (facts
 * 8.4), or what is for managed external secrets is said of another one.
 */
export function configuredRotation(secret: Secret, request: RotationRequest, now: number): Rotation {
  const { rotation } = secret
  const external = externalRotation(secret, request)
  const lambdaArn = external ? undefined : request.RotationLambdaARN || rotation?.lambdaArn
  if (!external && lambdaArn === undefined) throw errors.noRotationFunction()
  const rules = request.RotationRules ?? rotation?.rules
  const since = request.RotationRules ? now : (rotation?.since ?? now)
  const renewedAt = rotation?.lastRotatedAt ?? now
  return {
    ...rotation,
    enabled: true,
    lambdaArn,
    external,
    rules,
    since,
    everyDays: rules && daysBetween(rules),
    next: rules && nextWindow(rules, { since, renewedAt }, now),
    pending: undefined,
  }
}

/** How a managed external secret is to be rotated; undefined where a function does it. */
function externalRotation({ type = '', rotation }: Secret, request: RotationRequest): ExternalRotation | undefined {
  const { ExternalSecretRotationRoleArn: role, ExternalSecretRotationMetadata: metadata } = request
  const asked = role !== undefined || metadata !== undefined
  if (request.RotationLambdaARN) {
    if (asked) throw errors.twoWaysOfRotation()
    return undefined
  }
  const before = rotation?.external
  if (!asked) return before
  if (type === '') throw errors.noExternalSecret()
  const roleArn = role ?? before?.roleArn
  if (roleArn === undefined) throw errors.rotationRoleMissing()
  return { roleArn, metadata: metadata ?? before?.metadata ?? [] }
}

/** The version that carries AWSPENDING of a rotation that is not complete. */
export function unfinishedVersion({ stages }: Pick<Secret, 'stages'>): string | undefined {
  const versionId = versionWithStage(stages, PENDING)
  return versionId === versionWithStage(stages, CURRENT) ? undefined : versionId
}

/** When the secret is to be rotated, or a rotation tried again. */
export function rotationDueAt({ rotation, deletedAt }: Pick<Secret, 'rotation' | 'deletedAt'>): number | undefined {
  if (!rotation?.enabled || deletedAt !== undefined) return undefined
  return rotation.pending ? rotation.pending.tryAt : rotation.next?.opensAt
}

/** The secret once a rotation has begun: the version has its label, and no value yet (facts 8.6). */
export function beginRotation(secret: Secret, rotation: Rotation, versionId: string, now: number): Secret {
  return {
    ...secret,
    stages: stagePending(secret.stages, versionId),
    changedAt: now,
    rotation: { ...rotation, pending: { kind: 'rotation', versionId, tryAt: now, failures: 0 } },
  }
}

/**
 * Where a rotation stands: `pending` and `current` by the label that its version has, `abandoned` when that has neither any more because somebody
 * wrote another value or took the label away, `over` when it was cancelled, has ended, or another one has begun.
 */
export type Progress = 'pending' | 'current' | 'abandoned' | 'over'

export function progressOf({ rotation, stages, deletedAt }: Secret, versionId: string): Progress {
  if (!rotation?.enabled || deletedAt !== undefined || rotation.pending?.versionId !== versionId) return 'over'
  const labels = labelsOf(stages, versionId)
  if (labels.includes(CURRENT)) return 'current'
  return labels.includes(PENDING) ? 'pending' : 'abandoned'
}

/** The secret after all steps of a rotation: what was settled in recordings is AWSCURRENT alone (facts 8.6). */
export function rotationSucceeded(secret: Secret, rotation: Rotation, versionId: string, now: number): Secret {
  return {
    ...secret,
    stages: withoutStage(secret.stages, PENDING),
    changedAt: now,
    rotation: {
      ...rotation,
      lastRotatedAt: now,
      lastVersionId: versionId,
      next: windowBehind(rotation, now, now),
      pending: undefined,
    },
  }
}

/** The secret after a step has failed: nothing but when it is tried again has changed, and what is known of it. */
export function rotationFailed(secret: Secret, rotation: Rotation, step: string, now: number): Secret {
  const { pending } = rotation
  if (!pending) return secret
  const failures = pending.failures + 1
  const wait = Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(failures - 1, 32))
  return {
    ...secret,
    rotation: { ...rotation, pending: { ...pending, failures, failedStep: step, tryAt: now + wait } },
  }
}

/** The secret once a rotation was given up: its version loses AWSPENDING, and the next window is another one. */
export function rotationEnded(secret: Secret, rotation: Rotation, now: number): Secret {
  const { next } = rotation
  const passed = next !== undefined && next.opensAt <= now
  return {
    ...secret,
    stages: withoutStage(secret.stages, PENDING),
    changedAt: now,
    rotation: { ...rotation, next: passed ? windowBehind(rotation, now, now) : next, pending: undefined },
  }
}

/** The rotation after CancelRotateSecret: labels stay where they are (facts 8.6). */
export function cancelledRotation(rotation: Rotation): Rotation {
  return { ...rotation, enabled: false, next: undefined, pending: undefined }
}

/** The rotation after somebody wrote a new current value: for a schedule in days that counts as one (facts 8.5). */
export function renewedRotation(rotation: Rotation | undefined, now: number): Rotation | undefined {
  if (!rotation?.enabled || rotation.rules?.AutomaticallyAfterDays === undefined) return rotation
  return { ...rotation, next: windowBehind(rotation, now, now) }
}

function windowBehind({ rules, since }: Rotation, renewedAt: number, now: number): RotationWindow | undefined {
  return rules && nextWindow(rules, { since, renewedAt }, now)
}
