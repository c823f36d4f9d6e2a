import type { CompiledPolicy, CompiledStatement } from './compile-policy.ts'
import type { NamedPolicy, PolicySet } from './request.ts'
import { variableKeys } from './variables.ts'

/** Whether the value of a condition key, in lower case, differs between requests of the same principal. */
export type Varies = (key: string) => boolean

/** Which request is assumed of all that a principal could send: the one for which the policies decide best, or worst. */
export type Assumption = 'best' | 'worst'

const ANYWHERE = () => true

/**
 * The policies as they decide the best or the worst request of a principal. A condition on a key that varies holds in an Allow of the best
 * request and fails in its Deny; for the worst request it is the other way round. What the best request is denied, no request is allowed; what
 * the worst one is allowed, every request is.
 */
export function assumeConditions(policies: PolicySet, assumption: Assumption, varies: Varies): PolicySet {
  const one = ({ policy, ...named }: NamedPolicy): NamedPolicy => ({
    ...named,
    policy: assumedPolicy(policy, assumption, varies),
  })
  const { identity, boundary, session, serviceControl, resource } = policies
  return {
    identity: identity.map(one),
    boundary: boundary && one(boundary),
    session: session?.map(one),
    serviceControl: serviceControl?.map((level) => level.map(one)),
    resource: resource && { ...resource, policy: one(resource.policy) },
  }
}

function assumedPolicy({ policy, statements, about }: CompiledPolicy, assumption: Assumption, varies: Varies) {
  const assumed = (list: readonly CompiledStatement[]) =>
    list.flatMap((statement) => assumedStatement(statement, assumption, varies) ?? [])
  return {
    policy,
    statements: assumed(statements),
    about(action: string) {
      const { denies, allows, steps } = about(action)
      return { denies: assumed(denies), allows: assumed(allows), steps }
    },
  }
}

/** Undefined for a statement that does not apply to the assumed request. */
function assumedStatement(
  statement: CompiledStatement,
  assumption: Assumption,
  varies: Varies,
): CompiledStatement | undefined {
  const { source, conditions } = statement
  const fixed = conditions.filter(
    ({ source: { key, values } }) => !varies(key.toLowerCase()) && !refers(values, varies),
  )
  const resourceVaries = refers(source.resources?.patterns ?? [], varies)
  if (fixed.length === conditions.length && !resourceVaries) return statement
  if ((source.effect === 'Allow') !== (assumption === 'best')) return undefined
  return { ...statement, conditions: fixed, fitsResource: resourceVaries ? ANYWHERE : statement.fitsResource }
}

/** Whether texts have policy variables whose values vary. */
function refers(texts: readonly string[], varies: Varies): boolean {
  return variableKeys(texts, true).some((key) => varies(key.toLowerCase()))
}
