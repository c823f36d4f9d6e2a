import { type PreparedRequest, prepareRequest } from './compile-policy.ts'
import { ACCOUNT_GRANT, DIRECT_GRANT, LIMITED_GRANT, NO_GRANT } from './compile-principals.ts'
import { EvaluationError } from './evaluation-error.ts'
import { denying, firstAllowing, strongestGrant } from './find-statements.ts'
import { concerns, layersOf, resourceLayer } from './layers.ts'
import type { AccessRequest, DecidingStatement, Decision, Layer, NamedPolicy, PolicySet } from './request.ts'
import { GRANT } from './statement-name.ts'

export type {
  AccessRequest,
  ContextValue,
  DecidingStatement,
  Decision,
  Layer,
  NamedPolicy,
  PolicySet,
  PrincipalType,
  RequestContext,
  RequestPrincipal,
  ResourcePolicy,
} from './request.ts'

/**
 * Decides a request by the policies that apply to it (security facts 3.6–3.9). Pure, and never throws: whatever fails inside ends in a deny
 * that carries the failure.
 * A policy that the type of the principal makes irrelevant is not looked at.
 */
export function evaluate(request: AccessRequest, policies: PolicySet): Decision {
  try {
    const prepared = prepareRequest(request)
    const explicit = explicitDeny(prepared, policies)
    if (explicit) return explicit
    const { member } = concerns[request.principal.type]
    return member ? decideForMember(request, prepared, policies) : decideForOutsider(prepared, policies)
  } catch (error) {
    return {
      ...implicitDeny('identity'),
      failure: error instanceof EvaluationError ? error : new EvaluationError(error),
    }
  }
}

const implicitDeny = (layer: Layer): Extract<Decision, { allowed: false }> => ({
  allowed: false,
  explicit: false,
  layer,
  by: [],
})

/** The denies of the first layer that has any. */
function explicitDeny(request: PreparedRequest, policies: PolicySet): Decision | undefined {
  for (const { layer, policies: list } of layersOf(request.principal.type, policies)) {
    const by = denying(layer, list, request)
    if (by.length > 0) return { allowed: false, explicit: true, layer, by }
  }
  return undefined
}

/** Services, web identities and anonymous callers get what the policy at the resource gives them. */
function decideForOutsider(request: PreparedRequest, policies: PolicySet): Decision {
  const layer = resourceLayer(policies)
  const found = policies.resource && strongestGrant(layer, policies.resource.policy, request)
  if (found) return { allowed: true, by: [found.statement] }
  return implicitDeny(request.principal.type === 'web-identity' ? 'trust' : layer)
}

/** Callers who belong to an account; nothing denies the request explicitly. */
function decideForMember(request: AccessRequest, prepared: PreparedRequest, policies: PolicySet): Decision {
  const by: DecidingStatement[] = []
  for (const level of policies.serviceControl ?? []) {
    const allowing = firstAllowing('service-control', level, prepared)
    if (!allowing) return implicitDeny('service-control')
    by.push(allowing)
  }

  const layer = resourceLayer(policies)
  if (policies.resource?.granted) {
    // A grant needs nobody's policy, not even in another account; what narrows the caller narrows it too.
    by.push({ layer, policy: GRANT, statement: 0, effect: 'Allow' })
    const refusing = concerns[request.principal.type].own && addOwnAllows(by, prepared, policies, false)
    return refusing ? implicitDeny(refusing) : { allowed: true, by }
  }
  const found = policies.resource && strongestGrant(layer, policies.resource.policy, prepared)
  const grant = found?.grant ?? NO_GRANT
  const foreign = request.principal.account !== request.resourceAccount
  const mustBeNamed = foreign || (policies.resource !== undefined && policies.resource.rule !== 'ordinary')
  if (mustBeNamed && grant === NO_GRANT) return implicitDeny(layer)
  if (found && (mustBeNamed || grant > ACCOUNT_GRANT)) by.push(found.statement)
  if (!foreign && grant === DIRECT_GRANT) return { allowed: true, by }

  const refusing =
    concerns[request.principal.type].own && addOwnAllows(by, prepared, policies, foreign || grant < LIMITED_GRANT)
  return refusing ? implicitDeny(refusing) : { allowed: true, by }
}

/** Collects what allows the request among the caller's own policies; returns the first layer that does not. */
function addOwnAllows(
  by: DecidingStatement[],
  request: PreparedRequest,
  { identity, boundary, session }: PolicySet,
  needsIdentity: boolean,
): Layer | undefined {
  const layers: readonly (readonly [Layer, readonly NamedPolicy[] | undefined])[] = [
    ['identity', needsIdentity ? identity : undefined],
    ['boundary', boundary && [boundary]],
    ['session', session],
  ]
  for (const [layer, list] of layers) {
    if (!list) continue
    const allowing = firstAllowing(layer, list, request)
    if (!allowing) return layer
    by.push(allowing)
  }
  return undefined
}
