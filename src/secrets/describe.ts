import type { Secret } from './secret.ts'

/** Members that DescribeSecret and ListSecrets share; each is left out where a secret has nothing to say (facts 7.12). */
export function describe(secret: Secret) {
  const { description, kmsKeyId, tags, stages, rotation } = secret
  const versions = Object.fromEntries([...stages].map(([versionId, labels]) => [versionId, [...labels]]))
  return {
    ARN: secret.arn,
    Name: secret.name,
    Type: secret.type || undefined,
    Description: description || undefined,
    KmsKeyId: kmsKeyId,
    RotationEnabled: rotation?.enabled,
    RotationLambdaARN: rotation?.lambdaArn,
    RotationRules: rotation?.rules && { ...rotation.rules, AutomaticallyAfterDays: rotation.everyDays },
    ExternalSecretRotationMetadata: rotation?.external?.metadata.map(({ Key, Value }) => ({ Key, Value })),
    ExternalSecretRotationRoleArn: rotation?.external?.roleArn,
    LastRotatedDate: date(rotation?.lastRotatedAt),
    NextRotationDate: date(rotation?.next?.closesAt),
    LastChangedDate: new Date(secret.changedAt),
    LastAccessedDate: date(secret.accessedAt),
    // The time of the deletion call, not the end of the window (facts 9.7, 10).
    DeletedDate: date(secret.deletedAt),
    Tags: tags?.map(({ Key, Value }) => ({ Key, Value })),
    OwningService: secret.owningService,
    CreatedDate: new Date(secret.createdAt),
    PrimaryRegion: secret.primaryRegion,
    /** Under another name in each of the two. */
    versions: stages.size > 0 ? versions : undefined,
  }
}

const date = (time: number | undefined) => (time === undefined ? undefined : new Date(time))
