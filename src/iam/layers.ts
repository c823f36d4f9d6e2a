import type { Layer, NamedPolicy, PolicySet, PrincipalType } from './request.ts'

/** Which layers concern a caller beside the resource's policy, which concerns all. */
export interface Concern {
  /** Belongs to an account: service control policies. */
  readonly member: boolean
  /** Identity policies, boundary and session policies. */
  readonly own: boolean
}

/** Root is limited only by service control policies and by denies at the resource (security facts 3.6); outsiders have no policies. */
export const concerns: Readonly<Record<PrincipalType, Concern>> = {
  root: { member: true, own: false },
  user: { member: true, own: true },
  'role-session': { member: true, own: true },
  'federated-user': { member: true, own: true },
  'web-identity': { member: false, own: false },
  service: { member: false, own: false },
  anonymous: { member: false, own: false },
}

export interface LayerPolicies {
  readonly layer: Layer
  readonly policies: readonly NamedPolicy[]
}

/** How the policy at the resource is called in decisions. */
export function resourceLayer({ resource }: PolicySet): Layer {
  return resource?.rule === 'trust' ? 'trust' : 'resource'
}

/** The policies that concern a caller, in the order in which their denies are looked for; each level of service control by itself. */
export function layersOf(type: PrincipalType, policies: PolicySet): readonly LayerPolicies[] {
  const { member, own } = concerns[type]
  const { identity, boundary, session, serviceControl, resource } = policies
  const layers: LayerPolicies[] = []
  if (member && serviceControl)
    for (const level of serviceControl) layers.push({ layer: 'service-control', policies: level })
  if (resource) layers.push({ layer: resourceLayer(policies), policies: [resource.policy] })
  if (!own) return layers
  layers.push({ layer: 'identity', policies: identity })
  if (boundary) layers.push({ layer: 'boundary', policies: [boundary] })
  if (session) layers.push({ layer: 'session', policies: session })
  return layers
}
