import type { Principal } from '../identity/principal.ts'
import type { RequestFacts } from '../identity/request-context.ts'

/** One request, once its caller is known. */
export interface Call extends RequestFacts {
  readonly principal: Principal
  readonly requestId: string
}
