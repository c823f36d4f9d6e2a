import { operation } from '../../aws/operation.ts'
import { list, required, structure } from '../../aws/shape.ts'
import { removeReplicas } from '../change-secret.ts'
import type { SecretsContext } from '../context.ts'
import { findPrimary } from '../find-secret.ts'
import { replicationStatus } from '../replication-status.ts'
import { checkSecretId } from '../secret-id.ts'
import type { Found } from '../secrets-store.ts'
import * as shapes from '../shapes.ts'

export const removeRegionsFromReplication = operation({
  name: 'RemoveRegionsFromReplication',
  access: 'write',
  input: structure({
    SecretId: required(shapes.secretId),
    RemoveReplicaRegions: required(list(shapes.regionType, { length: [1, undefined] })),
  }),
  output: structure({ ARN: shapes.arn, ReplicationStatus: shapes.replicationStatus }),
  recordsAnswer: true,
  check: ({ SecretId }) => checkSecretId(SecretId),
  target: ({ SecretId }, context: SecretsContext) => findPrimary(SecretId, context),

  // Regions that have no replica are passed over (facts 8.7).
  async run({ RemoveReplicaRegions }, { secret }: Found, context) {
    const changed = await removeReplicas(secret, new Set(RemoveReplicaRegions), context)
    return { ARN: secret.arn, ReplicationStatus: await replicationStatus(changed, context) }
  },
})
