import { operation } from '../../aws/operation.ts'
import { required, structure, timestamp } from '../../aws/shape.ts'
import type { SecretsContext } from '../context.ts'
import { describe } from '../describe.ts'
import { findSecret } from '../find-secret.ts'
import { checkSecretId } from '../secret-id.ts'
import type { Found } from '../secrets-store.ts'
import * as shapes from '../shapes.ts'

export const describeSecret = operation({
  name: 'DescribeSecret',
  access: 'read',
  input: structure({ SecretId: required(shapes.secretId) }),
  output: structure({
    ARN: shapes.arn,
    Name: shapes.outputName,
    Type: shapes.type,
    Description: shapes.description,
    KmsKeyId: shapes.kmsKeyId,
    RotationEnabled: shapes.rotationEnabled,
    RotationLambdaARN: shapes.rotationLambdaArn,
    RotationRules: shapes.rotationRules,
    ExternalSecretRotationMetadata: shapes.externalMetadata,
    ExternalSecretRotationRoleArn: shapes.externalRoleArn,
    LastRotatedDate: timestamp(),
    LastChangedDate: timestamp(),
    LastAccessedDate: timestamp(),
    DeletedDate: timestamp(),
    NextRotationDate: timestamp(),
    Tags: shapes.tags,
    VersionIdsToStages: shapes.versionsToStages,
    OwningService: shapes.owningService,
    CreatedDate: timestamp(),
    PrimaryRegion: shapes.regionType,
    ReplicationStatus: shapes.replicationStatus,
  }),
  check: ({ SecretId }) => checkSecretId(SecretId),
  target: ({ SecretId }, context: SecretsContext) => findSecret(SecretId, context),
  acceptsUnusable: () => true,

  run(_input, { secret }: Found) {
    const { versions, ...members } = describe(secret)
    return { ...members, VersionIdsToStages: versions }
  },
})
