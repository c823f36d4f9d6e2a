import { SECRETS_MANAGER } from './app/rotation-roles.ts'
import type { PolicyCache } from './iam/policy-cache.ts'
import { findRole } from './identity/find-role.ts'
import type { IdentityStore } from './identity/identity-store.ts'
import { trustsService } from './identity/service-trust.ts'
import type { RoleSession, RootSession, SessionTokens, TemporaryCredentials } from './identity/temporary-credentials.ts'
import { FUNCTION_MS } from './rotation/function-target.ts'
import { FunctionError, type RotatedSecret } from './rotation/rotation-functions.ts'

export interface RotationCredentialsParts {
  /** ARN of the role of each account. */
  readonly roles: ReadonlyMap<string, string>
  readonly identities: IdentityStore
  readonly sessions: SessionTokens
  readonly policies: PolicyCache
  readonly now: () => number
  /** True where anybody is let in as anybody: there functions need no role. */
  readonly open: boolean
}

/** Credentials last as long as a function may, and the clocks of one machine may differ from those of another. */
const LIFETIME_MS = FUNCTION_MS + 60_000

/**
 * Temporary credentials for the rotation of one secret: a session of the role that is configured for its account, or of the one that the secret
 * names if that trusts Secrets Manager; narrowed to that secret. Throws FunctionError where there is no such role.
 *
 * @param readOnly ARN of another secret, to which the session is narrowed in its place, and to reading
 */
export async function rotationCredentials(
  secret: RotatedSecret,
  { roles, identities, sessions, policies, now, open }: RotationCredentialsParts,
  readOnly?: string,
): Promise<TemporaryCredentials> {
  const issue = (of: RoleSession | RootSession) =>
    sessions.issue({ account: secret.account, issuedAt: now(), expiresAt: now() + LIFETIME_MS, of })
  // Where anybody may be anybody, the role that a secret names need not exist.
  const named = open ? undefined : secret.role
  const arn = named ?? roles.get(secret.account)
  if (arn === undefined && open) return issue({ kind: 'root' })
  const role = arn === undefined ? undefined : await findRole(arn, identities)
  if (!role)
    throw new FunctionError(`The role for rotations does not exist: ${arn ?? `none for account ${secret.account}`}`)
  const assumption = { service: SECRETS_MANAGER, sourceArn: secret.arn, sourceAccount: secret.account, now: now() }
  if (named !== undefined && !trustsService(role, assumption, policies))
    throw new FunctionError(`The role for rotations does not trust Secrets Manager: ${arn}`)
  return issue({
    kind: 'role',
    roleId: role.id,
    name: 'coffer-rotation',
    policies: {
      document: JSON.stringify(readOnly === undefined ? rotatingPolicy(secret.arn) : readingPolicy(readOnly)),
      arns: [],
    },
    tags: [],
    transitiveTagKeys: [],
  })
}

/** What a rotation needs, of one secret alone. */
function rotatingPolicy(arn: string): object {
  const actions = ['DescribeSecret', 'GetSecretValue', 'PutSecretValue', 'UpdateSecretVersionStage']
  return {
    Version: '2012-10-17',
    Statement: [
      { Effect: 'Allow', Action: actions.map((action) => `secretsmanager:${action}`), Resource: arn },
      { Effect: 'Allow', Action: 'secretsmanager:GetRandomPassword', Resource: '*' },
      keyFor(arn, ['kms:Decrypt', 'kms:GenerateDataKey']),
    ],
  }
}

/** What it needs of the secret whose user sets the passwords of others. */
function readingPolicy(arn: string): object {
  return {
    Version: '2012-10-17',
    Statement: [
      { Effect: 'Allow', Action: 'secretsmanager:GetSecretValue', Resource: arn },
      keyFor(arn, ['kms:Decrypt']),
    ],
  }
}

const keyFor = (arn: string, actions: readonly string[]) => ({
  Effect: 'Allow',
  Action: actions,
  Resource: '*',
  Condition: { StringEquals: { 'kms:EncryptionContext:SecretARN': arn } },
})
