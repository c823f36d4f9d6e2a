import type { Target } from '../aws/operation.ts'
import type { PageTokens } from '../aws/pagination.ts'
import type { Authorizer } from '../identity/authorize.ts'
import type { IdentityStore } from '../identity/identity-store.ts'
import type { Principal } from '../identity/principal.ts'

/** What permission on a thing depends on, as the gate would find it. */
export type Subject = Pick<Target<unknown>, 'resource' | 'account' | 'tags' | 'policy' | 'conditions'> & {
  readonly exists: boolean
}

/** What an explanation may use. */
export interface ExplanationContext {
  readonly caller: Principal
  readonly region: string
  /** Milliseconds since the epoch. */
  readonly now: number
  readonly store: IdentityStore
  readonly authorizer: Authorizer
  readonly tokens: PageTokens
  /** What an ARN (or `*`) means to an action of the service with this signing name. */
  describe(service: string, resource: string): Promise<Subject>
}
