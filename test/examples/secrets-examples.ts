import { LAMBDA } from '../rotation/rotating-function.ts'
import type { TestApp } from '../start-app.ts'
import type { Example, Secrets } from './example.ts'

const token = (digit: string) => `00000000-0000-4000-8000-00000000000${digit}`
const AddReplicaRegions = [{ Region: 'eu-west-1' }]

/** Examples of Secrets Manager, one of each operation; each works on secrets that the others leave alone. */
export async function secretsExamples(app: TestApp, secret: Secrets): Promise<Example[]> {
  const { client, kms } = app
  const { KeyMetadata } = await kms.createKey({})
  const KmsKeyId = KeyMetadata?.Arn ?? ''
  const make = async (Name: string, members: object = {}) =>
    (await client.createSecret({ Name, SecretString: secret(`the value of ${Name}`), ...members })).ARN ?? ''
  for (const name of ['read', 'policy', 'put', 'restored', 'deleted', 'rotated', 'labels', 'tags']) await make(name)
  for (const name of ['primary', 'freed']) await make(name, { AddReplicaRegions })
  await make('replicated')
  await make('under-key', { KmsKeyId })
  await make('not-rotated')
  await client.rotateSecret({
    SecretId: 'not-rotated',
    RotationLambdaARN: LAMBDA,
    RotationRules: { AutomaticallyAfterDays: 30 },
    RotateImmediately: false,
  })
  await app.running.rotate()
  await client.putSecretValue({
    SecretId: 'labels',
    SecretString: secret('a second value'),
    ClientRequestToken: token('1'),
  })
  await client.deleteSecret({ SecretId: 'restored' })
  const { VersionIdsToStages = {} } = await client.describeSecret({ SecretId: 'labels' })
  const previous = Object.keys(VersionIdsToStages).find((id) => id !== token('1'))
  const ResourcePolicy = JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { AWS: `arn:aws:iam::${app.account}:root` },
        Action: 'secretsmanager:GetSecretValue',
        Resource: '*',
      },
    ],
  })
  const of = (operation: string, input: object, rest: Partial<Example> = {}): Example => ({
    service: 'secretsmanager',
    operation,
    input,
    ...rest,
  })
  return [
    of('BatchGetSecretValue', { SecretIdList: ['read', 'under-key', 'missing'] }),
    of('GetSecretValue', { SecretId: 'under-key', VersionStage: 'AWSCURRENT' }),
    of('DescribeSecret', { SecretId: 'read' }),
    of('ListSecrets', { Filters: [{ Key: 'name', Values: ['read'] }], MaxResults: 5 }),
    of('ListSecretVersionIds', { SecretId: 'read', IncludeDeprecated: true }),
    of('GetRandomPassword', { PasswordLength: 40, ExcludePunctuation: true }),
    of('PutResourcePolicy', { SecretId: 'policy', ResourcePolicy, BlockPublicPolicy: true }),
    of('GetResourcePolicy', { SecretId: 'policy' }),
    of('ValidateResourcePolicy', { SecretId: 'policy', ResourcePolicy }),
    of('DeleteResourcePolicy', { SecretId: 'policy' }),
    of('CreateSecret', {
      Name: 'made',
      SecretString: secret('the value of a new secret'),
      ClientRequestToken: token('2'),
      Description: 'A new one',
      KmsKeyId,
      Tags: [{ Key: 'Team', Value: 'Blue' }],
    }),
    of('PutSecretValue', {
      SecretId: 'put',
      SecretBinary: Buffer.from(secret('bytes')),
      ClientRequestToken: token('3'),
      RotationToken: `${secret('a rotation token').replaceAll(/[^a-z0-9]/g, '-')}-of-36-characters-at-least`,
    }),
    of('UpdateSecret', {
      SecretId: 'put',
      Description: 'Changed',
      SecretString: secret('an updated value'),
      ClientRequestToken: token('4'),
    }),
    of('UpdateSecretVersionStage', {
      SecretId: 'labels',
      VersionStage: 'AWSCURRENT',
      MoveToVersionId: previous,
      RemoveFromVersionId: token('1'),
    }),
    of('TagResource', { SecretId: 'tags', Tags: [{ Key: 'Team', Value: 'Blue' }] }),
    of('UntagResource', { SecretId: 'tags', TagKeys: ['Team'] }),
    of('RotateSecret', {
      SecretId: 'rotated',
      ClientRequestToken: token('5'),
      RotationLambdaARN: LAMBDA,
      RotationRules: { AutomaticallyAfterDays: 30 },
    }),
    of('CancelRotateSecret', { SecretId: 'not-rotated' }),
    of('ReplicateSecretToRegions', { SecretId: 'replicated', AddReplicaRegions }),
    of('RemoveRegionsFromReplication', { SecretId: 'primary', RemoveReplicaRegions: ['eu-west-1'] }),
    of('StopReplicationToReplica', { SecretId: 'freed' }, { region: 'eu-west-1' }),
    of('DeleteSecret', { SecretId: 'deleted', RecoveryWindowInDays: 7 }),
    of('RestoreSecret', { SecretId: 'restored' }),
  ]
}
