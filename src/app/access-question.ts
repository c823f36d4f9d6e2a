import type { Conditions, Target } from '../aws/operation.ts'
import type { AccessRequest } from '../identity/authorize.ts'
import type { CallAttempt } from './call.ts'
import type { Service } from './service.ts'

/** How a question about a target differs from the plain one. */
export interface Asked {
  /** Another ARN. */
  readonly moved?: string | undefined
  /** Condition keys that the request gives. */
  readonly conditions?: Conditions | undefined
  /** Other tags than the target has now. */
  readonly tags?: Target<unknown>['tags'] | undefined
  /** Another Region than that of the request. */
  readonly region?: string | undefined
}

/** What the gate asks about: an action of a service on a target. */
interface Subject {
  readonly call: CallAttempt
  /** Signing name of the service that calls for the caller. */
  readonly via: string | undefined
  readonly service: Service
  /** With its prefix. */
  readonly action: string
  readonly target: Target<unknown>
}

/** The question of the gate about a target, and the same question as it would be if nothing were known of the target. */
export function accessQuestion(
  { call, via, service, action, target }: Subject,
  { moved, conditions, tags = target.tags, region = call.region }: Asked,
): { readonly request: AccessRequest; readonly unknown: AccessRequest | undefined } {
  const { hypothetical } = target
  const request: AccessRequest = {
    principal: call.principal,
    facts: region === call.region ? call : { ...call, region },
    service: service.signingName,
    action,
    resource: moved ?? target.resource,
    account: target.account,
    tags,
    conditions: { ...target.conditions, ...conditions },
    policy: target.policy,
    granted: target.granted?.includes(action),
    via,
  }
  const unknown = hypothetical && {
    ...request,
    resource: moved ?? hypothetical.resource,
    tags: [],
    conditions: { ...hypothetical.conditions, ...conditions },
    policy: hypothetical.policy,
    granted: false,
  }
  return { request, unknown }
}
