import { AwsError } from '../aws/error.ts'
import { type AnyOperation, type Conditions, noResource, type Target } from '../aws/operation.ts'
import { structure } from '../aws/shape.ts'
import { AskingAuthorizer } from '../explanations/asking-authorizer.ts'
import type { Attempt, Check, Rehearsal } from '../explanations/context.ts'
import { errors } from '../explanations/errors.ts'
import { accountIn } from '../identity/entities.ts'
import type { CallerView, Viewed } from './caller-view.ts'
import type { KnownAction } from './known-actions.ts'
import type { Gate, GateParts } from './perform.ts'
import { rehearse } from './rehearsal-gate.ts'
import type { Service } from './service.ts'

/** Member by which the operations of a service name their resource. */
const NAMING_MEMBER: Readonly<Record<string, string>> = { secretsmanager: 'SecretId', kms: 'KeyId' }

export interface RehearsalsParts {
  /** The gate of the explanation itself. */
  readonly gate: Gate
  readonly view: CallerView
  readonly actions: ReadonlyMap<string, KnownAction>
  readonly kms: Service
  readonly authorizer: GateParts['authorizer']
}

/** A call that can be tried. */
interface Prepared {
  readonly operation: AnyOperation
  readonly input: object
  /** Undefined where the operation itself finds out. */
  readonly exists?: boolean | undefined
}

/** What a rehearsed call has come to. */
interface Course {
  readonly target: Target<unknown> | undefined
  readonly error: AwsError | undefined
  /** Every refusal on the way, the innermost first. */
  readonly refusals: readonly AwsError[]
}

/** How many times the steps of one request the calls may take together that one explanation tries: a list ends its page after once. */
const MAX_REQUESTS_OF_STEPS = 2

/** Tries calls for one explanation. */
export class Rehearsals {
  readonly #parts: RehearsalsParts
  #steps = 0

  constructor(parts: RehearsalsParts) {
    this.#parts = parts
  }

  /** Whether the calls that were tried have taken as many steps of policy evaluation as one request may take. */
  get hasTakenAllSteps(): boolean {
    return this.#steps > this.#maxSteps
  }

  get #maxSteps(): number {
    return this.#parts.gate.call.evaluation.work.limit
  }

  async rehearse({ principal, action: named, resource, assumed }: Attempt): Promise<Rehearsal> {
    const { gate, actions, authorizer, kms, view } = this.#parts
    if (this.#steps > MAX_REQUESTS_OF_STEPS * this.#maxSteps) throw errors.tooMuchWork(principal.arn)
    const known = actions.get(named.toLowerCase())
    if (!known) throw errors.noAction(named)
    const { account } = gate.call.principal
    if ((accountIn(resource) ?? account) !== account) throw errors.foreignResource(resource)
    const { action, service = kms } = known
    const supposed = assumed.kind === 'keys' ? assumed.supposed : {}
    const prepared = await this.#prepare(known, resource, supposed)
    const asking = new AskingAuthorizer(authorizer, assumed)
    const course = await this.#try(service, prepared, principal, asking)
    // A key that a service uses in the caller's name was not looked at by the caller of the explanation.
    for (const { resource: key } of asking.checks.filter(({ via }) => via !== undefined)) await view.checkKey(kms, key)
    const { target } = course
    return {
      action,
      checks: asking.checks,
      ...outcomeOf(course, asking.checks, prepared.operation),
      resource: target?.resource ?? resource,
      exists: 'exists' in prepared ? prepared.exists : existence(target),
      anyone: prepared.operation.allowsAnyone ?? false,
    }
  }

  /** The operation as it is, with a request about the resource; or a stand-in that asks for the action alone where no request can be made up. */
  async #prepare({ action, service, operation }: KnownAction, resource: string, supposed: Conditions) {
    const { gate, view } = this.#parts
    const { account } = gate.call.principal
    const input = operation && service && requestOf(operation, service, resource, supposed)
    if (resource === '*' || (operation && service && (await this.#hasNoResource(service, operation)))) {
      const isBatch = operation?.itemsOf !== undefined && resource !== '*'
      if (operation && input && isBatch) return { operation, input, exists: undefined }
      return standIn(action, operation, noResource(account))
    }
    const viewed = service && (await view.look(service, resource))
    if (!viewed) return standIn(action, operation, unknownTarget(resource, accountIn(resource) ?? account))
    const { target, isKnown } = viewed
    if (operation && input && isKnown) return { operation, input }
    return { ...standIn(action, operation, target, input), exists: isKnown ? existsIn(viewed) : undefined }
  }

  async #try(
    service: Service,
    { operation, input }: Prepared,
    principal: Attempt['principal'],
    authorizer: AskingAuthorizer,
  ): Promise<Course> {
    const { call, report } = this.#asked(principal)
    const refusals: AwsError[] = []
    let target: Target<unknown> | undefined
    const watch = {
      found(found: Target<unknown>) {
        target ??= found
      },
    }
    const parts = { authorizer, onFailure: report, refused: (error: AwsError) => refusals.push(error) }
    try {
      await rehearse({ service, operation, input }, call, parts, watch)
      return { target, error: undefined, refusals }
    } catch (error) {
      if (!(error instanceof AwsError)) throw error
      return { target, error, refusals }
    } finally {
      this.#steps += call.evaluation.work.steps
    }
  }

  /** The call that is tried: now, over TLS, from an address and by an agent that are not known. */
  #asked(principal: Attempt['principal']) {
    const { gate } = this.#parts
    const { region, now, requestId } = gate.call
    // The call that is tried has all the steps of policy evaluation for itself.
    const evaluation = this.#parts.authorizer.newEvaluation()
    const call = { principal, region, now, requestId, address: '', secure: true, agent: '', evaluation }
    return { call, report: (error: unknown) => gate.report(error as Error) }
  }

  /** An operation without a resource says so whatever it is asked for. Others cannot say anything without an input. */
  async #hasNoResource(service: Service, operation: AnyOperation): Promise<boolean> {
    try {
      return (await operation.target({}, service.contextFor(this.#parts.gate))).resource === '*'
    } catch {
      return false
    }
  }
}

/** A request about a resource: the one that the operation declares, or the one with the naming member alone, where that is complete. */
function requestOf(
  { rehearsal, input: { members } }: AnyOperation,
  { signingName }: Service,
  resource: string,
  supposed: Conditions,
): object | undefined {
  if (rehearsal) return rehearsal.request(resource, supposed)
  const member = NAMING_MEMBER[signingName]
  if (member === undefined || !members.some(({ name }) => name === member)) return undefined
  const isComplete = members.every(({ name, required }) => name === member || !required)
  return isComplete ? { [member]: resource } : undefined
}

const NO_INPUT = structure({})

/** An operation that asks for one action on one target, and refuses what the operation refuses by the state of its target. */
function standIn(
  action: string,
  operation: AnyOperation | undefined,
  target: Target<unknown>,
  input?: object,
): Prepared & { readonly exists: undefined } {
  const { name = action, access = 'read', acceptsManaged, acceptsUnusable, allowsAnyone } = operation ?? {}
  const asking: AnyOperation = {
    name,
    access,
    action,
    input: operation?.input ?? NO_INPUT,
    target: () => target,
    // Without a request there are no conditions of one.
    ...(input && operation?.conditions && { conditions: operation.conditions }),
    acceptsMissing: () => true,
    ...(acceptsManaged && { acceptsManaged }),
    ...(acceptsUnusable && { acceptsUnusable }),
    allowsAnyone,
    run: () => undefined,
  }
  return { operation: asking, input: input ?? {}, exists: undefined }
}

const unknownTarget = (resource: string, account: string): Target<undefined> => ({
  resource,
  label: resource,
  account,
  tags: [],
  value: undefined,
})

const existsIn = ({ target }: Viewed) => target.value !== undefined

/** A target that is made by the operation is not missing. */
function existence(target: Target<unknown> | undefined): boolean | undefined {
  if (!target || target.resource === '*') return undefined
  if (target.value !== undefined) return true
  return target.missing ? false : undefined
}

/** A resource that does not exist is no refusal: the answer is what policies say of its name. */
function outcomeOf(
  { target, error, refusals }: Course,
  checks: readonly Check[],
  { itemsOf }: AnyOperation,
): Pick<Rehearsal, 'outcome' | 'refusal'> {
  // A batch answers with the refusal of its item.
  const failed = error ?? (itemsOf === undefined ? undefined : refusals.at(-1))
  if (!failed || failed === target?.missing) return { outcome: 'succeeds', refusal: undefined }
  if (checks.at(-1)?.decision.allowed === false) return { outcome: 'denied', refusal: undefined }
  const sentences = new Set([failed, ...refusals.slice(-2)].map(({ code, message }) => message || code))
  return { outcome: 'refused', refusal: [...sentences].join(' ') }
}
