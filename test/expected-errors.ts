// What clients see of errors, for assert.rejects: AWS's texts as the facts have them, deliberately not those of src/secrets/errors.ts.

export interface Expected {
  readonly name: string
  readonly message: string
}

const expect =
  (name: string) =>
  (message: string): Expected => ({ name, message })
const notFound = expect('ResourceNotFoundException')
const invalidRequest = expect('InvalidRequestException')
const invalidParameter = expect('InvalidParameterException')
const exists = expect('ResourceExistsException')
const validation = expect('ValidationException')

export const NOT_FOUND = notFound("Secrets Manager can't find the specified secret.")
export const noVersion = (versionId: string) =>
  notFound(`Secrets Manager can't find the specified secret value for VersionId: ${versionId}`)
export const noStage = (label: string) =>
  notFound(`Secrets Manager can't find the specified secret value for staging label: ${label}`)

export const MARKED = invalidRequest(
  "You can't perform this operation on the secret because it was marked for deletion.",
)
export const MANAGED = invalidRequest(
  'This secret is managed by an AWS service, and you must use that service to update it.',
)
export const NAME_MARKED = invalidRequest(
  "You can't create this secret because a secret with this name is already scheduled for deletion.",
)
export const NO_TOKEN = invalidRequest('You must provide a ClientRequestToken value. We recommend a UUID-type value.')
export const NO_VALUE = invalidRequest('You must provide either SecretString or SecretBinary.')
export const BOTH_VALUES = invalidParameter(
  "You can't specify both a binary secret value and a string secret value in the same secret.",
)

export const ON_REPLICA = invalidParameter(
  "Operation not permitted on a replica secret. Call must be made in primary secret's region.",
)
export const BAD_REPLICA_REGION = invalidParameter('Invalid replica region.')
export const hasReplicas = (arn: string | undefined, ...regions: readonly string[]) =>
  invalidParameter(`You can't delete secret ${arn} that still has replica regions [${regions.join(', ')}].`)

export const alreadyExists = (name: string) => exists(`The operation failed because the secret ${name} already exists.`)
export const tokenInUse = (token: string, arn: string | undefined) =>
  exists(
    `You can't use ClientRequestToken ${token} because that value is already in use for a version of secret ${arn}.`,
  )

export const BAD_TOKEN = expect('InvalidNextTokenException')('The NextToken value is invalid.')
export const UNREADABLE = expect('DecryptionFailure')(
  "Secrets Manager can't decrypt the protected secret text using the provided KMS key.",
)

export const INVALID_NAME = validation(
  'Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!',
)

/** A ValidationException with its violations; each as `<value> at '<path>': <constraint>`, the value quoted or null or nothing. */
export function violations(...found: readonly [value: string | null | undefined, path: string, constraint: string][]) {
  const texts = found.map(([value, path, constraint]) => {
    const shown = value === undefined ? '' : value === null ? ' null' : ` '${value}'`
    return `Value${shown} at '${path}' failed to satisfy constraint: Member must ${constraint}`
  })
  const noun = texts.length === 1 ? 'error' : 'errors'
  return validation(`${texts.length} validation ${noun} detected: ${texts.join('; ')}`)
}

export const tooLong = (max: number) => `have length less than or equal to ${max}`
export const tooShort = (min: number) => `have length greater than or equal to ${min}`

const malformedPolicy = expect('MalformedPolicyDocumentException')
export const POLICY_SYNTAX = malformedPolicy('This resource policy contains a syntax error.')
export const POLICY_PRINCIPAL = malformedPolicy('This resource policy contains an unsupported principal.')
export const POLICY_SERVICE = malformedPolicy('This resource policy contains an invalid service principal.')
export const PUBLIC_POLICY = expect('PublicPolicyException')(
  "You can't attach a resource-based policy that allows broad access to the secret.",
)
export const LOCKED_OUT = invalidRequest(
  'Your requested changes will not allow you to manage this secret in the future.',
)

export const KMS_DENIED = expect('AccessDeniedException')('Access to KMS is not allowed')
/** Codes whose texts are our own, or the model's at best. */
export const DECRYPTION_FAILURE = { name: 'DecryptionFailure' }
export const ENCRYPTION_FAILURE = { name: 'EncryptionFailure' }
export const LIMIT_EXCEEDED = { name: 'LimitExceededException' }
export const INVALID_PARAMETER = { name: 'InvalidParameterException' }

/** A denial by identity policies; actions without a resource name none. */
export function denied(principal: string, action: string, resource?: string): Expected {
  const on = resource === undefined ? '' : ` on resource: ${resource}`
  const reason = `because no identity-based policy allows the secretsmanager:${action} action`
  return expect('AccessDeniedException')(
    `User: ${principal} is not authorized to perform: secretsmanager:${action}${on} ${reason}`,
  )
}

/** A denial to a caller of another account than the resource's. */
export function deniedAcross(principal: string, action: string, resource: string): Expected {
  const reason = `because no resource-based policy allows the secretsmanager:${action} action`
  return expect('AccessDeniedException')(
    `User: ${principal} is not authorized to perform: secretsmanager:${action} on resource: ${resource} ${reason}`,
  )
}
