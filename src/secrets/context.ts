import type { Change } from '../aws/change.ts'
import type { Operation } from '../aws/operation.ts'
import type { PageTokens } from '../aws/pagination.ts'
import type { KmsClient } from '../kms/client.ts'
import type { ValueCipher } from './secret-value.ts'
import type { Scope, SecretsStore } from './secrets-store.ts'

/** What an operation of Secrets Manager may use, bound to one request and its caller. */
export interface SecretsContext {
  /** The caller's account in the Region of the request. */
  readonly scope: Scope
  /** Time of the request, milliseconds. */
  readonly now: number
  /** Remembers what the request has read. */
  readonly store: SecretsStore
  /** Each call passes the gate as the same caller. */
  readonly kms: KmsClient
  readonly cipher: ValueCipher
  readonly tokens: PageTokens
  /** Adds a change that commits with the record of the request, or not at all. */
  change(change: Change): void
  /** Tells the operator of what the caller only sees as a refusal. */
  report(error: Error): void
  /** Something to do once the changes have committed; its failure does not change the answer. */
  afterCommit(work: () => Promise<void>): void
  /**
   * Performs another operation for the same caller, through the same gate, as one item of this request: its outcome is recorded under `id`.
   * Throws what the gate or the operation throws.
   */
  performItem<I, O, V>(operation: Operation<I, O, V, SecretsContext>, input: I, id: string): Promise<O>
}
