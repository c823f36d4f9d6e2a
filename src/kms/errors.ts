import { AwsError, frameworkError } from '../aws/error.ts'
import type { KeyState } from './key-store.ts'

/** How a sentence of AWS names a state. */
const STATE_NAMES: Readonly<Record<KeyState, string>> = {
  Enabled: 'enabled',
  Disabled: 'disabled',
  PendingDeletion: 'pending deletion',
  PendingImport: 'pending import',
  PendingReplicaDeletion: 'pending replica deletion',
}

/** KMS's errors; texts as recorded from AWS (security facts 4.5). */
export const errors = {
  keyNotFound: (arn: string) => new AwsError('NotFoundException', `Key '${arn}' does not exist`),
  invalidKeyId: (text: string) => new AwsError('NotFoundException', `Invalid keyId '${text}'`),
  invalidRegion: (region: string) => new AwsError('NotFoundException', `Invalid arn ${region}`),
  aliasNotFound: (arn: string) => new AwsError('NotFoundException', `Alias ${arn} is not found.`),
  disabled: (arn: string) => new AwsError('DisabledException', `${arn} is disabled.`),
  invalidState: (arn: string, state: KeyState) =>
    new AwsError('KMSInvalidStateException', `${arn} is ${STATE_NAMES[state]}.`),
  notPendingDeletion: (arn: string) => new AwsError('KMSInvalidStateException', `${arn} is not pending deletion.`),
  incorrectKey: () =>
    new AwsError(
      'IncorrectKeyException',
      'The key ID in the request does not identify a CMK that can perform this operation.',
    ),
  originUnfit: (arn: string, origin: string) =>
    new AwsError('UnsupportedOperationException', `${arn} origin is ${origin} which is not valid for this operation.`),
  aliasExists: (arn: string) => new AwsError('AlreadyExistsException', `An alias with the name ${arn} already exists`),
  aliasPrefix: () =>
    frameworkError(
      'ValidationException',
      'Alias must start with the prefix "alias/". Please see https://docs.aws.amazon.com/kms/latest/developerguide/kms-alias.html',
    ),
  aliasCharacters: (name: string) =>
    frameworkError('ValidationException', `${name} contains invalid characters for an alias`),
  aliasOfAlias: () => frameworkError('ValidationException', 'Aliases must refer to keys. Not aliases'),
  duplicateTags: () => new AwsError('TagException', 'Duplicate tag keys'),
  tooManyTags: () => new AwsError('TagException', 'Too many tags'),
  reservedTags: () => new AwsError('TagException', 'Tags beginning with aws: are reserved'),
  lockedOut: () =>
    new AwsError(
      'MalformedPolicyDocumentException',
      'The new key policy will not allow you to update the key policy in the future.',
    ),
  dryRun: () =>
    new AwsError('DryRunOperationException', 'The request would have succeeded, but the DryRun option is set.'),
  numberOfBytesMissing: () => frameworkError('ValidationException', 'NumberOfBytes is required.'),
  missingMember: (member: string) =>
    frameworkError(
      'ValidationException',
      `1 validation error detected: Value at '${member}' failed to satisfy constraint: Member must not be null`,
    ),
  dataKeySize: () => frameworkError('ValidationException', 'Please specify either number of bytes or key spec.'),
  invalidCiphertext: () => new AwsError('InvalidCiphertextException'),
  unknownPrincipals: () =>
    new AwsError(
      'MalformedPolicyDocumentException',
      'Policy contains a statement with one or more invalid principals.',
    ),
  malformedPolicy: (why: string) => new AwsError('MalformedPolicyDocumentException', why),
  /** To a caller who may not know whether a key exists (security facts 3.9). */
  deniedOnUnknown: (caller: string, action: string, what: string) =>
    new AwsError(
      'AccessDeniedException',
      `User: ${caller} is not authorized to perform: ${action} on ${what} because the resource does not exist in this Region, no resource-based policies allow access, or a resource-based policy explicitly denies access`,
    ),
  tooManyRotations: (arn: string) =>
    new AwsError(
      'LimitExceededException',
      `The on-demand rotations limit has been reached for the given keyId. No more on-demand rotations can be performed for this key: ${arn}`,
    ),
  notMultiRegion: (arn: string) => new AwsError('UnsupportedOperationException', `${arn} is not a multi-region key.`),
  notPrimary: (arn: string) =>
    new AwsError('UnsupportedOperationException', `${arn} is not a multi-region primary key.`),
  /** @param id KeyMaterialId of the material that was to be imported */
  materialWaits: (id: string, arn: string, waitingId: string) =>
    new AwsError(
      'KMSInvalidStateException',
      `New key material (id: ${id}) cannot be imported into KMS key ${arn}, because another key material (id: ${waitingId}) is pending rotation.`,
    ),
  // Our own texts from here on: AWS's are not known.
  algorithmUnfit: (algorithm: string, arn: string) =>
    new AwsError('InvalidKeyUsageException', `Algorithm ${algorithm} is incompatible with key ${arn}.`),
  contextTooLarge: (limit: number) =>
    frameworkError('ValidationException', `EncryptionContext must not be larger than ${limit} bytes.`),
  managedKey: (arn: string) =>
    new AwsError('AccessDeniedException', `${arn} is managed by an AWS service, which alone may change it.`),
  unsupportedSpec: (spec: string) =>
    new AwsError('UnsupportedOperationException', `Keys of the spec ${spec} are not supported by this server.`),
  usageUnfit: (usage: string) =>
    frameworkError('ValidationException', `KeyUsage ${usage} is not compatible with KeySpec SYMMETRIC_DEFAULT`),
  bothSpecs: () =>
    frameworkError('ValidationException', 'You cannot specify KeySpec and CustomerMasterKeySpec in the same request.'),
  policyTooLarge: (limit: number) =>
    new AwsError('LimitExceededException', `A key policy can have at most ${limit} bytes.`),
  noSuchPolicy: () => new AwsError('NotFoundException', 'No such policy exists'),
  reservedAlias: (name: string) =>
    new AwsError('InvalidAliasNameException', `${name} is not a name that an alias can have.`),
  tooManyAliases: (limit: number) => new AwsError('LimitExceededException', `A key can have at most ${limit} aliases.`),
  pendingWindow: (min: number, max: number) =>
    frameworkError('ValidationException', `PendingWindowInDays must be between ${min} and ${max} (inclusive).`),
  invalidMarker: () => new AwsError('InvalidMarkerException', 'The marker is not one of this list.'),
  nothingToRotateTo: (arn: string) =>
    new AwsError('KMSInvalidStateException', `No available key material pending rotation for the key: ${arn}.`),
  replicaExists: (region: string) =>
    new AwsError('AlreadyExistsException', `The key already exists in the Region ${region}.`),
  otherPartition: (region: string) =>
    new AwsError('UnsupportedOperationException', `The Region ${region} is not in the partition of the key.`),
  noReplica: (region: string) => new AwsError('NotFoundException', `The key has no replica in the Region ${region}.`),
  invalidGrantToken: () => new AwsError('InvalidGrantTokenException'),
  invalidGrantId: () => new AwsError('InvalidGrantIdException'),
  grantNotFound: (grantId: string) => new AwsError('NotFoundException', `Grant ID ${grantId} not found`),
  whichGrant: () =>
    frameworkError('ValidationException', 'Please specify either a grant token or a key ID together with a grant ID.'),
  noPrincipal: () => new AwsError('InvalidArnException', 'ARN does not refer to a valid principal'),
  twoPrincipals: (role: 'Grantee' | 'Retiring') =>
    frameworkError('ValidationException', `Please specify either ${role}Principal or ${role}ServicePrincipal.`),
  noGrantOperations: () => frameworkError('ValidationException', 'Operations must not be empty.'),
  grantOperationUnfit: (operation: string) =>
    frameworkError('ValidationException', `${operation} is no operation of a key whose spec is SYMMETRIC_DEFAULT.`),
  tooManyConstraintPairs: (limit: number) =>
    frameworkError('ValidationException', `A constraint can have at most ${limit} pairs of an encryption context.`),
  constraintValueTooLong: (limit: number) =>
    frameworkError('ValidationException', `A value in a constraint can have at most ${limit} characters.`),
  tooManyGrants: (limit: number) => new AwsError('LimitExceededException', `A key can have at most ${limit} grants.`),
  tooManyGrantsTo: (grantee: string, limit: number) =>
    new AwsError('LimitExceededException', `A key can have at most ${limit} grants to ${grantee}.`),
  keyUsageUnfit: (arn: string, operation: string) =>
    new AwsError(
      'InvalidKeyUsageException',
      `${arn} key usage is ENCRYPT_DECRYPT which is not valid for ${operation}.`,
    ),
  keySpecUnfit: (arn: string, operation: string) =>
    new AwsError(
      'UnsupportedOperationException',
      `${arn} key spec is SYMMETRIC_DEFAULT which is not valid for ${operation}.`,
    ),
  keyPairsUnsupported: () =>
    new AwsError('UnsupportedOperationException', 'Data key pairs are not supported by this server.'),
  wrappingUnsupported: (algorithm: string, spec: string) =>
    new AwsError('UnsupportedOperationException', `Wrapping by ${algorithm} under a key of ${spec} is not supported.`),
  invalidImportToken: () => new AwsError('InvalidImportTokenException'),
  expiredImportToken: () => new AwsError('ExpiredImportTokenException'),
  incorrectMaterial: () => new AwsError('IncorrectKeyMaterialException'),
  materialNotFound: (id: string) => new AwsError('NotFoundException', `Key material ${id} is not found.`),
  validToMissing: () =>
    frameworkError('ValidationException', 'A validTo date must be set if the ExpirationModel is KEY_MATERIAL_EXPIRES'),
  validToUnfit: () =>
    frameworkError(
      'ValidationException',
      'A validTo date must not be set unless the ExpirationModel is KEY_MATERIAL_EXPIRES',
    ),
  validToRange: (days: number) =>
    frameworkError('ValidationException', `ValidTo must lie within the next ${days} days.`),
  idOfNewMaterial: () =>
    frameworkError('ValidationException', 'KeyMaterialId must not be set if the ImportType is NEW_KEY_MATERIAL'),
  recipientUnsupported: () =>
    new AwsError('UnsupportedOperationException', 'Recipient is not supported: there are no Nitro enclaves here.'),
  noCustomKeyStores: () =>
    new AwsError('UnsupportedOperationException', 'Custom key stores are not supported by this server.'),
  dryRunModifiersUnsupported: () =>
    new AwsError('UnsupportedOperationException', 'DryRunModifiers are not supported by this server.'),
  // AWS's code for what is wrong with the service itself; the text is ours.
  unreadableKey: () => new AwsError('KMSInternalException', 'The key cannot be read.', { status: 500 }),
}
