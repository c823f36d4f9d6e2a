import type { Target } from '../aws/operation.ts'
import type { PageTokens } from '../aws/pagination.ts'
import type { Authorizer } from '../identity/authorize.ts'
import type { IdentityStore } from '../identity/identity-store.ts'
import type { Principal } from '../identity/principal.ts'

/** What permission on a thing depends on, as the gate would find it. */
export type Subject = Pick<Target<unknown>, 'resource' | 'account' | 'tags' | 'policy' | 'conditions'> & {
  /** Actions, with prefix, that grants on the thing give a principal. */
  readonly granted?: ((principal: Principal) => readonly string[]) | undefined
  /** Undefined where nobody here knows. */
  readonly exists: boolean | undefined
  /** Signing name of the service that calls for the principal. */
  readonly via?: string | undefined
  /** True when everybody may do it, whatever policies say. */
  readonly anyone?: boolean | undefined
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
  /** What an action (with prefix) is decided on when somebody names this resource: its ARN, the name of a secret, `*`. */
  describe(action: string, resource: string): Promise<Subject>
  /** The key under which the current value of a secret is, for kms:Decrypt through Secrets Manager; undefined when it has no value. */
  describeKeyOf(secretId: string): Promise<Subject | undefined>
}
