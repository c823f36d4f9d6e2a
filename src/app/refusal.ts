import { randomUUID } from 'node:crypto'
import { frameworkError } from '../aws/error.ts'
import { queryRequest } from './query-request.ts'
import type { RequestHead, Response } from './request.ts'
import type { Service } from './service.ts'
import { jsonWire } from './wire.ts'

/** Why a request is refused before an operation looks at it. */
export interface Refusal {
  readonly status: number
  /** As the JSON services spell it. */
  readonly code: string
  readonly message: string
}

/** The answer to a refused request, in the protocol of the service that the head addresses; in AWS JSON where it addresses none. */
export function refusalResponse(head: RequestHead, refusal: Refusal, services: readonly Service[]): Response {
  const wire = queryRequest(head, services, false)?.wire ?? jsonWire({ errorMember: 'message' })
  return wire.error(frameworkError(refusal.code, refusal.message, refusal.status), randomUUID())
}
