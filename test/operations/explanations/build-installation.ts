import type { KMS } from '@aws-sdk/client-kms'
import type { SecretsManager } from '@aws-sdk/client-secrets-manager'
import { PolicyCache } from '../../../src/iam/policy-cache.ts'
import type { Organization } from '../../../src/identity/authorize.ts'
import { startApp, type TestApp } from '../../start-app.ts'
import { storeAccount } from '../../stored-data.ts'
import type { Installation, PolicySpec } from './arbitrary-installation.ts'
import { SHARED_ACCOUNT } from './arbitrary-installation.ts'

/** A user, or a session of the role, with the clients that call as this principal. */
export interface Caller {
  /** What explanations are asked about. */
  readonly arn: string
  /** The user or role that readers are listed by. */
  readonly reader: string
  readonly clientFor: (agent: string) => SecretsManager
  readonly kms: KMS
}

export interface Built {
  readonly app: TestApp
  readonly secret: string
  /** ARN of the key; undefined for the default key. */
  readonly key: string | undefined
  readonly callers: readonly Caller[]
}

/** Makes an installation with the AWS SDKs, as its administrators would. */
export async function build(spec: Installation): Promise<Built> {
  const app = await startApp({ organization: organizationWith(spec.denied) })
  const other = await storeAccount(app, SHARED_ACCOUNT)
  const known: Record<string, string> = {
    account: app.account,
    ann: `arn:aws:iam::${app.account}:user/ann`,
    ben: `arn:aws:iam::${app.account}:user/ben`,
    role: `arn:aws:iam::${app.account}:role/app`,
    one: `arn:aws:sts::${app.account}:assumed-role/app/one`,
  }
  const fill = <T>(value: T): T =>
    JSON.parse(JSON.stringify(value).replace(/\{(\w+)\}/g, (text, name: string) => known[name] ?? text))
  const document = (Statement: readonly object[]) =>
    JSON.stringify({ Version: '2012-10-17', Statement: fill(Statement) })
  const credentials = { ann: await app.user('ann'), ben: await app.user('ben') }
  const trust = [{ Effect: 'Allow', Principal: { AWS: app.account }, Action: 'sts:AssumeRole' }]
  await app.iam.createRole({ RoleName: 'app', AssumeRolePolicyDocument: document(trust) })

  const keys = spec.key === 'foreign' ? app.kmsFor({ credentials: other }) : app.kms
  const administrators = [app.account, SHARED_ACCOUNT].map((account) => `arn:aws:iam::${account}:user/administrator`)
  const administration = { Effect: 'Allow', Principal: { AWS: administrators }, Action: 'kms:*', Resource: '*' }
  const key =
    spec.key === 'default'
      ? undefined
      : (
          await keys.createKey({
            Policy: document([administration]),
          })
        ).KeyMetadata?.Arn
  known.key = key ?? 'arn:aws:kms:eu-central-1:111122223333:key/none'
  const { ARN: secret = '' } = await app.client.createSecret({
    Name: spec.secret.team,
    SecretString: 'x',
    KmsKeyId: key,
    Tags: [{ Key: 'team', Value: spec.secret.team }],
  })
  known.secret = secret

  await permit(app, spec, document)
  if (spec.secret.policy.length > 0)
    await app.client.putResourcePolicy({ SecretId: secret, ResourcePolicy: document(spec.secret.policy) })
  if (key !== undefined) {
    await keys.putKeyPolicy({ KeyId: key, Policy: document([administration, ...spec.keyPolicy]) })
    for (const { grantee, operations, secretArn } of fill(spec.grants))
      await keys.createGrant({
        KeyId: key,
        GranteePrincipal: grantee,
        Operations: [...operations],
        Constraints: secretArn === undefined ? undefined : { EncryptionContextSubset: { SecretARN: secretArn } },
      })
    if (spec.keyState === 'Disabled') await keys.disableKey({ KeyId: key })
    if (spec.keyState === 'PendingDeletion') await keys.scheduleKeyDeletion({ KeyId: key })
  }
  if (spec.secret.deleted) await app.client.deleteSecret({ SecretId: secret })

  const caller = (arn: string, reader: string, credentials: object): Caller => {
    const config = { credentials: credentials as { accessKeyId: string; secretAccessKey: string } }
    return {
      arn,
      reader,
      clientFor: (agent) => app.clientFor({ ...config, customUserAgent: agent }),
      kms: app.kmsFor(config),
    }
  }
  const sessions = []
  for (const name of ['one', 'two']) {
    const { Credentials: made } = await app.sts.assumeRole({ RoleArn: known.role, RoleSessionName: name })
    const temporary = {
      accessKeyId: made?.AccessKeyId ?? '',
      secretAccessKey: made?.SecretAccessKey ?? '',
      sessionToken: made?.SessionToken ?? '',
    }
    sessions.push(caller(`arn:aws:sts::${app.account}:assumed-role/app/${name}`, known.role ?? '', temporary))
  }
  const users = (['ann', 'ben'] as const).map((name) => caller(`user/${name}`, known[name] ?? '', credentials[name]))
  return { app, secret, key, callers: [...users, ...sessions] }
}

/** An organization with one service control policy; none where it would deny nothing. */
function organizationWith(denied: PolicySpec): Organization | undefined {
  if (denied.length === 0) return undefined
  const Statement = [{ Effect: 'Allow', Action: '*', Resource: '*' }, ...denied]
  const document = JSON.stringify({ Version: '2012-10-17', Statement })
  return { serviceControl: [[{ name: 'limits', policy: new PolicyCache().compile(document, 'service-control') }]] }
}

/** Gives users, group and role their policies, tags and boundaries. */
async function permit(app: TestApp, spec: Installation, document: (policy: PolicySpec) => string): Promise<void> {
  const { iam } = app
  const { Policy } = await iam.createPolicy({ PolicyName: 'bounds', PolicyDocument: document(spec.boundary) })
  const PermissionsBoundary = Policy?.Arn ?? ''
  const named = ['ann', 'ben'] as const
  for (const [index, { team, policy, bounded }] of spec.users.entries()) {
    const UserName = named[index] ?? ''
    await iam.putUserPolicy({ UserName, PolicyName: 'own', PolicyDocument: document(policy) })
    await iam.tagUser({ UserName, Tags: [{ Key: 'team', Value: team }] })
    if (bounded) await iam.putUserPermissionsBoundary({ UserName, PermissionsBoundary })
  }
  await iam.createGroup({ GroupName: 'crew' })
  await iam.putGroupPolicy({ GroupName: 'crew', PolicyName: 'shared', PolicyDocument: document(spec.group) })
  await iam.addUserToGroup({ GroupName: 'crew', UserName: 'ben' })
  const { team, policy, bounded } = spec.role
  await iam.putRolePolicy({ RoleName: 'app', PolicyName: 'own', PolicyDocument: document(policy) })
  await iam.tagRole({ RoleName: 'app', Tags: [{ Key: 'team', Value: team }] })
  if (bounded) await iam.putRolePermissionsBoundary({ RoleName: 'app', PermissionsBoundary })
}
