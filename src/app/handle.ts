import { randomUUID } from 'node:crypto'
import { decodeInput } from '../aws/decode.ts'
import { encodeError, encodeOutput } from '../aws/encode.ts'
import { AwsError, frameworkError } from '../aws/error.ts'
import type { AnyOperation } from '../aws/operation.ts'
import type { Admitted as AdmittedCaller, Authenticator, Caller } from '../identity/authenticate.ts'
import type { Call } from './call.ts'
import { type GateParts, perform, recordRefusal } from './perform.ts'
import { headerOf, type RequestHead, type Response } from './request.ts'
import type { Service } from './service.ts'

/** Told of every request whose caller could not prove who they are; bounded and rate-limited by whoever listens. */
export interface SecurityEvent {
  readonly at: number
  readonly requestId: string
  readonly address: string
  readonly code: string
  /** The access key the request claimed, as sent. */
  readonly accessKeyId: string | undefined
  /** Service and operation asked for. */
  readonly operation: string
}

export interface HandleParts extends GateParts {
  readonly services: readonly Service[]
  readonly authenticator: Authenticator
  /** Milliseconds since the epoch. */
  readonly now: () => number
  readonly onRefused: (event: SecurityEvent) => void
}

/** A request whose head gave no reason to refuse it: its body may be read. */
export interface AdmittedRequest {
  /** The answer; never rejects. */
  answer(body: Uint8Array): Promise<Response>
}

/** Either the answer already, or what waits for the body. */
export type Admission = { readonly refused: Response } | AdmittedRequest

interface Found {
  readonly service: Service
  readonly operation: AnyOperation
}

/** Largest body of a request, in bytes (design page, "The gate"). */
export const MAX_BODY_BYTES = 1024 * 1024

/** All that can be said of a request by its head: what it asks for, and whether its proof of identity can be a proof at all. */
export function admit(head: RequestHead, parts: HandleParts): Admission {
  const requestId = randomUUID()
  const wire = wireRefusal(head)
  if (wire) return { refused: xmlResponse(requestId) }
  const found = findOperation(headerOf(head, 'x-amz-target') ?? '', parts.services)
  if (!found) return { refused: errorResponse(frameworkError('UnknownOperationException'), 'message', requestId) }
  const { service, operation } = found
  const now = parts.now()
  const refuse = (error: unknown, accessKeyId?: string): Response => {
    if (!(error instanceof AwsError)) return failure(error, requestId, service, parts)
    const name = `${service.signingName}:${operation.name}`
    const { address } = head
    parts.onRefused({ at: now, requestId, address, code: error.code, accessKeyId, operation: name })
    return errorResponse(error, service.errorMember, requestId)
  }
  let admitted: AdmittedCaller
  try {
    const options = { service: service.signingName, now, windowMinutes: service.windowMinutes, allowQuery: false }
    admitted = parts.authenticator.admit(head, options)
  } catch (error) {
    return { refused: refuse(error) }
  }
  return {
    async answer(body) {
      let caller: Caller
      try {
        caller = await admitted.authenticate(body)
      } catch (error) {
        return refuse(error, admitted.claims)
      }
      const agent = headerOf(head, 'user-agent') ?? ''
      // The time of what happens is that of the whole request: a head may be long before its body.
      const at = parts.now()
      return answerKnown(found, body, { ...caller, requestId, now: at, address: head.address, agent }, parts)
    },
  }
}

/** The answer to a caller who is known. */
async function answerKnown(
  { service, operation }: Found,
  body: Uint8Array,
  call: Call,
  parts: HandleParts,
): Promise<Response> {
  try {
    const input = await decodeOrRecord(service, operation, body, call, parts)
    const output = await perform(service, operation, input, call, parts)
    return jsonResponse(200, operation.output ? encodeOutput(output) : '', call.requestId)
  } catch (error) {
    if (error instanceof AwsError) return errorResponse(error, service.errorMember, call.requestId)
    return failure(error, call.requestId, service, parts)
  }
}

async function decodeOrRecord(
  service: Service,
  operation: AnyOperation,
  body: Uint8Array,
  call: Call,
  parts: HandleParts,
): Promise<object> {
  try {
    return decodeInput(operation.input, body) as object
  } catch (error) {
    if (error instanceof AwsError) await recordRefusal(service, operation, error, call, parts)
    throw error
  }
}

const CONTENT_TYPE = /^application\/x-amz-json-1\.1\s*(;|$)/i

/** True for what is not a request of AWS JSON 1.1 at all (facts 1.5). */
function wireRefusal(head: RequestHead): boolean {
  return head.method !== 'POST' || head.url !== '/' || !CONTENT_TYPE.test(headerOf(head, 'content-type') ?? '')
}

function findOperation(target: string, services: readonly Service[]): Found | undefined {
  for (const service of services) {
    const { targetPrefix } = service
    if (targetPrefix === undefined || !target.startsWith(targetPrefix)) continue
    const operation = service.operations.get(target.slice(targetPrefix.length))
    if (operation) return { service, operation }
  }
  return undefined
}

/** Something is wrong with the server: the cause goes to the log, the client gets the request id. */
function failure(error: unknown, requestId: string, service: Service, parts: HandleParts): Response {
  parts.onFailure(error, requestId)
  const internal = new AwsError('InternalServiceError', 'An internal error occurred. Please try again.', {
    status: 500,
  })
  return errorResponse(internal, service.errorMember, requestId)
}

function errorResponse(error: AwsError, member: Service['errorMember'], requestId: string): Response {
  return jsonResponse(error.status, encodeError(error, member), requestId)
}

function jsonResponse(status: number, body: string, requestId: string): Response {
  return {
    status,
    headers: { 'x-amzn-RequestId': requestId, 'Content-Type': 'application/x-amz-json-1.1' },
    body,
  }
}

/** What AWS answers to a request of no protocol it knows here. */
function xmlResponse(requestId: string): Response {
  return {
    status: 404,
    headers: { 'x-amzn-RequestId': requestId, 'Content-Type': 'application/xml' },
    body: '<UnknownOperationException/>\n',
  }
}

/** The answer to a body over the limit; nothing of it was looked at. */
export function tooLargeResponse(): Response {
  const error = frameworkError(
    'RequestEntityTooLargeException',
    `The request body is larger than ${MAX_BODY_BYTES} bytes.`,
    413,
  )
  return errorResponse(error, 'message', randomUUID())
}
