import type { Principal } from '../identity/principal.ts'
import type { RequestFacts } from '../identity/request-context.ts'
import type { TlsDetails } from './request.ts'

/** One request, once its caller is known. */
export interface Call extends RequestFacts {
  readonly principal: Principal
  readonly requestId: string
  /** Present where the client spoke TLS to this server, with the host that it asked for. */
  readonly tls?: (TlsDetails & { readonly host: string }) | undefined
}
