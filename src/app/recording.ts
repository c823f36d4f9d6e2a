import { type Entry, type EntryError, type EntryItem, ERROR_MESSAGE_LIMIT, USER_AGENT_LIMIT } from '../audit/entry.ts'
import type { Change } from '../aws/change.ts'
import { AwsError } from '../aws/error.ts'
import type { AnyOperation, FurtherTarget, Target } from '../aws/operation.ts'
import { queryError } from '../aws/query/query-errors.ts'
import type { ListShape, Shape, StructureShape } from '../aws/shape.ts'
import { entryCaller } from '../identity/principal.ts'
import type { Call } from './call.ts'
import type { Service } from './service.ts'
import { failureCode } from './wire.ts'

/** CloudTrail's limit on the parameters of a record, characters (security facts 6.1), and what of each member is kept beyond it. */
const PARAMETERS_LIMIT = 100_000
const MEMBER_LIMIT = 4_096

/** Gathers what the entry of one request will say, and the changes that commit with it. */
export class Recording {
  readonly changes: Change[] = []
  readonly afterCommit: (() => Promise<void>)[] = []
  readonly #call: Call
  readonly #service: Service
  readonly #operation: AnyOperation
  readonly #input: object | undefined
  readonly #items: EntryItem[] = []
  #arn: string | undefined
  #others: readonly string[] | undefined
  #additional: Readonly<Record<string, string>> | undefined
  #response: Members | undefined

  /** @param input absent when the request could not be understood */
  constructor(call: Call, service: Service, operation: AnyOperation, input: object | undefined) {
    this.#call = call
    this.#service = service
    this.#operation = operation
    this.#input = input
  }

  /** True for a caller who is none of the installation: somebody with a token that an issuer gave. */
  get isOfOutsider(): boolean {
    return this.#call.principal.type === 'WebIdentityUser'
  }

  /** The resource the request works on, and others that it touches, where the caller may know of them. */
  resolved(
    { resource, value }: Pick<Target<unknown>, 'resource' | 'value'>,
    further: readonly FurtherTarget[] = [],
  ): void {
    if (resource !== '*') this.#arn = resource
    const others = further.flatMap(({ target, lenient }) => (target.value || lenient ? [target.resource] : []))
    const different = new Set(others.filter((other) => other !== '*' && other !== resource))
    if (different.size > 0) this.#others = [...different]
    if (value !== undefined) this.#additional = this.#operation.recordsAlso?.(value)
  }

  /** What the operation answered: a thing that was made may have its ARN only now. */
  answered(output: unknown): void {
    const arn = this.#operation.madeArn?.(output) ?? (output as { ARN?: unknown } | undefined)?.ARN
    if (typeof arn === 'string') this.#arn = arn
    const { recordsAnswer, output: shape } = this.#operation
    if (recordsAnswer && shape) this.#response = withinLimit(recordable(shape, output as object))
  }

  item(item: EntryItem): void {
    this.#items.push(item)
  }

  entry(error?: unknown): Entry {
    const { principal, region, requestId, now, address, agent } = this.#call
    const itemsOf = this.#listedByItems()
    return {
      v: 1,
      id: requestId,
      at: now,
      service: this.#service.signingName,
      operation: this.#operation.name,
      access: this.#operation.access,
      region,
      caller: entryCaller(principal),
      address,
      agent: agent.slice(0, USER_AGENT_LIMIT),
      parameters: this.#input && withinLimit(recordable(this.#operation.input, this.#input, itemsOf)),
      response: error === undefined ? this.#response : undefined,
      arn: this.#arn,
      others: this.#others,
      additional: this.#additional,
      itemsOf,
      items: this.#items.length > 0 ? this.#items : undefined,
      error: error === undefined ? undefined : entryError(error, this.#service),
    }
  }

  /** The input member that the items say completely. */
  #listedByItems(): string | undefined {
    const { itemsOf } = this.#operation
    const listed = itemsOf && (this.#input as Record<string, unknown> | undefined)?.[itemsOf]
    return Array.isArray(listed) && listed.length === this.#items.length ? itemsOf : undefined
  }
}

type Members = Record<string, unknown>

/** How an error stands in an entry: as clients see it. What is not meant for them is recorded as what they see of it. */
export function entryError(error: unknown, { protocol }: Pick<Service, 'protocol'>): EntryError {
  if (!(error instanceof AwsError)) return { code: failureCode({ protocol }), message: '' }
  const code = protocol?.kind === 'query' ? queryError(error).code : error.code
  return { code, message: error.hasMessage ? error.message.slice(0, ERROR_MESSAGE_LIMIT) : '' }
}

/** Members that a record may hold: no value, no token that opens anything, nothing that is sensitive, however deep. */
function recordable({ members }: StructureShape<unknown>, value: object, without?: string): Members {
  const kept: Members = {}
  for (const { name, shape } of members) {
    const { sensitive, unrecorded } = shape.constraints
    const member = (value as Members)[name]
    if (member === undefined || name === without || sensitive || unrecorded) continue
    kept[name] = recordableValue(shape, member)
  }
  return kept
}

function recordableValue(shape: Shape<unknown>, value: unknown): unknown {
  if (shape.kind === 'structure') return recordable(shape as StructureShape<unknown>, value as object)
  if (shape.kind !== 'list') return value
  const { member } = shape as ListShape<unknown>
  return member.constraints.sensitive ? [] : (value as unknown[]).map((item) => recordableValue(member, item))
}

/** Parameters as they are, or without the lists and texts that make them too large: nobody fills the trail with refused requests. */
function withinLimit(parameters: Members): Members {
  if (JSON.stringify(parameters).length <= PARAMETERS_LIMIT) return parameters
  const small = Object.entries(parameters).filter(([, value]) => JSON.stringify(value).length <= MEMBER_LIMIT)
  return {
    ...Object.fromEntries(small),
    omitted: Object.keys(parameters).filter((name) => !small.some(([kept]) => kept === name)),
  }
}
