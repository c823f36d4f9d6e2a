import { operation } from '../../aws/operation.ts'
import { boolean, required, structure } from '../../aws/shape.ts'
import { changeSecret } from '../change-secret.ts'
import { replicaConditions } from '../conditions.ts'
import type { SecretsContext } from '../context.ts'
import { findPrimary } from '../find-secret.ts'
import { supposedRegions } from '../rehearsal.ts'
import { addReplicas, checkReplicaRegions, overwritten, withReplicas } from '../replicas.ts'
import { replicationStatus } from '../replication-status.ts'
import { checkSecretId } from '../secret-id.ts'
import type { Found } from '../secrets-store.ts'
import * as shapes from '../shapes.ts'

export const replicateSecretToRegions = operation({
  name: 'ReplicateSecretToRegions',
  access: 'write',
  input: structure({
    SecretId: required(shapes.secretId),
    AddReplicaRegions: required(shapes.replicaRegions),
    ForceOverwriteReplicaSecret: boolean(),
  }),
  output: structure({ ARN: shapes.arn, ReplicationStatus: shapes.replicationStatus }),
  recordsAnswer: true,
  check({ SecretId, AddReplicaRegions }) {
    checkSecretId(SecretId)
    checkReplicaRegions(AddReplicaRegions)
  },
  target: ({ SecretId }, context: SecretsContext) => findPrimary(SecretId, context),
  conditions: (input) => replicaConditions(input),
  rehearsal: {
    request: (SecretId, supposed) => ({ SecretId, AddReplicaRegions: supposedRegions(supposed) ?? [] }),
    runs: true,
  },

  async run(input, { secret }: Found, context) {
    const replicas = addReplicas(secret, input.AddReplicaRegions)
    const wanted = withReplicas({ ...secret, changedAt: context.now }, replicas)
    const changed = await changeSecret(wanted, context, { overwrite: overwritten(input) })
    return { ARN: secret.arn, ReplicationStatus: await replicationStatus(changed, context) }
  },
})
