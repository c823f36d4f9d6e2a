import { type Entry, type EntryError, type EntryItem, ERROR_MESSAGE_LIMIT, USER_AGENT_LIMIT } from '../audit/entry.ts'
import type { Change } from '../aws/change.ts'
import { AwsError } from '../aws/error.ts'
import type { AnyOperation } from '../aws/operation.ts'
import type { StructureShape } from '../aws/shape.ts'
import { entryCaller } from '../identity/principal.ts'
import type { Call } from './call.ts'
import type { Service } from './service.ts'

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

  /** @param input absent when the request could not be understood */
  constructor(call: Call, service: Service, operation: AnyOperation, input: object | undefined) {
    this.#call = call
    this.#service = service
    this.#operation = operation
    this.#input = input
  }

  /** The resource the request works on, where the caller may know of it. */
  resolved(arn: string): void {
    if (arn !== '*') this.#arn = arn
  }

  /** What the operation answered: a thing that was made may have its ARN only now. */
  answered(output: unknown): void {
    const arn = (output as { ARN?: unknown } | undefined)?.ARN
    if (typeof arn === 'string') this.#arn = arn
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
      parameters: this.#input && recordable(this.#operation.input, this.#input, itemsOf),
      arn: this.#arn,
      itemsOf,
      items: this.#items.length > 0 ? this.#items : undefined,
      error: error === undefined ? undefined : entryError(error),
    }
  }

  /** The input member that the items say completely. */
  #listedByItems(): string | undefined {
    const { itemsOf } = this.#operation
    const listed = itemsOf && (this.#input as Record<string, unknown> | undefined)?.[itemsOf]
    return Array.isArray(listed) && listed.length === this.#items.length ? itemsOf : undefined
  }
}

/** How an error stands in an entry. What is not meant for clients is recorded as what they see of it. */
export function entryError(error: unknown): EntryError {
  if (!(error instanceof AwsError)) return { code: 'InternalServiceError', message: '' }
  return { code: error.code, message: error.hasMessage ? error.message.slice(0, ERROR_MESSAGE_LIMIT) : '' }
}

/** Members of an input that a record may hold: no value, no token of a rotation, nothing that is sensitive. */
function recordable(shape: StructureShape<unknown>, input: object, without?: string): Record<string, unknown> {
  const kept: Record<string, unknown> = {}
  for (const member of shape.members) {
    const value = (input as Record<string, unknown>)[member.name]
    if (value !== undefined && member.name !== without && !member.shape.constraints.sensitive) kept[member.name] = value
  }
  return withinLimit(kept)
}

/** Parameters as they are, or without the lists and texts that make them too large: nobody fills the trail with refused requests. */
function withinLimit(parameters: Record<string, unknown>): Record<string, unknown> {
  if (JSON.stringify(parameters).length <= PARAMETERS_LIMIT) return parameters
  const small = Object.entries(parameters).filter(([, value]) => JSON.stringify(value).length <= MEMBER_LIMIT)
  return {
    ...Object.fromEntries(small),
    omitted: Object.keys(parameters).filter((name) => !small.some(([kept]) => kept === name)),
  }
}
