import { operation, requestTags, type Target } from '../../aws/operation.ts'
import { boolean, required, structure } from '../../aws/shape.ts'
import { makeSecret } from '../change-secret.ts'
import { describedConditions, replicaConditions } from '../conditions.ts'
import type { SecretsContext } from '../context.ts'
import { errors } from '../errors.ts'
import { findSecret, hypothetical } from '../find-secret.ts'
import { ownership } from '../owning-service.ts'
import { nameIn, newValue, supposedDescription, supposedRegions, supposedTags } from '../rehearsal.ts'
import { addReplicas, checkReplicaRegions, isReplica, overwritten, withReplicas } from '../replicas.ts'
import { replicationStatus } from '../replication-status.ts'
import { isValidSecretName, makeSecretArn, randomSuffix } from '../secret-id.ts'
import { holdsValue, probeKey, type SecretValue, sealVersion } from '../secret-value.ts'
import type { Found, NewSecret } from '../secrets-store.ts'
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
    checkReplicaRegions(AddReplicaRegions ?? [])
  },

  /** Permission is decided on the ARN to be, whose suffix nobody knows yet; what has the name already is another secret. */
  target({ Name }, { scope }: SecretsContext): Target<undefined> {
    const { arn, account } = hypothetical(Name, scope)
    return { resource: arn, label: Name, account, tags: [], value: undefined }
  },
  furtherActions: ['secretsmanager:TagResource', 'secretsmanager:ReplicateSecretToRegions'],
  alsoRequires({ Name, Tags = [], AddReplicaRegions }, { scope }) {
    const SecretId = hypothetical(Name, scope).arn
    const conditions = { 'secretsmanager:SecretId': SecretId, 'secretsmanager:SecretPrimaryRegion': scope.region }
    return [
      ...(Tags.length > 0 ? [{ action: 'TagResource', conditions }] : []),
      ...(AddReplicaRegions ? [{ action: 'ReplicateSecretToRegions', conditions }] : []),
    ]
  },
  conditions: async (input, { kms }) => ({
    'secretsmanager:Name': input.Name,
    ...replicaConditions(input),
    ...(await describedConditions(input, kms)),
    ...requestTags(input.Tags ?? []),
  }),
  rehearsal: {
    request: (text, supposed) => ({
      Name: nameIn(text),
      ...newValue(),
      ...supposedDescription(supposed),
      Tags: supposedTags(supposed),
      AddReplicaRegions: supposedRegions(supposed),
    }),
    runs: true,
  },

  async run(input, _value: undefined, context) {
    const { Name, SecretString, SecretBinary } = input
    const { value: existing, unreadable } = await findSecret(Name, context)
    if (unreadable) throw unreadable
    const token = input.ClientRequestToken ?? ''
    const value = SecretString === undefined && SecretBinary === undefined ? undefined : { SecretString, SecretBinary }
    if (existing) return repeated(existing, token, value, context)

    const { scope, now } = context
    const arn = makeSecretArn({ ...scope, name: Name, suffix: randomSuffix() })
    const described: NewSecret = {
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
    const secret = withReplicas(described, addReplicas(described, input.AddReplicaRegions ?? []))
    await probeKey(secret, context)
    const made = value && { version: await sealVersion(secret, token, value, context), value }
    return answer(await makeSecret(secret, made, overwritten(input), context), value && token, context)
  },
})

/** The answer for a name that exists: the same again for the same token and value (facts 7.1). */
async function repeated({ secret }: Found, token: string, value: SecretValue | undefined, context: SecretsContext) {
  if (isReplica(secret)) throw errors.alreadyExists(secret.name)
  if (secret.deletedAt !== undefined) throw errors.nameScheduledForDeletion()
  const version = value && (await context.store.version(secret, token))
  if (!version || !value) throw errors.alreadyExists(secret.name)
  if (!(await holdsValue(secret, version, value, context))) throw errors.tokenInUse(token, secret.arn)
  return answer(secret, token, context)
}

async function answer(secret: NewSecret, versionId: string | undefined, context: SecretsContext) {
  const { arn, name, replicas } = secret
  const ReplicationStatus = replicas && (await replicationStatus(secret, context))
  return { ARN: arn, Name: name, VersionId: versionId, ReplicationStatus }
}
