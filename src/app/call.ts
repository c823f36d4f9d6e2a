import type { Principal } from '../identity/principal.ts'

/** One request, once its caller is known. */
export interface Call {
  readonly principal: Principal
  readonly region: string
  readonly requestId: string
  /** Milliseconds. */
  readonly now: number
  readonly address: string
  readonly agent: string
}
