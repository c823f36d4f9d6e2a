// biome-ignore-all lint/suspicious/noTemplateCurlyInString: policies have variables of this form

import fc from 'fast-check'

// Installations from few words, so that policies, grants and requests meet often. ARNs stand as `{name}` until the installation exists.

/** Another account of the installation. */
export const SHARED_ACCOUNT = '444455556666'

/** A statement without a principal. */
export interface StatementSpec {
  readonly Effect: 'Allow' | 'Deny'
  readonly Action: string
  readonly Resource: string
  readonly Condition?: object
}
export type PolicySpec = readonly StatementSpec[]
/** The same of a policy on a resource. */
export type ResourcePolicySpec = readonly (StatementSpec & { readonly Principal: { readonly AWS: string } })[]

export interface GrantSpec {
  readonly grantee: string
  readonly operations: readonly ('Decrypt' | 'GenerateDataKey')[]
  readonly secretArn?: string | undefined
}

/** Two users, of whom one is in a group, a role with two sessions, a secret and its key. */
export interface Installation {
  readonly users: readonly { readonly team: string; readonly policy: PolicySpec; readonly bounded: boolean }[]
  readonly group: PolicySpec
  readonly role: { readonly team: string; readonly policy: PolicySpec; readonly bounded: boolean }
  readonly boundary: PolicySpec
  readonly secret: { readonly team: string; readonly policy: ResourcePolicySpec; readonly deleted: boolean }
  /** The default key; otherwise one of the account, or of another account. */
  readonly key: 'default' | 'own' | 'foreign'
  readonly keyPolicy: ResourcePolicySpec
  readonly keyState: 'Enabled' | 'Disabled' | 'PendingDeletion'
  readonly grants: readonly GrantSpec[]
  /** What a service control policy denies, beside allowing everything. */
  readonly denied: PolicySpec
}

const few = <T>(...values: readonly T[]) => fc.constantFrom(...values)
const on = (operator: string, key: string, ...values: readonly string[]) =>
  few(...values).map((value) => ({ [operator]: { [key]: value } }))

const condition = fc.oneof(
  { arbitrary: fc.constant({}), weight: 25 },
  on('StringEquals', 'aws:ResourceTag/team', 'blue', 'red', '${aws:PrincipalTag/team}'),
  on('StringEquals', 'aws:PrincipalTag/team', 'blue', 'red'),
  on('IpAddress', 'aws:SourceIp', '127.0.0.0/8', '192.0.2.0/24'),
  on('NotIpAddress', 'aws:SourceIp', '127.0.0.0/8', '192.0.2.0/24'),
  on('StringLike', 'aws:UserAgent', '*curl*'),
  on('StringNotLike', 'aws:UserAgent', '*curl*'),
  on('StringEquals', 'kms:ViaService', 'secretsmanager.eu-central-1.amazonaws.com', 's3.eu-central-1.amazonaws.com'),
  on('StringNotEquals', 'kms:ViaService', 'secretsmanager.eu-central-1.amazonaws.com'),
  on('StringEquals', 'kms:EncryptionContext:SecretARN', '{secret}', 'other'),
  on('ArnLike', 'kms:EncryptionContext:SecretARN', 'arn:aws:secretsmanager:*:*:secret:*'),
  on('ForAllValues:StringEquals', 'kms:EncryptionContextKeys', 'SecretARN'),
  on('StringEquals', 'kms:CallerAccount', '{account}', SHARED_ACCOUNT),
  on('Bool', 'aws:ViaAWSService', 'true', 'false'),
  on('StringEquals', 'secretsmanager:VersionStage', 'AWSCURRENT', 'AWSPREVIOUS'),
  on('StringEquals', 'secretsmanager:KmsKeyArn', '{key}'),
  on('StringLike', 'aws:userid', '*:one', 'AIDA*'),
  on('StringEquals', 'aws:username', 'ann', 'ben'),
  on('ArnLike', 'aws:PrincipalArn', 'arn:aws:iam::*:user/*', '{role}'),
  on('Null', 'aws:SourceVpc', 'true', 'false'),
  on('Bool', 'aws:SecureTransport', 'true', 'false'),
  on('BoolIfExists', 'aws:MultiFactorAuthPresent', 'true', 'false'),
)

const action = few(
  'secretsmanager:*',
  'secretsmanager:GetSecretValue',
  'secretsmanager:GetSecretValue',
  'secretsmanager:PutSecretValue',
  'secretsmanager:UpdateSecret',
  'secretsmanager:CreateSecret',
  'kms:*',
  'kms:Decrypt',
  'kms:Decrypt',
  'kms:GenerateDataKey',
  '*',
)

const statementOf = (allows: number, Action: fc.Arbitrary<string>, Resource: fc.Arbitrary<string>) =>
  fc.record({
    Effect: fc.integer({ min: 0, max: 9 }).map((n) => (n < allows ? ('Allow' as const) : ('Deny' as const))),
    Action,
    Resource,
    Condition: condition,
  })

const policy: fc.Arbitrary<PolicySpec> = fc.array(
  statementOf(
    8,
    action,
    few('*', '*', '{secret}', '{key}', 'arn:aws:secretsmanager:*:*:secret:${aws:PrincipalTag/team}-*'),
  ),
  { minLength: 1, maxLength: 4 },
)

const ACCOUNTS: readonly string[] = ['{account}', SHARED_ACCOUNT]
const principals = ['{account}', '{ann}', '{ben}', '{role}', '{one}', '*', SHARED_ACCOUNT] as const
const resourcePolicy = (Action: fc.Arbitrary<string>): fc.Arbitrary<ResourcePolicySpec> =>
  fc
    .array(fc.tuple(statementOf(8, Action, fc.constant('*')), few(...principals)), { maxLength: 3 })
    // A Deny for everyone would keep the administrators from their work, too.
    .map((all) => all.filter(([{ Effect }, who]) => Effect === 'Allow' || ![...ACCOUNTS, '*'].includes(who)))
    .map((all) => all.map(([statement, AWS]) => ({ ...statement, Principal: { AWS } })))

const mostly = fc.integer({ min: 0, max: 3 }).map((n) => n === 0)

export const arbitraryInstallation: fc.Arbitrary<Installation> = fc.record({
  users: fc.array(fc.record({ team: few('blue', 'red'), policy, bounded: mostly }), { minLength: 2, maxLength: 2 }),
  group: policy,
  role: fc.record({ team: few('blue', 'red'), policy, bounded: mostly }),
  boundary: policy,
  secret: fc.record({
    team: few('blue', 'red'),
    policy: resourcePolicy(few('secretsmanager:GetSecretValue', 'secretsmanager:PutSecretValue')),
    deleted: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
  }),
  key: few('default', 'own', 'own', 'own', 'foreign'),
  keyPolicy: resourcePolicy(few('kms:Decrypt', 'kms:GenerateDataKey', 'kms:*')),
  keyState: few('Enabled', 'Enabled', 'Enabled', 'Enabled', 'Disabled', 'PendingDeletion'),
  grants: fc.array(
    fc.record({
      grantee: few('{ann}', '{ben}', '{role}', '{one}'),
      operations: few(['Decrypt'], ['GenerateDataKey'], ['Decrypt', 'GenerateDataKey']),
      secretArn: few(undefined, '{secret}', 'other'),
    }) as fc.Arbitrary<GrantSpec>,
    { maxLength: 2 },
  ),
  denied: fc.array(statementOf(0, fc.constant('secretsmanager:GetSecretValue'), fc.constant('*')), { maxLength: 1 }),
})
