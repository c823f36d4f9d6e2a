import { type AwsError, frameworkError } from '../aws/error.ts'
import type { AnyOperation } from '../aws/operation.ts'
import type { Principal } from '../identity/principal.ts'
import type { Service } from './service.ts'
import { TokenBuckets } from './token-buckets.ts'

/** The code that SDKs know as a reason to slow down and try again; Query services spell it `Throttling`. */
export const THROTTLED = 'ThrottlingException'

/** One request, as far as it counts. */
export interface CountedRequest {
  readonly service: Pick<Service, 'signingName' | 'rateOf' | 'throttledText'>
  readonly operation: Pick<AnyOperation, 'name' | 'access' | 'units'>
  /** Absent for a request that could not be understood. */
  readonly input: object | undefined
  readonly principal: Principal
  /** Milliseconds. */
  readonly now: number
}

/**
 * Holds every caller to the rates of each service. A caller is a user, a role with all its sessions, an account's root, or a web identity,
 * whatever Region they name: Regions are mere names here, and would multiply what anybody may do. Counted in this process alone.
 */
export class Throttle {
  readonly #buckets = new TokenBuckets()
  readonly #factor: number

  /** @param factor how many times a service's rates a caller may have */
  constructor(factor: number) {
    this.#factor = factor
  }

  /** What to answer instead, when the caller asks for too much; otherwise the request has been counted. */
  refusal({ service, operation, input, principal, now }: CountedRequest): AwsError | undefined {
    const { name, perSecond } = service.rateOf(operation)
    const tokens = (input && operation.units?.(input)) ?? 1
    const key = `${callerId(principal)} ${service.signingName} ${name}`
    if (this.#buckets.take(key, { perSecond: perSecond * this.#factor, tokens, now })) return undefined
    return frameworkError(THROTTLED, service.throttledText ?? 'Rate exceeded')
  }
}

/** Whoever has a role's sessions made gets no more by having more of them. */
function callerId({ session, principalId }: Principal): string {
  return session?.role?.id ?? principalId
}
