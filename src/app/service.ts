import type { AwsError } from '../aws/error.ts'
import type { AnyOperation } from '../aws/operation.ts'
import type { RateOf } from '../aws/request-rates.ts'
import type { Principal } from '../identity/principal.ts'
import type { Gate } from './perform.ts'

/** AWS JSON 1.1: the operation stands in a header. */
export interface JsonProtocol {
  readonly kind: 'json'
  /** What stands before the operation in `X-Amz-Target`, dot included. */
  readonly targetPrefix: string
  /** What stands there too: some SDKs shorten it. */
  readonly shortPrefix?: string | undefined
  /** How it spells the member with the text of its own errors (facts 1.3). */
  readonly errorMember: 'Message' | 'message'
  /** Its code for what is wrong with the service itself; InternalServiceError when absent. */
  readonly failureCode?: string | undefined
}

/** AWS Query: a form comes in, XML goes out, and the operation is a parameter (security facts 5.2). */
export interface QueryProtocol {
  readonly kind: 'query'
  readonly version: string
  /** Of the XML. */
  readonly namespace: string
}

/** Finds out who makes a request by what it carries. Throws AwsError for what proves nothing. */
export type UnsignedProof = (input: unknown, now: number) => Promise<Principal>

/** A service: what of the wire belongs to it, and what its operations may use. */
export interface Service {
  /** Name in credential scopes, and the prefix of its actions. */
  readonly signingName: string
  /** Absent for a service that is not reached from outside. */
  readonly protocol: JsonProtocol | QueryProtocol | undefined
  /** How far a client's clock may be off (security facts U-01). */
  readonly windowMinutes: number
  readonly operations: ReadonlyMap<string, AnyOperation>
  /** How many requests a second one caller is meant to send. */
  readonly rateOf: RateOf
  /** What it says to a caller who sends more; `Rate exceeded` when absent. */
  readonly throttledText?: string | undefined
  /** True for a service that a partition has once, in its home Region, whatever Region requests are signed for. */
  readonly isGlobal?: boolean | undefined
  /** Operations whose requests nobody signs, because what they carry is the proof. */
  readonly unsigned?: ReadonlyMap<string, UnsignedProof> | undefined
  /** Why a kind of credentials cannot call an operation at all, before anything else is looked at; undefined when it can. */
  refuses?(principal: Principal, operation: string): AwsError | undefined
  /** What the operations may use, for the caller behind this gate. */
  contextFor(gate: Gate): unknown
}

export function operationsByName(operations: readonly AnyOperation[]): ReadonlyMap<string, AnyOperation> {
  return new Map(operations.map((operation) => [operation.name, operation]))
}
