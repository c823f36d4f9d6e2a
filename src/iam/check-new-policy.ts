import { ARN_PARTS, splitColons } from './arn.ts'
import { LEGACY, resourceFault } from './check-statements.ts'
import { hasUnreadableValue } from './compile-condition.ts'
import { type Policy, PolicyError } from './policy.ts'

// What IAM refuses in a policy that is saved. Policies that earlier releases saved may have it.

const OLD_VERSION = 'Policy document must be version 2012-10-17 or greater.'

/** A managed policy must be of the newer version. Throws PolicyError. */
export function checkVersion({ kind, version }: Policy): void {
  if (kind === 'managed' && version !== '2012-10-17') throw new PolicyError(OLD_VERSION)
}

/**
 * Refuses values of conditions that their operators cannot read, and ARNs in which a part is missing. AWS's text is known for dates and for ARNs
 * with `::`; other values get the same one. Throws PolicyError.
 */
export function checkLegacyForm({ version, statements }: Policy): void {
  const variables = version === '2012-10-17'
  for (const { conditions } of statements)
    if (conditions.some((condition) => hasUnreadableValue(condition, variables))) throw new PolicyError(LEGACY)
  const patterns = patternsOf(statements)
  const faults = patterns.map(resourceFault).filter((fault) => fault !== undefined)
  // IAM names every other fault of a resource before this one.
  if (faults.some((fault) => fault !== LEGACY)) return
  if (faults.length > 0 || patterns.some(lacksPart)) throw new PolicyError(LEGACY)
}

const patternsOf = (statements: Policy['statements']) =>
  statements.flatMap(({ resources }) => resources?.patterns ?? [])

/** Whether an ARN has too few parts although one of them is empty: `arn:aws:s3::bucket`. An ARN may break off, as `arn:aws:s3`. */
const lacksPart = (pattern: string) => pattern.includes('::') && splitColons(pattern, true).length < ARN_PARTS

/** Starts of the last part of an ARN of IAM, in the order of AWS's text. */
const IAM_PATHS = [
  'user/',
  'federated-user/',
  'role/',
  'group/',
  'instance-profile/',
  'mfa/',
  'server-certificate/',
  'policy/',
  'sms-mfa/',
  'saml-provider/',
  'oidc-provider/',
  'report/',
  'access-report/',
]

/** Starts of the last part of the ARNs of S3 that have a Region (service authorization reference). */
const REGIONAL_S3 = ['accesspoint/', 'access-grants/', 'async-request/', 'job/', 'storage-lens/', 'storage-lens-group/']

/** Refuses ARNs of IAM and S3 that no resource can have, as one with a Region: a Deny with one would never apply. Throws PolicyError. */
export function checkArns({ statements }: Policy): void {
  for (const pattern of patternsOf(statements)) {
    const [, , service, region = '', , path = '*'] = splitColons(pattern, true)
    // A Region of asterisks alone means none, too.
    const hasRegion = !/^\**$/.test(region)
    if (service === 's3' && hasRegion && !startsWithOne(path, REGIONAL_S3))
      throw new PolicyError(`Resource ${pattern} can not contain region information.`)
    if (service !== 'iam') continue
    if (hasRegion) throw new PolicyError(`IAM resource ${pattern} cannot contain region information.`)
    if (path !== '*' && !startsWithOne(path, IAM_PATHS))
      throw new PolicyError(`IAM resource path must either be "*" or start with ${IAM_PATHS.join(', ')}.`)
  }
}

const startsWithOne = (path: string, starts: readonly string[]) => starts.some((start) => path.startsWith(start))
