import { AwsError, frameworkError } from '../aws/error.ts'

/** Every error text of Secrets Manager, once. Sources: facts, appendix A, and the sections named beside a text. */
export const errors = {
  secretNotFound: () => new AwsError('ResourceNotFoundException', "Secrets Manager can't find the specified secret."),
  versionIdNotFound: (versionId: string) =>
    new AwsError(
      'ResourceNotFoundException',
      `Secrets Manager can't find the specified secret value for VersionId: ${versionId}`,
    ),
  stageNotFound: (label: string) =>
    new AwsError(
      'ResourceNotFoundException',
      `Secrets Manager can't find the specified secret value for staging label: ${label}`,
    ),
  stageNotOnVersion: () =>
    new AwsError(
      'InvalidRequestException',
      'You provided a VersionStage that is not associated to the provided VersionId.',
    ),
  markedForDeletion: () =>
    new AwsError(
      'InvalidRequestException',
      "You can't perform this operation on the secret because it was marked for deletion.",
    ),
  // The title of the guide's page on it (facts 9.11, 7).
  managed: () =>
    new AwsError(
      'InvalidRequestException',
      'This secret is managed by an AWS service, and you must use that service to update it.',
    ),
  nameScheduledForDeletion: () =>
    new AwsError(
      'InvalidRequestException',
      "You can't create this secret because a secret with this name is already scheduled for deletion.",
    ),
  alreadyExists: (name: string) =>
    new AwsError('ResourceExistsException', `The operation failed because the secret ${name} already exists.`),
  tokenInUse: (token: string, arn: string) =>
    new AwsError(
      'ResourceExistsException',
      `You can't use ClientRequestToken ${token} because that value is already in use for a version of secret ${arn}.`,
    ),
  tokenMissing: () =>
    new AwsError(
      'InvalidRequestException',
      'You must provide a ClientRequestToken value. We recommend a UUID-type value.',
    ),
  invalidName: () =>
    frameworkError(
      'ValidationException',
      'Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!',
    ),
  valueMissing: () => new AwsError('InvalidRequestException', 'You must provide either SecretString or SecretBinary.'),
  bothValues: () =>
    new AwsError(
      'InvalidParameterException',
      "You can't specify both a binary secret value and a string secret value in the same secret.",
    ),
  foreignDefaultKey: () =>
    new AwsError(
      'InvalidRequestException',
      "You can't access a secret from a different AWS account if you encrypt the secret with the default KMS service key.",
    ),
  kmsAccessDenied: () => new AwsError('AccessDeniedException', 'Access to KMS is not allowed'),
  // Texts of the service model; what AWS sends at run time is not recorded (facts 4.4 of the security sheet, U-08).
  decryptionFailure: () =>
    new AwsError(
      'DecryptionFailure',
      "Secrets Manager can't decrypt the protected secret text using the provided KMS key.",
    ),
  encryptionFailure: () =>
    new AwsError(
      'EncryptionFailure',
      "Secrets Manager can't encrypt the protected secret text using the provided KMS key. Check that the KMS key is available, enabled, and not in an invalid state.",
    ),
  /** @param refusal what KMS says of the key: `Invalid keyId 'x'` and `Invalid arn eu-west-1` are not repeated in other words */
  invalidKey: (refusal: string) =>
    new AwsError(
      'InvalidParameterException',
      `The operation failed because of an invalid KMS key: ${refusal.startsWith('Invalid ') ? refusal : `Invalid keyId ${refusal}`}`,
    ),
  removeFromMissing: (versionId: string) =>
    new AwsError(
      'InvalidParameterException',
      `The parameter RemoveFromVersionId can't be empty. Staging label AWSCURRENT is currently attached to version ${versionId}, so you must explicitly reference that version in RemoveFromVersionId.`,
    ),
  removeFromWrong: (label: string) =>
    new AwsError(
      'InvalidParameterException',
      `When you move staging label ${label}, if you specify RemoveFromVersionId, it must be set to the version that currently has the staging label ${label}.`,
    ),
  currentNotRemovable: () =>
    new AwsError(
      'InvalidParameterException',
      'You can only move staging label AWSCURRENT to a different secret version. It can’t be completely removed.',
    ),
  // Our own text: what AWS says when neither member is given is not known (facts 9.7).
  stageTargetMissing: () =>
    new AwsError(
      'InvalidParameterException',
      'You must provide MoveToVersionId, RemoveFromVersionId, or both to change a staging label.',
    ),
  recoveryWindow: () =>
    new AwsError(
      'InvalidParameterException',
      'The RecoveryWindowInDays value must be between 7 and 30 days (inclusive).',
    ),
  forceWithWindow: () =>
    new AwsError(
      'InvalidParameterException',
      "You can't use ForceDeleteWithoutRecovery in conjunction with RecoveryWindowInDays.",
    ),
  isReplica: () =>
    new AwsError(
      'InvalidParameterException',
      "Operation not permitted on a replica secret. Call must be made in primary secret's region.",
    ),
  hasReplicas: (arn: string, regions: readonly string[]) =>
    new AwsError(
      'InvalidParameterException',
      `You can't delete secret ${arn} that still has replica regions [${regions.join(', ')}].`,
    ),
  replicaRegion: () => new AwsError('InvalidParameterException', 'Invalid replica region.'),
  passwordTooShort: () =>
    new AwsError('InvalidParameterException', 'Password length is too short based on the required types.'),
  passwordTypeExcluded: () =>
    new AwsError('InvalidParameterException', 'All characters of the desired type have been excluded'),
  passwordAllExcluded: () =>
    new AwsError('InvalidParameterException', 'All characters have been excluded from selection'),
  batchSelector: () =>
    new AwsError('InvalidParameterException', "Either 'SecretIdList' or 'Filters' must be provided, but not both."),
  batchMaxResults: () =>
    new AwsError(
      'InvalidParameterException',
      "'Filters' not specified. 'Filters' must also be specified when 'MaxResults' is provided.",
    ),
  filterKey: () => new AwsError('InvalidParameterException', 'Invalid filter key'),
  filterValues: (key: string) => new AwsError('InvalidParameterException', `Invalid filter values for key: ${key}`),
  policySyntax: () => new AwsError('MalformedPolicyDocumentException', 'This resource policy contains a syntax error.'),
  policyPrincipal: () =>
    new AwsError('MalformedPolicyDocumentException', 'This resource policy contains an unsupported principal.'),
  policyService: () =>
    new AwsError('MalformedPolicyDocumentException', 'This resource policy contains an invalid service principal.'),
  publicPolicy: () =>
    new AwsError(
      'PublicPolicyException',
      "You can't attach a resource-based policy that allows broad access to the secret.",
    ),
  // The code is not documented (facts 9.11, 5).
  lockedOut: () =>
    new AwsError(
      'InvalidRequestException',
      'Your requested changes will not allow you to manage this secret in the future.',
    ),
  rotationTokenMissing: () =>
    new AwsError(
      'InvalidParameterException',
      'You must provide a ClientRequestToken value. We recommend a UUID-type value.',
    ),
  noRotationFunction: () =>
    new AwsError('InvalidRequestException', 'No Lambda rotation function ARN is associated with this secret.'),
  rotationFunctionRefused: () =>
    new AwsError(
      'AccessDeniedException',
      'Secrets Manager cannot invoke the specified Lambda function. Ensure that the function policy grants access to the principal secretsmanager.amazonaws.com.',
    ),
  twoSchedules: () =>
    new AwsError(
      'InvalidParameterException',
      'You cannot specify both rotation frequency and schedule expression together.',
    ),
  managedRotation: () =>
    new AwsError('InvalidRequestException', 'Rotation Lambda ARN is not supported for a service-managed secret.'),
  rotationUnderWay: () =>
    new AwsError('InvalidRequestException', "A previous rotation isn't complete. That rotation will be reattempted."),
  // The text goes on in a way that is not recorded (facts 8.4).
  roleNotAssumable: (arn: string) =>
    new AwsError('InvalidRequestException', `Secrets Manager is unable to assume role ${arn}`),
  // Our own texts from here on: AWS's are not known (facts 9.5, 9.9, 9.10, 9.11).
  twoWaysOfRotation: () =>
    new AwsError(
      'InvalidParameterException',
      'You cannot specify a rotation function and the rotation of a managed external secret together.',
    ),
  noExternalSecret: () =>
    new AwsError(
      'InvalidRequestException',
      "You can't perform this operation: the secret has no Type, so it is not a managed external secret.",
    ),
  rotationRoleMissing: () =>
    new AwsError(
      'InvalidParameterException',
      'You must provide ExternalSecretRotationRoleArn to rotate a managed external secret.',
    ),
  typeNotRotated: (type: string) =>
    new AwsError('InvalidRequestException', `Secrets Manager can't rotate managed external secrets of type ${type}.`),
  schedule: (why: string) =>
    new AwsError('InvalidParameterException', `The ScheduleExpression value is invalid: ${why}.`),
  duration: (why: string) => new AwsError('InvalidParameterException', `The Duration value is invalid: ${why}.`),
  rotationTokenInUse: (token: string, arn: string) =>
    new AwsError(
      'InvalidRequestException',
      `You can't use ClientRequestToken ${token} because that value is already in use for a version of secret ${arn}.`,
    ),
  nextToken: () => new AwsError('InvalidNextTokenException', 'The NextToken value is invalid.'),
  tokenWithoutFilters: () =>
    new AwsError('InvalidParameterException', "'NextToken' must come with the 'Filters' of the call that returned it."),
  tooManyTags: (limit: number) => new AwsError('InvalidParameterException', `A secret can have at most ${limit} tags.`),
  reservedTag: () =>
    new AwsError('InvalidParameterException', 'Tag keys that start with aws: are reserved for AWS services.'),
  duplicateTag: (key: string) =>
    new AwsError('InvalidParameterException', `The tag key ${key} is given more than once.`),
  tagKeyMissing: () => new AwsError('InvalidParameterException', 'Every tag must have a key.'),
  tooManyLabels: (limit: number) =>
    new AwsError(
      'LimitExceededException',
      `The versions of a secret can have at most ${limit} staging labels together.`,
    ),
  tooManyVersions: (limit: number) =>
    new AwsError(
      'LimitExceededException',
      `The secret already has ${limit} versions, none of which is old enough to be removed. Try again later.`,
    ),
  tooManyReplicas: (limit: number) =>
    new AwsError('InvalidParameterException', `A secret can be replicated to at most ${limit} Regions.`),
  // The counterpart of the text for replicas.
  notReplica: () =>
    new AwsError(
      'InvalidParameterException',
      "Operation not permitted on a primary secret. Call must be made in replica secret's region.",
    ),
}
