import type { Change } from '../aws/change.ts'
import type { PageTokens } from '../aws/pagination.ts'
import type { PolicyCache } from '../iam/policy-cache.ts'
import type { IdentityStore } from '../identity/identity-store.ts'
import type { Principal } from '../identity/principal.ts'
import type { Sealer } from '../seal/keyring.ts'

/** What an operation of IAM may use. */
export interface IamContext {
  /** The caller's account; identities of others cannot be reached. */
  readonly account: string
  readonly caller: Principal
  /** Milliseconds since the epoch. */
  readonly now: number
  readonly store: IdentityStore
  readonly policies: PolicyCache
  /** Seals the secrets of access keys. */
  readonly accessKeys: Sealer
  readonly tokens: PageTokens
  /** Adds a change that commits together with the record. */
  change(change: Change): void
  /** Tells the operator of something that works and is unwise. */
  warn(message: string): void
}
