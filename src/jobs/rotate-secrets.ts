import { randomUUID } from 'node:crypto'
import { type Change, ConflictError } from '../aws/change.ts'
import { type RotationFunctions, STEPS, type Step, TEST_STEPS } from '../rotation/rotation-functions.ts'
import { followLabels } from '../secrets/replicate.ts'
import {
  beginRotation,
  type PendingRotation,
  progressOf,
  type Rotation,
  rotationDueAt,
  rotationEnded,
  rotationFailed,
  rotationSucceeded,
  rotatorName,
  unfinishedVersion,
} from '../secrets/rotation.ts'
import type { RotationLeases } from '../secrets/rotation-leases.ts'
import type { Secret } from '../secrets/secret.ts'
import { type SecretsStore, TamperedError, type VersionChanges } from '../secrets/secrets-store.ts'

/** Rotations that one process carries out at once: each may be a process of its own. */
const MAX_AT_ONCE = 4
/** After so long without a sign of life, another process takes over. */
export const LEASE_MS = 60_000
const RENEW_EVERY_MS = LEASE_MS / 3
/** A change that lost against others this often in a row is given up; the rotation is taken up again later. */
const MAX_ATTEMPTS = 20

/** What happened to a rotation, as records name it (facts 8.6). */
export interface RotationEvent {
  readonly operation: string
  readonly versionId: string
  /** Present when a step failed. */
  readonly step?: Step | undefined
}

export interface RotatorParts {
  readonly store: SecretsStore
  readonly leases: RotationLeases
  readonly functions: RotationFunctions
  readonly now: () => number
  /** Commits what became of a secret together with its record. */
  readonly record: (secret: Secret, event: RotationEvent, changes: readonly Change[]) => Promise<void>
  /** Told why a step failed, and of what went wrong beside. */
  readonly onFailure: (secret: Secret, step: Step | undefined, error: unknown) => void
}

/**
 * Carries out rotations: those that were asked for, those whose window has opened, those that failed and are due again. Exactly one process is at a
 * secret; what one leaves unfinished, another begins again at the first step with the same version, as the functions of AWS expect.
 */
export class SecretRotator {
  readonly #parts: RotatorParts
  /** Names this process in leases. */
  readonly #owner = randomUUID()
  readonly #active = new Map<number, Promise<void>>()

  constructor(parts: RotatorParts) {
    this.#parts = parts
  }

  /** Starts what is due, and what has become due when one of these ends; waits for none. */
  async start(signal: AbortSignal): Promise<void> {
    if (this.#active.size >= MAX_AT_ONCE || signal.aborted) return
    const due = await this.#parts.store.rotationsDue(this.#parts.now(), MAX_AT_ONCE * 2)
    for (const secret of due) {
      if (this.#active.size >= MAX_AT_ONCE) return
      if (!this.#active.has(secret.id)) this.#begin(secret, signal)
    }
  }

  /** Resolves when nothing is under way in this process any more. */
  async settled(): Promise<void> {
    while (this.#active.size > 0) await Promise.all(this.#active.values())
  }

  #begin(secret: Secret, signal: AbortSignal): void {
    const { onFailure } = this.#parts
    const running = this.#withLease(secret, signal)
      .catch((error) => {
        onFailure(secret, undefined, error)
        return false
      })
      .then(async (didSomething) => {
        this.#active.delete(secret.id)
        // There may be more than was let in at once.
        if (didSomething) await this.start(signal).catch((error) => onFailure(secret, undefined, error))
      })
    this.#active.set(secret.id, running)
  }

  async #withLease(secret: Secret, stop: AbortSignal): Promise<boolean> {
    const { leases, now } = this.#parts
    const take = () => leases.take(secret.id, this.#owner, now(), now() + LEASE_MS)
    if (!(await take())) return false
    const lost = new AbortController()
    const renew = () =>
      take().then(
        (held) => held || lost.abort(),
        () => lost.abort(),
      )
    const timer = setInterval(renew, RENEW_EVERY_MS).unref()
    try {
      await new OneRotation(this.#parts, secret.arn).run(AbortSignal.any([stop, lost.signal]))
    } finally {
      clearInterval(timer)
      await leases.release(secret.id, this.#owner)
    }
    return true
  }
}

/** One attempt at the rotation of one secret. */
class OneRotation {
  readonly #parts: RotatorParts
  readonly #arn: string

  constructor(parts: RotatorParts, arn: string) {
    this.#parts = parts
    this.#arn = arn
  }

  async run(signal: AbortSignal): Promise<void> {
    const pending = await this.#take()
    if (!pending) return
    const prefix = pending.kind === 'test' ? 'TestRotation' : 'Rotation'
    for (const step of pending.kind === 'test' ? TEST_STEPS : STEPS) {
      if (!(await this.#goesOn(pending, signal))) return
      const error = await this.#invoke(step, pending, signal)
      // Stopped from outside, not failed: it is taken up again.
      if (signal.aborted) return
      if (error !== undefined) return this.#fail(step, pending, `${prefix}Failed`, error)
    }
    if (pending.kind === 'test') return this.#end(pending, `${prefix}Succeeded`)
    await this.#finish(pending)
  }

  /** The rotation to be carried out now; one whose window has opened begins here. */
  async #take(): Promise<PendingRotation | undefined> {
    const taken = await this.#change((secret, rotation) => {
      const due = rotationDueAt(secret)
      if (due === undefined || due > this.#parts.now()) return undefined
      const begun = rotation.pending
        ? secret
        : beginRotation(secret, rotation, unfinishedVersion(secret) ?? randomUUID(), this.#parts.now())
      const pending = begun.rotation?.pending
      if (!pending) return undefined
      const operation = pending.kind === 'test' ? 'TestRotationStarted' : 'RotationStarted'
      return { secret: begun, event: { operation, versionId: pending.versionId } }
    })
    return taken?.rotation?.pending
  }

  /** Whether the next step is to be taken; a rotation that others have made pointless is given up. */
  async #goesOn(pending: PendingRotation, signal: AbortSignal): Promise<boolean> {
    if (signal.aborted) return false
    const secret = await this.#read()
    const progress = secret ? progressOf(secret, pending.versionId) : 'over'
    if (progress === 'abandoned') await this.#end(pending, 'RotationAbandoned')
    return progress === 'pending' || progress === 'current'
  }

  /** Why the function failed; undefined when it did not. */
  async #invoke(step: Step, { versionId }: PendingRotation, signal: AbortSignal): Promise<unknown> {
    const secret = await this.#read()
    if (!secret?.rotation) return undefined
    const { arn, account, region, rotation } = secret
    const { external } = rotation
    const event = {
      Step: step,
      SecretId: arn,
      ClientRequestToken: versionId,
      ...(external && { ExternalSecretRotationMetadata: external.metadata }),
    }
    const rotated = { arn, account, region, role: external?.roleArn }
    try {
      const lambdaArn = rotatorName(secret, rotation)
      await this.#parts.functions.invoke({ lambdaArn, secret: rotated, event }, signal)
      return undefined
    } catch (error) {
      return error ?? new Error('The function failed')
    }
  }

  /** After the last step: the function must have moved AWSCURRENT. */
  async #finish(pending: PendingRotation): Promise<void> {
    const { versionId } = pending
    const secret = await this.#read()
    const progress = secret ? progressOf(secret, versionId) : 'over'
    if (progress === 'over') return
    if (progress === 'abandoned') return this.#end(pending, 'RotationAbandoned')
    if (progress === 'pending') {
      const why = new Error('The function did not move AWSCURRENT to the new version')
      return this.#fail('finishSecret', pending, 'RotationFailed', why)
    }
    await this.#change((found, rotation) =>
      progressOf(found, versionId) === 'current'
        ? {
            secret: rotationSucceeded(found, rotation, versionId, this.#parts.now()),
            event: { operation: 'RotationSucceeded', versionId },
          }
        : undefined,
    )
  }

  async #fail(step: Step, pending: PendingRotation, operation: string, error: unknown): Promise<void> {
    if (pending.kind === 'test') await this.#end(pending, operation, step)
    else
      await this.#change((secret, rotation) =>
        progressOf(secret, pending.versionId) === 'over'
          ? undefined
          : {
              secret: rotationFailed(secret, rotation, step, this.#parts.now()),
              event: { operation, versionId: pending.versionId, step },
            },
      )
    const secret = await this.#read()
    if (secret) this.#parts.onFailure(secret, step, error)
  }

  /** A rotation that has come to its end without a new value. What a test made goes again. */
  async #end({ kind, versionId }: PendingRotation, operation: string, step?: Step): Promise<void> {
    await this.#change((secret, rotation) =>
      progressOf(secret, versionId) === 'over'
        ? undefined
        : {
            secret: rotationEnded(secret, rotation, this.#parts.now()),
            event: { operation, versionId, step },
            versions: kind === 'test' && progressOf(secret, versionId) !== 'current' ? { remove: [versionId] } : {},
          },
    )
  }

  /** Decides on a fresh view and commits, anew as often as others were first. Undefined where there is nothing to change. */
  async #change(decide: (secret: Secret, rotation: Rotation) => Decision | undefined): Promise<Secret | undefined> {
    for (let attempt = 1; ; attempt++) {
      const secret = await this.#read()
      const decision = secret?.rotation && decide(secret, secret.rotation)
      if (!secret || !decision) return undefined
      const { store, record } = this.#parts
      const { versions = {} } = decision
      // A failure, or one more try, is no affair of theirs.
      const concerned = decision.secret.stages !== secret.stages || versions.remove !== undefined
      const replicas = concerned ? await followLabels(decision.secret, versions, store) : []
      try {
        await record(secret, decision.event, [store.update(decision.secret, versions), ...replicas])
        return decision.secret
      } catch (error) {
        if (!(error instanceof ConflictError) || attempt >= MAX_ATTEMPTS) throw error
      }
    }
  }

  async #read(): Promise<Secret | undefined> {
    const [found] = await this.#parts.store.findMany([{ arn: this.#arn }])
    if (found instanceof TamperedError) throw found
    return found?.secret
  }
}

interface Decision {
  readonly secret: Secret
  readonly event: RotationEvent
  readonly versions?: VersionChanges | undefined
}
