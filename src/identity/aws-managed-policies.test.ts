import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { compilePolicy } from '../iam/compile-policy.ts'
import { evaluate } from '../iam/evaluate.ts'
import { parsePolicy } from '../iam/parse-policy.ts'
import { awsManagedPolicies, awsManagedPolicy } from './aws-managed-policies.ts'

const ACCOUNT = '111122223333'
const SECRET = `arn:aws:secretsmanager:eu-central-1:${ACCOUNT}:secret:a-AbCdEf`

function allows(name: string, action: string, conditions: Readonly<Record<string, string>> = {}): boolean {
  const document = awsManagedPolicy(`arn:aws:iam::aws:policy/${name}`)?.document
  assert.ok(document, name)
  const principal = { type: 'user', account: ACCOUNT, arn: `arn:aws:iam::${ACCOUNT}:user/u`, id: 'AIDA' } as const
  const context = { get: (key: string) => conditions[key] }
  const policy = { name, policy: compilePolicy(parsePolicy(document, 'identity')) }
  return evaluate({ principal, action, resource: SECRET, resourceAccount: ACCOUNT, context }, { identity: [policy] })
    .allowed
}

test('every policy is found by its ARN alone, in that case of letters', () => {
  for (const policy of awsManagedPolicies) {
    assert.equal(awsManagedPolicy(policy.arn), policy)
    assert.equal(policy.arn, `arn:aws:iam::aws:policy${policy.path}${policy.name}`)
    assert.equal(awsManagedPolicy(policy.arn.toLowerCase()), undefined)
  }
  assert.equal(awsManagedPolicy('arn:aws:iam::aws:policy/toString'), undefined)
})

test('every policy is one that IAM would take', () => {
  for (const { document } of awsManagedPolicies) assert.doesNotThrow(() => parsePolicy(document, 'managed'))
})

test('ids are unique and stay what they are', () => {
  const ids = awsManagedPolicies.map(({ id }) => id)
  assert.equal(new Set(ids).size, ids.length)
  for (const id of ids) assert.match(id, /^ANPA[A-Z2-7]{16}$/)
  assert.equal(awsManagedPolicy('arn:aws:iam::aws:policy/AdministratorAccess')?.id, 'ANPA5IIMV5ODH3GDY4NK')
})

test('the list is in the order of names', () => {
  const names = awsManagedPolicies.map(({ name }) => name)
  assert.deepEqual(names, names.toSorted())
})

describe('what they allow', () => {
  const table: readonly [policy: string, allowed: readonly string[], refused: readonly string[]][] = [
    ['AdministratorAccess', ['iam:CreateUser', 'secretsmanager:GetSecretValue', 'kms:Decrypt'], []],
    ['AWSDenyAll', [], ['iam:GetUser', 'secretsmanager:ListSecrets']],
    [
      'PowerUserAccess',
      ['secretsmanager:PutSecretValue', 'kms:CreateKey', 'iam:ListRoles'],
      ['iam:CreateUser', 'iam:GetUser'],
    ],
    [
      'ReadOnlyAccess',
      [
        'secretsmanager:ListSecrets',
        'secretsmanager:DescribeSecret',
        'iam:GetUser',
        'kms:DescribeKey',
        'cloudtrail:LookupEvents',
      ],
      [
        'secretsmanager:GetSecretValue',
        'secretsmanager:BatchGetSecretValue',
        'secretsmanager:GetRandomPassword',
        'kms:Decrypt',
        'iam:CreateUser',
        'sts:AssumeRole',
      ],
    ],
    [
      'SecurityAudit',
      [
        'secretsmanager:GetResourcePolicy',
        'secretsmanager:ListSecretVersionIds',
        'iam:SimulatePrincipalPolicy',
        'kms:GetKeyPolicy',
      ],
      ['secretsmanager:GetSecretValue', 'secretsmanager:BatchGetSecretValue', 'kms:Decrypt', 'iam:PutUserPolicy'],
    ],
    ['IAMFullAccess', ['iam:CreateUser'], ['secretsmanager:ListSecrets', 'sts:AssumeRole']],
    [
      'IAMReadOnlyAccess',
      ['iam:ListUsers', 'iam:SimulateCustomPolicy'],
      ['iam:CreateUser', 'secretsmanager:ListSecrets'],
    ],
    [
      'SecretsManagerReadWrite',
      ['secretsmanager:GetSecretValue', 'secretsmanager:DeleteSecret', 'kms:ListKeys'],
      ['kms:Decrypt', 'iam:GetUser'],
    ],
    [
      'AWSSecretsManagerClientReadOnlyAccess',
      ['secretsmanager:GetSecretValue', 'secretsmanager:BatchGetSecretValue', 'secretsmanager:ListSecrets'],
      ['secretsmanager:PutSecretValue', 'kms:Decrypt'],
    ],
    [
      'AWSKeyManagementServicePowerUser',
      ['kms:CreateKey', 'kms:ListAliases', 'iam:ListUsers'],
      ['kms:Decrypt', 'kms:ScheduleKeyDeletion', 'kms:PutKeyPolicy'],
    ],
    ['AWSCloudTrail_FullAccess', ['cloudtrail:StopLogging', 'kms:CreateKey'], ['kms:Decrypt', 'iam:CreateRole']],
    ['AWSCloudTrail_ReadOnlyAccess', ['cloudtrail:LookupEvents', 'cloudtrail:GetTrail'], ['cloudtrail:StopLogging']],
  ]
  for (const [policy, allowed, refused] of table)
    test(policy, () => {
      for (const action of allowed) assert.equal(allows(policy, action), true, action)
      for (const action of refused) assert.equal(allows(policy, action), false, action)
    })

  test('every policy is in the table', () => {
    assert.deepEqual(table.map(([policy]) => policy).toSorted(), awsManagedPolicies.map(({ name }) => name).toSorted())
  })

  test('a client of Secrets Manager decrypts only through it', () => {
    const via = (service: string) =>
      allows('AWSSecretsManagerClientReadOnlyAccess', 'kms:Decrypt', {
        'kms:viaservice': `${service}.eu-central-1.amazonaws.com`,
      })
    assert.deepEqual([via('secretsmanager'), via('s3')], [true, false])
  })
})
