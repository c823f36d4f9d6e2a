import { randomUUID } from 'node:crypto'
import { AwsError, frameworkError } from '../aws/error.ts'
import type { AnyOperation } from '../aws/operation.ts'
import type { Admitted as AdmittedCaller, Authenticator, Caller } from '../identity/authenticate.ts'
import { jsonRequest } from './json-request.ts'
import { type GateParts, perform, recordRefusal } from './perform.ts'
import { queryRequest } from './query-request.ts'
import { headerOf, type RequestHead, type Response } from './request.ts'
import type { Service } from './service.ts'
import { internalError, jsonWire, type Wire } from './wire.ts'

/** Told of every request whose caller could not prove who they are; bounded and rate-limited by whoever listens. */
export interface SecurityEvent {
  readonly at: number
  readonly requestId: string
  readonly address: string
  readonly code: string
  /** The access key the request claimed, as sent. */
  readonly accessKeyId: string | undefined
  /** Service and operation asked for, `*` where the operation was not known yet. */
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

/** A request of one protocol, by its head: whom it asks, and what of it is known when. */
export interface ProtocolRequest<B> {
  readonly service: Service
  readonly wire: Wire<B>
  /** Whether a presigned URL is a proof here. */
  readonly allowQuery: boolean
  /** False for a request that carries no signature at all, to a service that may do without. */
  readonly signed: boolean
  /** The operation, where the head says it. */
  readonly operation?: AnyOperation | undefined
  /** The operation and what its input is read from. Throws AwsError for what is not known or cannot be read. */
  read(body: Uint8Array): { readonly operation: AnyOperation; readonly content: B }
}

/** Largest body of a request, in bytes (design page, "The gate"). */
export const MAX_BODY_BYTES = 1024 * 1024

/** All that can be said of a request by its head: what it asks for, and whether its proof of identity can be a proof at all. */
export function admit(head: RequestHead, parts: HandleParts): Admission {
  const requestId = randomUUID()
  const json = jsonRequest(head, parts.services)
  if (json === 'unknown operation')
    return {
      refused: jsonWire({ errorMember: 'message' }).error(frameworkError('UnknownOperationException'), requestId),
    }
  if (json) return new Handling(json, head, requestId, parts).admit()
  const query = queryRequest(head, parts.services)
  return query ? new Handling(query, head, requestId, parts).admit() : { refused: noProtocol(requestId) }
}

/** One request on its way. */
class Handling<B> {
  readonly #request: ProtocolRequest<B>
  readonly #head: RequestHead
  readonly #requestId: string
  readonly #parts: HandleParts

  constructor(request: ProtocolRequest<B>, head: RequestHead, requestId: string, parts: HandleParts) {
    this.#request = request
    this.#head = head
    this.#requestId = requestId
    this.#parts = parts
  }

  admit(): Admission {
    const { signed, operation } = this.#request
    if (!signed) return { answer: (body) => this.#answerUnsigned(body) }
    try {
      const admitted = this.#admitCaller()
      return {
        answer: async (body) => {
          // The time of what happens is that of the whole request: a head may be long before its body.
          const now = this.#parts.now()
          let caller: Caller
          try {
            caller = await admitted.authenticate(body, now)
          } catch (error) {
            return this.#refuse(error, operation, admitted.claims)
          }
          return this.#answer(body, caller, now)
        },
      }
    } catch (error) {
      return { refused: this.#refuse(error, operation) }
    }
  }

  #admitCaller(): AdmittedCaller {
    const { service, allowQuery } = this.#request
    const { signingName, windowMinutes } = service
    const options = { service: signingName, now: this.#parts.now(), windowMinutes, allowQuery }
    return this.#parts.authenticator.admit(this.#head, options)
  }

  /** The answer to a caller who is known. A signature on a request that needs none says nothing (security facts 5.1). */
  async #answer(body: Uint8Array, caller: Caller, now: number): Promise<Response> {
    try {
      const { operation, content } = this.#request.read(body)
      if (this.#request.service.unsigned?.has(operation.name)) return await this.#answerUnsigned(body)
      const call = this.#call(caller, now)
      let input: object
      try {
        input = this.#request.wire.decode(operation, content)
      } catch (error) {
        if (error instanceof AwsError) await recordRefusal(this.#request.service, operation, error, call, this.#parts)
        throw error
      }
      return await this.#perform(operation, input, caller, now)
    } catch (error) {
      return this.#error(error)
    }
  }

  /** The answer to a request that nobody signed: what it carries says who asks, or it is refused. Failures leave no record, as any without a caller. */
  async #answerUnsigned(body: Uint8Array): Promise<Response> {
    const now = this.#parts.now()
    let operation: AnyOperation | undefined
    let input: object
    let caller: Caller
    try {
      const read = this.#request.read(body)
      operation = read.operation
      const callerOf = this.#request.service.unsigned?.get(operation.name)
      // Refuses, unless everybody is let in.
      if (!callerOf) return await this.#answer(body, await this.#admitCaller().authenticate(body, now), now)
      input = this.#request.wire.decode(operation, read.content)
      caller = { principal: await callerOf(input, now), region: UNSIGNED_REGION }
    } catch (error) {
      return this.#refuse(error, operation)
    }
    try {
      return await this.#perform(operation, input, caller, now)
    } catch (error) {
      return this.#error(error)
    }
  }

  async #perform(operation: AnyOperation, input: object, caller: Caller, now: number): Promise<Response> {
    const { service, wire } = this.#request
    const output = await perform(service, operation, input, this.#call(caller, now), this.#parts)
    return wire.output(operation, output as object | undefined, this.#requestId)
  }

  #call(caller: Caller, now: number) {
    const { address, secure } = this.#head
    const agent = headerOf(this.#head, 'user-agent') ?? ''
    const referer = headerOf(this.#head, 'referer')
    const { region = caller.region } = this.#request.service
    return { ...caller, region, requestId: this.#requestId, now, address, secure, agent, referer }
  }

  /** Whoever could not prove who they are; anything but an AwsError is a failure of the server. */
  #refuse(error: unknown, operation: AnyOperation | undefined, accessKeyId?: string): Response {
    if (error instanceof AwsError)
      this.#parts.onRefused({
        at: this.#parts.now(),
        requestId: this.#requestId,
        address: this.#head.address,
        code: error.code,
        accessKeyId,
        operation: `${this.#request.service.signingName}:${operation?.name ?? '*'}`,
      })
    return this.#error(error)
  }

  #error(error: unknown): Response {
    const { wire } = this.#request
    if (error instanceof AwsError) return wire.error(error, this.#requestId)
    this.#parts.onFailure(error, this.#requestId)
    return wire.error(internalError(), this.#requestId)
  }
}

/** Requests without a signature name no Region; STS's own is this. */
const UNSIGNED_REGION = 'us-east-1'

/** What AWS answers to a request of no protocol it knows here. */
function noProtocol(requestId: string): Response {
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
  return jsonWire({ errorMember: 'message' }).error(error, randomUUID())
}
