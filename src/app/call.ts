import type { Principal } from '../identity/principal.ts'
import type { RequestFacts } from '../identity/request-context.ts'
import type { TlsDetails } from './request.ts'

/** One request, once its caller is known. */
export interface Call extends Omit<RequestFacts, 'evaluation'> {
  readonly principal: Principal
  readonly requestId: string
  /** Present where the client spoke TLS to this server, with the host that it asked for. */
  readonly tls?: (TlsDetails & { readonly host: string }) | undefined
}

/** One attempt to perform a request: a write that loses against another one is decided again from the start. */
export interface CallAttempt extends Call, RequestFacts {}
