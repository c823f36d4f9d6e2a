import type { EntryCaller } from '../audit/entry.ts'
import type { Conditions } from '../aws/operation.ts'
import type { NamedPolicy, RequestPrincipal } from '../iam/evaluate.ts'
import { arnIn } from '../iam/identity-arn.ts'
import type { Tag } from './entities.ts'

/** ARN of the managed policy that allows everything. */
export const ADMINISTRATOR_ACCESS = 'arn:aws:iam::aws:policy/AdministratorAccess'

/** Policies of a caller, as the policy engine takes them. */
export interface PrincipalPolicies {
  readonly identity: readonly NamedPolicy[]
  readonly boundary?: NamedPolicy | undefined
  /** Present for a session that was narrowed when it was made. */
  readonly session?: readonly NamedPolicy[] | undefined
}

/** What temporary credentials say of themselves. Times are milliseconds since the epoch. */
export interface SessionContext {
  readonly issuedAt: number
  readonly expiresAt: number
  /** Name of a role session. */
  readonly name?: string | undefined
  /** The role of a role session. */
  readonly role?: { readonly id: string; readonly arn: string; readonly name: string } | undefined
  readonly sourceIdentity?: string | undefined
  /** ARN of the provider whose token was given for it. */
  readonly federatedProvider?: string | undefined
  /** Keys of session tags that a role assumed with this session keeps. */
  readonly transitiveTagKeys: readonly string[]
  /** The session's own tags, transitive ones included. */
  readonly tags: readonly Tag[]
}

/** Who makes a request, with what decides about them. */
export interface Principal {
  readonly type: 'Root' | 'IAMUser' | 'AssumedRole' | 'WebIdentityUser'
  readonly account: string
  /** Of a role session the STS form; of a web identity the ARN of its provider. */
  readonly arn: string
  /** `AIDA…`; `AROA…:{session name}`; the account for root; `{issuer}:{audience}:{subject}` for a web identity. */
  readonly principalId: string
  readonly accessKeyId?: string | undefined
  /** Name of a user; subject of a web identity. */
  readonly userName?: string | undefined
  readonly policies: PrincipalPolicies
  /** Tags of the user or role, and of the session, which win. */
  readonly tags: readonly Tag[]
  /** Present for temporary credentials. */
  readonly session?: SessionContext | undefined
  /** Further condition keys, such as the claims of a web identity. */
  readonly conditions?: Conditions | undefined
}

/** The account itself as a caller: no policy of its own decides about it. */
export function rootOf(account: string, accessKeyId?: string): Principal {
  return {
    type: 'Root',
    account,
    arn: `arn:aws:iam::${account}:root`,
    principalId: account,
    accessKeyId,
    policies: { identity: [] },
    tags: [],
  }
}

const REQUEST_TYPES = {
  Root: 'root',
  IAMUser: 'user',
  AssumedRole: 'role-session',
  WebIdentityUser: 'web-identity',
} as const

/** The caller as the policy engine takes it. */
export function requestPrincipal({ type, account, arn, principalId, session }: Principal): RequestPrincipal {
  const [id = principalId] = type === 'AssumedRole' ? principalId.split(':') : []
  return { type: REQUEST_TYPES[type], account, arn, id, roleArn: session?.role?.arn }
}

/** The caller as records name it in a partition (CloudTrail user guide, "CloudTrail userIdentity element"). */
export function entryCaller(principal: Principal, partition: string): EntryCaller {
  const { type, principalId, account, accessKeyId, userName, session } = principal
  const arn = arnIn(partition, principal.arn)
  return {
    type,
    principalId,
    arn,
    account,
    accessKeyId,
    userName,
    session: session && entrySession(session, partition),
  }
}

function entrySession(session: SessionContext, partition: string): EntryCaller['session'] {
  const { role, issuedAt, sourceIdentity, federatedProvider: provider } = session
  const federatedProvider = provider === undefined ? undefined : arnIn(partition, provider)
  return { role: role && { ...role, arn: arnIn(partition, role.arn) }, issuedAt, sourceIdentity, federatedProvider }
}
