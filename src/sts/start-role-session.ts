import { type Role, sessionArn } from '../identity/entities.ts'
import type { TemporaryCredentials } from '../identity/temporary-credentials.ts'
import type { StsContext } from './context.ts'
import { roleSessionSeconds } from './duration.ts'
import { checkTokenLength, packedPercent } from './packed-size.ts'
import { type Narrowing, sessionPoliciesOf } from './session-policies.ts'
import type { SessionTraits } from './session-traits.ts'

/** Members of a request for a role session, whoever asks. */
export interface SessionRequest extends Narrowing {
  readonly RoleSessionName: string
  readonly DurationSeconds?: number | undefined
}

/** What a session has beside what the request says. */
export interface SessionOrigin {
  readonly traits: SessionTraits
  /** ARN of the provider whose token was given. */
  readonly federatedProvider?: string | undefined
}

/**
 * Credentials of a new session of a role that the caller may assume, and what every answer says of it. Throws ValidationError for a duration or
 * a managed policy, PackedPolicyTooLarge.
 */
export async function startRoleSession(
  role: Role,
  request: SessionRequest,
  { traits, federatedProvider }: SessionOrigin,
  { caller, now, store, tokens }: StsContext,
) {
  const seconds = roleSessionSeconds(request.DurationSeconds, role.maxSession, caller.type === 'AssumedRole')
  const policies = await sessionPoliciesOf(request, role.account, store)
  const name = request.RoleSessionName
  const { tags, transitiveTagKeys, sourceIdentity } = traits
  const percent = packedPercent({ policies, tags })
  const credentials = tokens.issue({
    account: role.account,
    issuedAt: now,
    expiresAt: now + seconds * 1000,
    of: {
      kind: 'role',
      roleId: role.id,
      name,
      policies,
      tags,
      transitiveTagKeys,
      sourceIdentity,
      federatedProvider,
    },
  })
  checkTokenLength(credentials.sessionToken)
  return {
    Credentials: showCredentials(credentials),
    AssumedRoleUser: {
      AssumedRoleId: `${role.id}:${name}`,
      Arn: sessionArn(role, name),
    },
    PackedPolicySize: percent,
    SourceIdentity: sourceIdentity,
  }
}

/** Credentials as answers spell them. */
export function showCredentials({ accessKeyId, secretAccessKey, sessionToken, expiresAt }: TemporaryCredentials) {
  return {
    AccessKeyId: accessKeyId,
    SecretAccessKey: secretAccessKey,
    SessionToken: sessionToken,
    Expiration: new Date(expiresAt),
  }
}
