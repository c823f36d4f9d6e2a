import { operation } from '../../aws/operation.ts'
import { required, structure } from '../../aws/shape.ts'
import type { SecretsContext } from '../context.ts'
import { describe } from '../describe.ts'
import { findSecret } from '../find-secret.ts'
import { replicationStatus } from '../replication-status.ts'
import { checkSecretId } from '../secret-id.ts'
import type { Found } from '../secrets-store.ts'
import * as shapes from '../shapes.ts'

export const describeSecret = operation({
  name: 'DescribeSecret',
  access: 'read',
  input: structure({ SecretId: required(shapes.secretId) }),
  output: structure({
    ...shapes.described,
    VersionIdsToStages: shapes.versionsToStages,
    ...shapes.origin,
    ReplicationStatus: shapes.replicationStatus,
  }),
  check: ({ SecretId }) => checkSecretId(SecretId),
  target: ({ SecretId }, context: SecretsContext) => findSecret(SecretId, context),
  acceptsUnusable: () => true,

  async run(_input, { secret }: Found, context) {
    const { versions, ...members } = describe(secret)
    const ReplicationStatus = secret.replicas && (await replicationStatus(secret, context))
    return { ...members, VersionIdsToStages: versions, ReplicationStatus }
  },
})
