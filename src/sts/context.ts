import type { PolicyCache } from '../iam/policy-cache.ts'
import type { IdentityStore } from '../identity/identity-store.ts'
import type { Principal } from '../identity/principal.ts'
import type { SessionTokens } from '../identity/temporary-credentials.ts'

/** What an operation of STS may use. */
export interface StsContext {
  readonly caller: Principal
  /** Milliseconds since the epoch. */
  readonly now: number
  readonly store: IdentityStore
  readonly policies: PolicyCache
  readonly tokens: SessionTokens
}
