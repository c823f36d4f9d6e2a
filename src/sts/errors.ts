import { AwsError, frameworkError } from '../aws/error.ts'

const accessDenied = (message: string) => new AwsError('AccessDeniedException', message)
const invalidParameter = (message: string) => new AwsError('InvalidParameterValue', message)
const invalidToken = (message: string) => new AwsError('InvalidIdentityToken', message)
const tooLarge = (message: string) => new AwsError('PackedPolicyTooLarge', message)
const validation = (message: string) => frameworkError('ValidationException', message)

/** STS's errors, each text once; as recorded from AWS where they are known (security facts 5.4), otherwise our own. */
export const errors = {
  invalid: (text: string) => validation(`${text} is invalid`),
  /** The gate's sentence for a role whose trust policy does not name the caller. */
  notTrusted: (callerArn: string, roleArn: string) =>
    accessDenied(
      `User: ${callerArn} is not authorized to perform: sts:AssumeRole on resource: ${roleArn} because no role trust policy allows the sts:AssumeRole action`,
    ),
  webIdentityDenied: () => accessDenied('Not authorized to perform sts:AssumeRoleWithWebIdentity'),

  overMaxSession: () => validation('The requested DurationSeconds exceeds the MaxSessionDuration set for this role.'),
  overChainedSession: () =>
    validation('The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.'),
  sessionCredentials: () => accessDenied('Cannot call GetSessionToken with session credentials'),
  noDevices: () =>
    accessDenied('Multi-factor authentication is not supported here: leave out SerialNumber and TokenCode.'),
  noContexts: () => validation('ProvidedContexts are not supported here.'),
  noProviderId: () =>
    validation('ProviderId is for OAuth 2.0 access tokens, which are not supported here: leave it out.'),

  transitiveNotInTags: () =>
    invalidParameter('The specified transitive tag key must be included in the requested tags.'),
  duplicateTags: () => invalidParameter('Duplicate tag keys found. Please note that Tag keys are case insensitive.'),
  reservedTag: () => invalidParameter('aws: prefixed tag key names are not allowed for external use.'),
  transitiveConflict: () =>
    invalidParameter(
      "One of the specified transitive tag keys can't be set because it conflicts with a transitive tag key from the calling session.",
    ),
  sourceIdentityFixed: () => accessDenied('The source identity of the calling session cannot be changed.'),

  malformedPolicy: (message: string) => new AwsError('MalformedPolicyDocument', message),
  policyArnMissing: () => validation('Every element of PolicyArns must have an arn.'),
  policyNotFound: (arn: string) => validation(`Policy ${arn} does not exist or is not attachable.`),
  packedPolicy: (percent: number) =>
    tooLarge(`Packed policy consumes ${percent}% of allotted space, please use smaller policy.`),
  packedTags: (percent: number) => tooLarge(`Packed size of session tags consumes ${percent}% of allotted space.`),
  sessionTooLarge: () => tooLarge('Serialized token too large for session'),

  unknownAccessKey: () => validation('The access key ID is not known here.'),

  notAToken: () => invalidToken('The web identity token is not a valid JWT.'),
  algorithm: () => invalidToken('The web identity token must be signed with RS256 or ES256.'),
  signature: () => invalidToken('The signature of the web identity token does not verify.'),
  providerNotFound: (issuer: string) => invalidToken(`No OpenIDConnect provider found in your account for ${issuer}`),
  audience: () => invalidToken('Incorrect token audience'),
  keyUnavailable: () =>
    invalidToken(
      "Couldn't retrieve verification key from your identity provider,  please reference AssumeRoleWithWebIdentity documentation for requirements",
    ),
  claim: (name: string) => invalidToken(`The claim ${name} of the web identity token is missing or invalid.`),
  notYetValid: () => invalidToken('The web identity token is not valid yet.'),
  /** Times in seconds since the epoch. */
  tokenExpired: (now: number, expiration: number) =>
    new AwsError(
      'ExpiredTokenException',
      `Token expired: current date/time ${now} must be before the expiration date/time ${expiration}`,
    ),
}
