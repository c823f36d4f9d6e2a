import type { AnyOperation } from '../aws/operation.ts'
import type { Gate } from './perform.ts'

/** A service: what of the wire belongs to it, and what its operations may use. */
export interface Service {
  /** Name in credential scopes, and the prefix of its actions. */
  readonly signingName: string
  /** What stands before the operation in `X-Amz-Target`, dot included; absent for a service that is not reached from outside. */
  readonly targetPrefix: string | undefined
  /** How it spells the member with the text of its own errors (facts 1.3). */
  readonly errorMember: 'Message' | 'message'
  /** How far a client's clock may be off (security facts U-01). */
  readonly windowMinutes: number
  readonly operations: ReadonlyMap<string, AnyOperation>
  /** What the operations may use, for the caller behind this gate. */
  contextFor(gate: Gate): unknown
}

export function operationsByName(operations: readonly AnyOperation[]): ReadonlyMap<string, AnyOperation> {
  return new Map(operations.map((operation) => [operation.name, operation]))
}
