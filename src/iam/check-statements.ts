import { ARN_PARTS, splitColons } from './arn.ts'
import { actionTest, requestedAction } from './compile-action.ts'
import { type Policy, PolicyError, type PolicyKind, PrincipalError, type Statement } from './policy.ts'
import { readPrincipal } from './principal-name.ts'

const MISSING_ACTIONS = 'Policy statement must contain actions.'
const MISSING_RESOURCES = 'Policy statement must contain resources.'
const NO_VENDOR = 'Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.'
const ALPHANUMERIC_ID =
  'Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*'
export const LEGACY = 'The policy failed legacy parsing'
const UNQUALIFIED = 'Resource vendor must be fully qualified and cannot contain regexes.'
const ONLY_ASSUME_ROLE = 'AssumeRole policy may only specify STS AssumeRole actions.'

/** What a trust policy can be about (security facts 5.1). */
const TRUST_ACTIONS = [
  'sts:AssumeRole',
  'sts:AssumeRoleWithWebIdentity',
  'sts:AssumeRoleWithSAML',
  'sts:TagSession',
  'sts:SetSourceIdentity',
  'sts:SetContext',
].map(requestedAction)

/** No wildcards: they work only in the name of an action, and not in the service of an ARN. */
const VENDOR = /^[A-Za-z0-9.-]+$/
const PARTITION = /^aws(?:-[a-z0-9]+)*$/
/** A partition that has one may mean a partition that exists. */
const WILDCARD = /[*?]/

/** Kinds that name no principal: they stand at the principal. */
const AT_PRINCIPALS: ReadonlySet<PolicyKind> = new Set<PolicyKind>([
  'identity',
  'boundary',
  'session',
  'managed',
  'service-control',
])

/** Whether the kind wants principals, and whether they can be meant (security facts 3.2). */
export function checkPrincipals({ kind, statements }: Policy): void {
  for (const { principals } of statements) {
    if (AT_PRINCIPALS.has(kind)) {
      if (principals) throw new PolicyError('Policy document should not specify a principal.')
      continue
    }
    if (!principals) throw new PolicyError('Missing required field Principal')
    if (kind === 'trust' && principals.not) throw new PolicyError('Has prohibited field NotPrincipal')
    for (const name of principals.names) if (!readPrincipal(name)) throw new PrincipalError(name)
  }
}

/** IAM allows only letters and digits in a Sid, services with policies of their own allow more (security facts 3.1). */
export function checkIds({ kind, statements }: Policy): void {
  const seen = new Set<string>()
  for (const { sid } of statements) {
    if (sid === undefined) continue
    if (kind !== 'resource' && !/^[0-9A-Za-z]*$/.test(sid)) throw new PolicyError(ALPHANUMERIC_ID)
    if (seen.has(sid)) throw new PolicyError('Statement IDs (SID) in a single policy must be unique.')
    seen.add(sid)
  }
}

/** Refuses statements without actions or resources, and resources that are neither `*` nor begin like an ARN. Throws PolicyError. */
export function checkResources({ kind, statements }: Policy): void {
  for (const { actions, resources } of statements) {
    if (actions.patterns.length === 0) throw new PolicyError(MISSING_ACTIONS)
    if (kind === 'trust') {
      if (resources) throw new PolicyError(`Has prohibited field ${resources.not ? 'NotResource' : 'Resource'}`)
    } else if (!resources || resources.patterns.length === 0) throw new PolicyError(MISSING_RESOURCES)
  }
  for (const { resources } of statements)
    for (const pattern of resources?.patterns ?? []) {
      const fault = resourceFault(pattern)
      if (fault !== undefined) throw new PolicyError(fault)
    }
}

/** AWS's text about a resource that is neither `*` nor begins like an ARN; undefined for one without this fault. */
export function resourceFault(pattern: string): string | undefined {
  if (pattern === '*') return undefined
  const [arn, partition, service, ...rest] = splitColons(pattern, true)
  if (arn !== 'arn' || partition === undefined) return `Resource ${pattern} must be in ARN format or "*".`
  if (!PARTITION.test(partition) && !WILDCARD.test(partition)) {
    // The text shows the ARN completed.
    const parts = [arn, partition, ...(service === undefined ? [] : [service]), ...rest]
    while (parts.length < ARN_PARTS) parts.push('*')
    return `Partition "${partition}" is not valid for resource "${parts.join(':')}".`
  }
  if (service === undefined || WILDCARD.test(service)) return UNQUALIFIED
  if (service === '') return LEGACY
  return VENDOR.test(service) ? undefined : `Vendor ${service} is not valid`
}

/** Refuses what is no pattern for actions, in a trust policy also other actions than those of STS. Throws PolicyError. */
export function checkActions({ kind, statements }: Policy): void {
  for (const { actions } of statements) actions.patterns.forEach(checkAction)
  if (kind === 'trust') statements.forEach(checkTrustActions)
}

function checkAction(pattern: string): void {
  if (pattern === '*') return
  const [vendor = '', name, ...more] = pattern.split(':')
  if (name === undefined) throw new PolicyError(NO_VENDOR)
  if (more.length > 0) throw new PolicyError('Actions/Condition can contain only one colon.')
  if (!VENDOR.test(vendor)) throw new PolicyError(`Vendor ${vendor} is not valid`)
}

/** Each pattern must mean at least one of the actions, and no others than those of STS. */
function checkTrustActions({ actions }: Statement): void {
  if (actions.not) throw new PolicyError(ONLY_ASSUME_ROLE)
  for (const pattern of actions.patterns) {
    const fits = actionTest({ not: false, patterns: [pattern] })
    if (pattern === '*' || !TRUST_ACTIONS.some((action) => fits(action))) throw new PolicyError(ONLY_ASSUME_ROLE)
  }
}
