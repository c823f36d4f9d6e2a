import { operation, requestTags, type Target } from '../../aws/operation.ts'
import { boolean, required, structure } from '../../aws/shape.ts'
import { describedConditions } from '../conditions.ts'
import type { SecretsContext } from '../context.ts'
import { errors } from '../errors.ts'
import { findSecret, hypothetical } from '../find-secret.ts'
import { ownership } from '../owning-service.ts'
import type { Secret } from '../secret.ts'
import { isValidSecretName, makeSecretArn, randomSuffix } from '../secret-id.ts'
import { holdsValue, probeKey, type SecretValue, sealVersion } from '../secret-value.ts'
import type { Found } from '../secrets-store.ts'
import * as shapes from '../shapes.ts'
import { addTags, checkTags } from '../tags.ts'
import { stageNewVersion } from '../version-stages.ts'

export const createSecret = operation({
  name: 'CreateSecret',
  access: 'write',
  input: structure({
    Name: required(shapes.name),
    ClientRequestToken: shapes.clientRequestToken,
    Description: shapes.description,
    KmsKeyId: shapes.kmsKeyId,
    SecretBinary: shapes.secretBinary,
    SecretString: shapes.secretString,
    Tags: shapes.tags,
    AddReplicaRegions: shapes.replicaRegions,
    ForceOverwriteReplicaSecret: boolean(),
    Type: shapes.type,
  }),
  output: structure({
    ARN: shapes.arn,
    Name: shapes.outputName,
    VersionId: shapes.versionId,
    ReplicationStatus: shapes.replicationStatus,
  }),

  check({ Name, ClientRequestToken, SecretString, SecretBinary, Tags = [], AddReplicaRegions }) {
    if (ClientRequestToken === undefined) throw errors.tokenMissing()
    if (!isValidSecretName(Name)) throw errors.invalidName()
    if (SecretString !== undefined && SecretBinary !== undefined) throw errors.bothValues()
    addTags(undefined, checkTags(Tags))
    if (AddReplicaRegions) throw errors.replicationUnsupported()
  },

  /** Permission is decided on the ARN to be, whose suffix nobody knows yet; what has the name already is another secret. */
  target({ Name }, { scope }: SecretsContext): Target<undefined> {
    const { arn, account } = hypothetical(Name, scope)
    return { resource: arn, label: Name, account, tags: [], value: undefined }
  },
  alsoRequires: ({ Name, Tags = [] }, { scope }) =>
    Tags.length > 0
      ? [
          {
            action: 'TagResource',
            conditions: { 'secretsmanager:SecretId': hypothetical(Name, scope).arn },
          },
        ]
      : [],
  conditions: async (input, { kms }) => ({
    'secretsmanager:Name': input.Name,
    'secretsmanager:AddReplicaRegions': input.AddReplicaRegions?.map(({ Region = '' }) => Region),
    // AWS's records show that it fills in what was not sent (security facts 6.3).
    'secretsmanager:ForceOverwriteReplicaSecret': String(input.ForceOverwriteReplicaSecret ?? false),
    ...(await describedConditions(input, kms)),
    ...requestTags(input.Tags ?? []),
  }),

  async run(input, _value: undefined, context) {
    const { Name, SecretString, SecretBinary } = input
    const { value: existing, unreadable } = await findSecret(Name, context)
    if (unreadable) throw unreadable
    const token = input.ClientRequestToken ?? ''
    const value = SecretString === undefined && SecretBinary === undefined ? undefined : { SecretString, SecretBinary }
    if (existing) return repeated(existing, token, value, context)

    const { scope, store, now } = context
    const arn = makeSecretArn({ ...scope, name: Name, suffix: randomSuffix() })
    const secret: Omit<Secret, 'id' | 'revision'> = {
      ...scope,
      name: Name,
      arn,
      description: input.Description || undefined,
      kmsKeyId: input.KmsKeyId || undefined,
      stages: value ? stageNewVersion(new Map(), token) : new Map(),
      createdAt: now,
      changedAt: now,
      type: input.Type || undefined,
      ...ownership(context.service, addTags(undefined, checkTags(input.Tags ?? []))),
    }
    await probeKey(secret, context)
    context.change(store.create(secret, value && (await sealVersion(secret, token, value, context))))
    return { ARN: arn, Name, VersionId: value && token }
  },
})

/** The answer for a name that exists: the same again for the same token and value (facts 7.1). */
async function repeated(
  { secret }: Found,
  token: string,
  value: SecretValue | undefined,
  context: SecretsContext,
): Promise<{ ARN: string; Name: string; VersionId: string }> {
  if (secret.deletedAt !== undefined) throw errors.nameScheduledForDeletion()
  const version = value && (await context.store.version(secret, token))
  if (!version || !value) throw errors.alreadyExists(secret.name)
  if (!(await holdsValue(secret, version, value, context))) throw errors.tokenInUse(token, secret.arn)
  return { ARN: secret.arn, Name: secret.name, VersionId: token }
}
