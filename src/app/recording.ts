import { cloudTrailDate } from '../audit/cloudtrail-date.ts'
import {
  type Entry,
  type EntryError,
  type EntryItem,
  type EntryKeyUse,
  type EntryVersionEvents,
  ERROR_MESSAGE_LIMIT,
  HOST_LIMIT,
  USER_AGENT_LIMIT,
} from '../audit/entry.ts'
import type { Change } from '../aws/change.ts'
import { AwsError } from '../aws/error.ts'
import type { AnyOperation, FurtherTarget, Target } from '../aws/operation.ts'
import { partitionOf } from '../aws/partition.ts'
import { queryError } from '../aws/query/query-errors.ts'
import type { ListShape, Shape, StructureShape } from '../aws/shape.ts'
import { arnIn } from '../iam/identity-arn.ts'
import { entryCaller } from '../identity/principal.ts'
import type { Call } from './call.ts'
import type { Service } from './service.ts'
import { failureCode } from './wire.ts'

/** CloudTrail's limit on the parameters of a record, characters (security facts 6.1), and what of each member is kept beyond it. */
const PARAMETERS_LIMIT = 100_000
const MEMBER_LIMIT = 4_096

export interface RecordingParts {
  readonly call: Call
  readonly service: Service
  readonly operation: AnyOperation
  /** Absent when the request could not be understood. */
  readonly input: object | undefined
  /** What stands in the record for a text that opens something. */
  readonly fingerprint: (text: string) => string
}

/** A call of KMS for the caller of another service, under a key that is not the service's own. */
export interface KeyUse {
  readonly operation: string
  /** ARN of the key, or of what was named as one; absent where the caller may not know it. */
  readonly key: string | undefined
  readonly secretArn: string
  readonly versionId: string
  readonly error?: EntryError | undefined
}

/** Gathers what the entry of one request will say, and the changes that commit with it. */
export class Recording {
  readonly changes: Change[] = []
  readonly afterCommit: (() => Promise<void>)[] = []
  readonly #call: Call
  readonly #service: Service
  readonly #operation: AnyOperation
  readonly #input: object | undefined
  readonly #fingerprint: RecordingParts['fingerprint']
  readonly #items: EntryItem[] = []
  readonly #keys: string[] = []
  /** Uses of keys since the last item. */
  readonly #uses: EntryKeyUse[] = []
  #versions: EntryVersionEvents | undefined
  #arn: string | undefined
  #others: readonly string[] | undefined
  #additional: Readonly<Record<string, string>> | undefined
  #response: Members | undefined

  constructor({ call, service, operation, input, fingerprint }: RecordingParts) {
    this.#call = call
    this.#service = service
    this.#operation = operation
    this.#input = input
    this.#fingerprint = fingerprint
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
    if (recordsAnswer && shape) this.#response = withinLimit(this.#recordable(shape, output as object))
    const beside = this.#operation.madeBeside?.(output)
    if (beside !== undefined) this.#others = [...(this.#others ?? []), beside]
  }

  item(item: EntryItem): void {
    // Items are performed one after the other, and a value is opened at most once for each.
    const use = this.#uses.pop()
    this.#items.push(use ? { ...item, use: withoutSecret(use, item.arn) } : item)
  }

  keyUsed({ operation: op, key, secretArn: s, versionId: v, error }: KeyUse): void {
    const k = key === undefined ? undefined : positionOf(key, this.#keys)
    this.#uses.push({ k, v, s, op: op === 'Decrypt' ? undefined : op, error })
  }

  versions(events: EntryVersionEvents): void {
    if (events.ids.length > 0) this.#versions = events
  }

  entry(error?: unknown): Entry {
    const { principal, region, requestId, now, address, agent, tls } = this.#call
    const itemsOf = this.#listedByItems()
    return {
      v: 1,
      id: requestId,
      at: now,
      service: this.#service.signingName,
      operation: this.#operation.name,
      access: this.#operation.access,
      region,
      caller: entryCaller(principal, this.#partition),
      address,
      agent: agent.slice(0, USER_AGENT_LIMIT),
      parameters: this.#input && withinLimit(this.#recordable(this.#operation.input, this.#input, itemsOf)),
      response: error === undefined ? this.#response : undefined,
      arn: this.#arn && this.#local(this.#arn),
      others: this.#others?.map((other) => this.#local(other)),
      additional: this.#additional,
      itemsOf,
      items: some(this.#items),
      keys: some(this.#keys),
      uses: some(this.#uses.map((use) => withoutSecret(use, this.#arn))),
      versions: error === undefined ? this.#versions : undefined,
      tls: tls && [tls.version, tls.cipher, tls.host.slice(0, HOST_LIMIT)],
      error: error === undefined ? undefined : entryError(error, this.#service),
    }
  }

  /** Records name identities in the partition of the request. */
  get #partition(): string {
    return partitionOf(this.#call.region)
  }

  #local(text: string): string {
    return arnIn(this.#partition, text)
  }

  /** The input member that the items say completely. */
  #listedByItems(): string | undefined {
    const { itemsOf } = this.#operation
    const listed = itemsOf && (this.#input as Record<string, unknown> | undefined)?.[itemsOf]
    return Array.isArray(listed) && listed.length === this.#items.length ? itemsOf : undefined
  }

  /** Members that a record may hold: no value, no token that opens anything, nothing that is sensitive, however deep. */
  #recordable({ members }: StructureShape<unknown>, value: object, without?: string): Members {
    const kept: Members = {}
    for (const { name, shape } of members) {
      const { sensitive, unrecorded } = shape.constraints
      const member = (value as Members)[name]
      if (member === undefined || name === without || sensitive || unrecorded) continue
      kept[name] = this.#recordableValue(shape, member)
    }
    return kept
  }

  #recordableValue(shape: Shape<unknown>, value: unknown): unknown {
    if (shape.constraints.fingerprinted) return this.#fingerprint(value as string)
    if (shape.constraints.identity) return this.#local(value as string)
    if (shape.kind === 'timestamp') return cloudTrailDate(value as Date)
    if (shape.kind === 'blob') return Buffer.from(value as Uint8Array).toString('base64')
    if (shape.kind === 'structure') return this.#recordable(shape as StructureShape<unknown>, value as object)
    if (shape.kind !== 'list') return value
    const { member } = shape as ListShape<unknown>
    return member.constraints.sensitive ? [] : (value as unknown[]).map((item) => this.#recordableValue(member, item))
  }
}

const some = <T>(list: readonly T[]): readonly T[] | undefined => (list.length > 0 ? list : undefined)

/** Where a text stands in a list, to which it is added when it is new. */
function positionOf(text: string, list: string[]): number {
  const found = list.indexOf(text)
  return found >= 0 ? found : list.push(text) - 1
}

/** A use of a key for a secret that is named beside it already. */
function withoutSecret({ s, ...use }: EntryKeyUse, arn: string | undefined): EntryKeyUse {
  return s === arn ? use : { ...use, s }
}

type Members = Record<string, unknown>

/** How an error stands in an entry: as clients see it. What is not meant for them is recorded as what they see of it. */
export function entryError(error: unknown, { protocol }: Pick<Service, 'protocol'>): EntryError {
  if (!(error instanceof AwsError)) return { code: failureCode({ protocol }), message: '' }
  const code = protocol?.kind === 'query' ? queryError(error).code : error.code
  return { code, message: error.hasMessage ? error.message.slice(0, ERROR_MESSAGE_LIMIT) : '' }
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
