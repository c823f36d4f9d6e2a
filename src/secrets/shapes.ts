import { blob, boolean, list, long, map, string, structure, timestamp } from '../aws/shape.ts'

// Types that several operations share, as the service model has them (facts 2.2, 2.3).

export const secretId = string({ length: [1, 2048] })
export const name = string({ length: [1, 512] })
export const arn = string({ length: [20, 2048] })
/** Output names are said to be shorter than input names; both occur (facts 2.1). */
export const outputName = string({ length: [1, 256] })
export const description = string({ length: [undefined, 2048] })
export const kmsKeyId = string({ length: [0, 2048] })
export const clientRequestToken = string({ length: [32, 64] })
export const versionId = string({ length: [32, 64] })
export const versionStage = string({ length: [1, 256] })
export const versionStages = list(versionStage, { length: [1, 20] })
/** The model counts characters, the quota bytes: both hold (facts 9.1). */
export const secretString = string({ length: [1, 65_536], maxBytes: 65_536, sensitive: true })
export const secretBinary = blob({ length: [1, 65_536], sensitive: true })
export const type = string({ length: [0, 256] })
export const resourcePolicy = string({ length: [1, 20_480] })
export const nextToken = string({ length: [1, 4096] })
export const regionType = string({ length: [1, 128], pattern: '^([a-z]+-)+\\d+$' })
export const owningService = string({ length: [1, 128] })
export const rotationLambdaArn = string({ length: [0, 2048] })
export const externalRoleArn = string({ length: [20, 2048], identity: true })

export const tag = structure({ Key: string({ length: [1, 128] }), Value: string({ length: [0, 256] }) }, 'Tag')
export const tags = list(tag)

/** AWS lists the newer keys behind the older ones as far as is known (facts 9.2). */
const filterKeys = ['all', 'name', 'tag-key', 'description', 'tag-value', 'primary-region', 'owning-service'] as const
export const filter = structure(
  {
    Key: string({ enum: filterKeys }),
    Values: list(string({ length: [undefined, 512], pattern: '^\\!?[a-zA-Z0-9 :_@\\/\\+\\=\\.\\-\\!]*$' }), {
      length: [1, 10],
    }),
  },
  'Filter',
)
export const filters = list(filter, { length: [undefined, 10] })

const replicaRegion = structure({ Region: regionType, KmsKeyId: kmsKeyId }, 'ReplicaRegionType')
export const replicaRegions = list(replicaRegion, { length: [1, undefined] })

export const replicationStatus = list(
  structure(
    {
      Region: regionType,
      KmsKeyId: kmsKeyId,
      Status: string({ enum: ['InSync', 'Failed', 'InProgress'] }),
      StatusMessage: string({ length: [1, 4096] }),
      LastAccessedDate: timestamp(),
    },
    'ReplicationStatusType',
  ),
)

export const rotationRules = structure(
  {
    AutomaticallyAfterDays: long({ range: [1, 1000] }),
    Duration: string({ length: [2, 3], pattern: '[0-9]+h' }),
    ScheduleExpression: string({ length: [1, 256], pattern: '[0-9A-Za-z\\(\\)#\\?\\*\\-\\/, ]+' }),
  },
  'RotationRulesType',
)

export const externalMetadata = list(
  structure(
    { Key: string({ length: [1, 256] }), Value: string({ length: [1, 2048] }) },
    'ExternalSecretRotationMetadataItem',
  ),
)

export const rotationEnabled = boolean()
export const versionsToStages = map(versionId, versionStages)

/** Members of a value, in GetSecretValue's answer and in each entry of a batch. */
export const secretValue = {
  ARN: arn,
  Name: outputName,
  VersionId: versionId,
  SecretBinary: secretBinary,
  SecretString: secretString,
  VersionStages: versionStages,
  CreatedDate: timestamp(),
}

/** Members of a secret in DescribeSecret and ListSecrets; between these and the next stand the versions, under a name of each operation's own. */
export const described = {
  ARN: arn,
  Name: outputName,
  Type: type,
  Description: description,
  KmsKeyId: kmsKeyId,
  RotationEnabled: rotationEnabled,
  RotationLambdaARN: rotationLambdaArn,
  RotationRules: rotationRules,
  ExternalSecretRotationMetadata: externalMetadata,
  ExternalSecretRotationRoleArn: externalRoleArn,
  LastRotatedDate: timestamp(),
  LastChangedDate: timestamp(),
  LastAccessedDate: timestamp(),
  DeletedDate: timestamp(),
  NextRotationDate: timestamp(),
  Tags: tags,
}
export const origin = { OwningService: owningService, CreatedDate: timestamp(), PrimaryRegion: regionType }
