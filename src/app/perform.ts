import type { EntryVersionEvents } from '../audit/entry.ts'
import type { Trail } from '../audit/trail.ts'
import { type Change, ConflictError } from '../aws/change.ts'
import { AwsError } from '../aws/error.ts'
import type { AnyOperation, FurtherTarget, Operation, Target } from '../aws/operation.ts'
import type { Authorizer } from '../identity/authorize.ts'
import type { LastUse } from '../identity/identity-store.ts'
import { type Asked, accessQuestion } from './access-question.ts'
import type { Call, CallAttempt } from './call.ts'
import { Hold } from './hold.ts'
import { localError, localOutput } from './identity-arns.ts'
import { entryError, type KeyUse, Recording } from './recording.ts'
import type { ResourceLocks } from './resource-locks.ts'
import type { Service } from './service.ts'

/** A change that remembers a use of an access key or a role. */
export interface RememberedUse {
  readonly change: Change
  /** To be called when it did not commit, so that the next use is remembered. */
  failed(): void
}

/** Who is told how far an operation has come. */
export interface Watch {
  /** The target is found, and nothing is decided. */
  found?(target: Target<unknown>): void
  /** Permission is given. */
  allowed?(target: Target<unknown>, further: readonly FurtherTarget[]): void | Promise<void>
}

/** What the gate itself needs. */
export interface GateParts {
  readonly trail: Trail
  readonly authorizer: Authorizer
  /** Undefined when it is not due to remember a use. */
  readonly remember: (use: LastUse) => RememberedUse | undefined
  readonly locks: ResourceLocks
  /** What stands in a record for a text that opens something. */
  readonly fingerprint: (text: string) => string
  /** Told of a request that was denied because its decisions take more steps of policy evaluation than they may. */
  readonly onTooMuchWork: (attempt: CallAttempt) => void
  /** Told about failures that the answer does not show. */
  readonly onFailure: (error: unknown, requestId: string) => void
}

/** What a gate itself uses. */
type OwnParts = Pick<GateParts, 'onFailure'> & { readonly authorizer: Pick<Authorizer, 'authorize'> }

/** A write that lost against others this often in a row is given up; within one process, locks keep writers of one thing apart. */
const MAX_ATTEMPTS = 20

/**
 * The only way to a secret or a key: target → authorize → existence → state → run → record.
 *
 * A gate stands for one attempt of one request by one caller. Services reach each other through it, as the same caller.
 */
export class Gate {
  readonly call: CallAttempt
  readonly #recording: Recording
  readonly #parts: OwnParts
  /** True where an operation is only tried: it may look at everything, change nothing, and open no secret value. */
  readonly rehearses: boolean = false
  /** Signing name of the service that calls another for the caller; absent at the gate that the request itself passes. */
  readonly calledBy: string | undefined

  constructor(call: CallAttempt, recording: Recording, parts: OwnParts, via?: string) {
    this.call = call
    this.#recording = recording
    this.#parts = parts
    this.calledBy = via
  }

  /** The gate as a service passes it on behalf of the caller: policies see who calls for whom. */
  via(service: Service): Gate {
    return this.copy(this.call, service.signingName)
  }

  /** The gate as the same caller passes it in another Region, within the same request. */
  in(region: string): Gate {
    return this.copy({ ...this.call, region }, this.calledBy)
  }

  /** A gate of the same request. */
  protected copy(call: CallAttempt, via: string | undefined): Gate {
    return new Gate(call, this.#recording, this.#parts, via)
  }

  /** Adds a change that commits with the record, or not at all. */
  change(change: Change): void {
    this.#recording.changes.push(change)
  }

  /** Tells the operator of what the caller only sees as a refusal. */
  report(error: Error): void {
    this.#parts.onFailure(error, this.call.requestId)
  }

  /** Something to do once the changes have committed. */
  afterCommit(work: () => Promise<void>): void {
    this.#recording.afterCommit.push(work)
  }

  /** Says in the record what the request begins or ends for versions of its secret. */
  versionEvents(events: EntryVersionEvents): void {
    this.#recording.versions(events)
  }

  /** Leaves the record of a call of KMS that was made for the caller. */
  keyUsed(use: KeyUse): void {
    this.#recording.keyUsed(use)
  }

  /** Passes the gate for an operation that the request consists of, or that another service performs for the caller. */
  async pass<I, O, V, C>(service: Service, operation: Operation<I, O, V, C>, input: I, watch: Watch = {}): Promise<O> {
    const refusal = service.refuses?.(this.call.principal, operation.name)
    if (refusal) throw refusal
    const context = service.contextFor(this) as C
    operation.check?.(input)
    const target = await operation.target(input, context)
    watch.found?.(target)
    const further = (await operation.furtherTargets?.(input, target, context)) ?? []
    if (!operation.allowsAnyone) await this.#authorize(service, operation, input, target, context)
    for (const one of further) await this.#askFurther(service, operation, one)
    // Only now: a record must not tell a caller who was denied what there is.
    await watch.allowed?.(target, further)
    if (target.unreadable) throw target.unreadable
    if (target.missing && !operation.acceptsMissing?.(input)) throw target.missing
    if (target.closed) throw target.closed
    if (target.managed && operation.access === 'write' && !operation.acceptsManaged?.(input)) throw target.managed
    if (target.unusable && !operation.acceptsUnusable?.(input)) throw target.unusable
    for (const { target, lenient } of further) {
      const refusal = target.unreadable ?? (lenient ? undefined : (target.missing ?? target.unusable))
      if (refusal) throw refusal
    }
    return this.run(operation, input, target.value as V, context)
  }

  protected run<I, O, V, C>(operation: Operation<I, O, V, C>, input: I, value: V, context: C): O | Promise<O> {
    return operation.run(input, value, context)
  }

  /** Throws unless the caller may do all that the operation is about, now and with the tags that the resource would have then. */
  async #authorize<I, O, V, C>(
    service: Service,
    operation: Operation<I, O, V, C>,
    input: I,
    target: Target<V>,
    context: C,
  ): Promise<void> {
    const given = operation.conditions && (await operation.conditions(input, context))
    const named = (name: string) => `${service.signingName}:${name}`
    const own = operation.action ?? named(operation.name)
    const ask = (action: string, tags: Target<V>['tags'], { moved, conditions }: Asked = {}) =>
      this.#ask(service, action, target, { tags, moved, conditions: { ...given, ...conditions } })
    try {
      await ask(own, target.tags)
      for (const further of operation.alsoRequires?.(input, context) ?? []) {
        const { action, conditions } = typeof further === 'string' ? { action: further, conditions: {} } : further
        await ask(declared(named(action), operation), target.tags, { conditions })
      }
      for (const moved of target.alsoOn ?? []) await ask(own, target.tags, { moved })
      if (operation.tagsAfter && target.value !== undefined) await ask(own, operation.tagsAfter(input, target.value))
    } catch (error) {
      throw target.denied && error instanceof AwsError ? target.denied : error
    }
  }

  /** Throws unless the caller may do one thing to a target. */
  async #ask<V>(service: Service, action: string, target: Target<V>, asked: Asked): Promise<void> {
    await this.call.evaluation.yieldTurn()
    const { request, unknown } = accessQuestion({ call: this.call, via: this.calledBy, service, action, target }, asked)
    this.#parts.authorizer.authorize(request, asked.moved ?? target.label, unknown)
  }

  /** The same for another target of an operation. */
  async #askFurther(
    service: Service,
    operation: AnyOperation,
    { action, target, region }: FurtherTarget,
  ): Promise<void> {
    try {
      await this.#ask(service, declared(action, operation), target, { region })
    } catch (error) {
      throw target.denied && error instanceof AwsError ? target.denied : error
    }
  }

  /** Like `pass`, as one item of the request, whose outcome is recorded under the id the caller gave. */
  async passItem<I, O, V, C>(service: Service, operation: Operation<I, O, V, C>, input: I, id: string): Promise<O> {
    let arn: string | undefined
    try {
      const allowed = ({ value, resource }: Target<unknown>) => {
        if (value) arn = resource
      }
      const output = await this.pass(service, operation, input, { allowed })
      this.#recording.item({ id, arn })
      return output
    } catch (error) {
      // An operation may answer with it, so that it never reaches the end of the request.
      const shown = localError(error, this.call.region)
      this.#recording.item({ id, arn, error: entryError(shown, service) })
      throw shown
    }
  }
}

/** An action beyond its own that an operation asks for. Throws where it does not declare it: explanations would not know the action. */
function declared(action: string, { name, furtherActions }: AnyOperation): string {
  if (!furtherActions?.includes(action)) throw new Error(`${name} does not declare the action ${action}`)
  return action
}

/**
 * Performs an operation and leaves its record; the answer exists only once the record is durable, and the changes with it. A write whose
 * premises have moved meanwhile is decided again from the start.
 *
 * Throws AwsErrors, once they are recorded too; anything else is a failure of the server.
 */
export async function perform<I, O>(
  service: Service,
  operation: Operation<I, O, unknown, unknown>,
  input: I,
  call: Call,
  parts: GateParts,
): Promise<O> {
  const used = useOf(service, call, parts)
  await using hold = new Hold(operation.access === 'write' ? parts.locks : undefined)
  for (let attempt = 1; ; attempt++) {
    const { fingerprint } = parts
    const recording = new Recording({ call, service, operation, input: input as object, fingerprint })
    const evaluation = parts.authorizer.newEvaluation()
    try {
      const answer = await new Gate({ ...call, evaluation }, recording, parts).pass(service, operation, input, {
        async allowed(target, further) {
          if (target.value !== undefined || operation.makes) recording.resolved(target, further)
          await hold.take(target.resource)
        },
      })
      const output = localOutput(operation, answer, call.region)
      recording.answered(output)
      await parts.trail.append(recording.entry(), [...recording.changes, ...changesOf(used)])
      await settle(recording, (error) => parts.onFailure(error, call.requestId))
      return output
    } catch (error) {
      if (error instanceof ConflictError && attempt < MAX_ATTEMPTS) continue
      const shown = localError(error, call.region)
      await recordError(recording, shown, used, parts.trail)
      throw shown
    } finally {
      if (evaluation.work.isExceeded) parts.onTooMuchWork({ ...call, evaluation })
    }
  }
}

/** A refusal is told only once it is recorded. A failure of the server tells nothing, so its record may be missing where none can be written. */
async function recordError(
  recording: Recording,
  error: unknown,
  used: RememberedUse | undefined,
  trail: Trail,
): Promise<void> {
  // Anybody with a token of some issuer could fill the trail: refused, they are for the security log.
  if (recording.isOfOutsider) return
  const recorded = trail.append(recording.entry(error), changesOf(used)).catch((failure) => {
    used?.failed()
    throw failure
  })
  if (error instanceof AwsError) await recorded
  else await recorded.catch(() => {})
}

/** What remembers that the caller's access key, or the role behind it, was used. */
function useOf(service: Service, { principal, now, region }: Call, { remember }: GateParts): RememberedUse | undefined {
  const { type, accessKeyId, session } = principal
  const id = session ? session.role?.id : type === 'IAMUser' ? accessKeyId : undefined
  return id === undefined ? undefined : remember({ id, at: now, service: service.signingName, region })
}

const changesOf = (used: RememberedUse | undefined): readonly Change[] => (used ? [used.change] : [])

/** What was to be done after the commit; it has happened, whatever becomes of this. */
async function settle(recording: Recording, onFailure: (error: unknown) => void): Promise<void> {
  for (const work of recording.afterCommit) await work().catch(onFailure)
}

/** Records an authenticated request that was refused before the gate: nobody's input could be understood. */
export function recordRefusal(
  service: Service,
  operation: AnyOperation,
  error: AwsError,
  call: Call,
  { trail, fingerprint }: GateParts,
): Promise<void> {
  return trail.append(new Recording({ call, service, operation, input: undefined, fingerprint }).entry(error))
}
