import { AwsError } from '../aws/error.ts'

const conflict = (code: string, message: string) => new AwsError(code, message, { status: 409 })
const noSuchEntity = (message: string) => new AwsError('NoSuchEntity', message, { status: 404 })

/** IAM's errors; texts as recorded from AWS where they are known (security facts 5.7). */
export const errors = {
  noSuchEntity,
  notFound: (kind: 'user' | 'group' | 'role' | 'instance-profile', name: string) =>
    noSuchEntity(
      kind === 'instance-profile'
        ? `Instance Profile ${name} cannot be found.`
        : `The ${kind} with name ${name} cannot be found.`,
    ),
  notInInstanceProfile: (role: string, profile: string) =>
    noSuchEntity(`Role ${role} in Instance Profile ${profile} cannot be found.`),
  policyNotFound: (arn: string) => noSuchEntity(`Policy ${arn} was not found.`),
  policyNotAttachable: (arn: string) => noSuchEntity(`Policy ${arn} does not exist or is not attachable.`),
  alreadyExists: (message: string) => conflict('EntityAlreadyExists', message),
  named: (kind: string, name: string) => conflict('EntityAlreadyExists', `${kind} with name ${name} already exists.`),
  deleteConflict: (message: string) => conflict('DeleteConflict', message),
  limitExceeded: (message: string) => conflict('LimitExceeded', message),
  malformedPolicy: (message: string) => new AwsError('MalformedPolicyDocument', message),
  invalidInput: (message: string) => new AwsError('InvalidInput', message),
  validation: (message: string) => new AwsError('ValidationError', message),
  quotaExceeded: (quota: string, value: number) =>
    conflict('LimitExceeded', `Cannot exceed quota for ${quota}: ${value}`),
  mustDeleteFirst: (what: string) => conflict('DeleteConflict', `Cannot delete entity, must ${what} first.`),
  boundaryNotAttachable: (arn: string) => noSuchEntity(`Scope ARN: ${arn} does not exist or is not attachable.`),
  accessKeyNotFound: (id: string) => noSuchEntity(`The Access Key with id ${id} cannot be found.`),
  loginProfileNotFound: (name: string) => noSuchEntity(`Login Profile for User ${name} cannot be found.`),
  duplicateTags: () =>
    new AwsError('InvalidInput', 'Duplicate tag keys found. Please note that Tag keys are case insensitive.'),
  reservedTag: () => new AwsError('InvalidInput', 'aws: prefixed tag key names are not allowed for external use.'),
  servicePath: (path: string) =>
    new AwsError(
      'ValidationError',
      `The path ${path} is kept for roles that are services: it must be /coffer-service/, a name of small letters, digits and hyphens, and /.`,
    ),
  userNameMissing: () =>
    new AwsError('ValidationError', 'Must specify userName when calling with non-User credentials'),
}
