import { randomUUID } from 'node:crypto'
import { AwsError } from '../aws/error.ts'
import type { AnyOperation } from '../aws/operation.ts'
import { homeRegion, partitionOf } from '../aws/partition.ts'
import { arnIn } from '../iam/identity-arn.ts'
import type { Admitted as AdmittedCaller, Authenticator, Caller } from '../identity/authenticate.ts'
import type { Call } from './call.ts'
import { canonicalInput, partitionIn } from './identity-arns.ts'
import { jsonRequest } from './json-request.ts'
import { refusalOfOtherService } from './other-service.ts'
import { type GateParts, perform, recordRefusal } from './perform.ts'
import { queryRequest } from './query-request.ts'
import type { Refusal } from './refusal.ts'
import { headerOf, type RequestHead, type Response } from './request.ts'
import type { Service, UnsignedProof } from './service.ts'
import { THROTTLED, type Throttle } from './throttle.ts'
import { internalError, jsonWire, type Wire } from './wire.ts'

/** Told of every request whose caller could not prove who they are, or asked for too much; bounded and rate-limited by whoever listens. */
export interface SecurityEvent {
  readonly at: number
  readonly requestId: string
  readonly address: string
  readonly code: string
  /** The access key the request claimed, as sent. */
  readonly accessKeyId: string | undefined
  /** ARN of a caller who is known. */
  readonly principal?: string | undefined
  /** Service and operation asked for, `*` where the operation was not known yet. */
  readonly operation: string
}

export interface HandleParts extends GateParts {
  readonly services: readonly Service[]
  readonly authenticator: Authenticator
  /** Milliseconds since the epoch. */
  readonly now: () => number
  readonly onRefused: (event: SecurityEvent) => void
  /** Absent where everybody may ask for as much as they like. */
  readonly throttle: Throttle | undefined
}

/** A request whose head gave no reason to refuse it: its body may be read. */
export interface AdmittedRequest {
  /** The answer; never rejects. */
  answer(body: Uint8Array): Promise<Response>
  /** Most secret values that the answer can hold; none when absent. */
  readonly mostValues?: number | undefined
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

/** Largest body of a request, in bytes (docs/architecture.md, A request, step by step). */
export const MAX_BODY_BYTES = 1024 * 1024

/** All that can be said of a request by its head: what it asks for, and whether its proof of identity can be a proof at all. */
export function admit(head: RequestHead, parts: HandleParts): Admission {
  const requestId = randomUUID()
  const json = jsonRequest(head, parts.services)
  if (json && !(json instanceof AwsError)) return new Handling(json, head, requestId, parts).admit()
  const refused = refusalOfOtherService(head, parts.services, requestId)
  if (refused) return { refused }
  if (json) return { refused: jsonWire({ errorMember: 'message' }).error(json, requestId) }
  const query = queryRequest(head, parts.services, parts.authenticator.isOpen)
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
    if (!signed) return { answer: (body) => this.#answer(body, this.#parts.now()) }
    try {
      const admitted = this.#admitCaller()
      return {
        mostValues: operation?.mostValues,
        answer: async (body) => {
          // The time of what happens is that of the whole request: a head may be long before its body.
          const now = this.#parts.now()
          let caller: Caller
          try {
            caller = await admitted.authenticate(body, now)
          } catch (error) {
            return this.#refuse(error, operation, { accessKeyId: admitted.claims })
          }
          return this.#answer(body, now, caller)
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

  /**
   * The answer to a request with its body.
   *
   * @param signer who has signed it; absent for a request without a signature
   */
  async #answer(body: Uint8Array, now: number, signer?: Caller): Promise<Response> {
    let operation: AnyOperation | undefined
    let proof: UnsignedProof | undefined
    let known: KnownRequest<B>
    try {
      const read = this.#request.read(body)
      operation = read.operation
      proof = this.#request.service.unsigned?.get(operation.name)
      known = { ...read, ...(await this.#callerOf(read, proof, { body, now, signer })) }
    } catch (error) {
      return signer && !proof ? this.#error(error) : this.#refuse(error, operation)
    }
    const call = this.#call(known.caller, now)
    try {
      const input = await this.#countedInput(known, call)
      const output = await perform(this.#request.service, known.operation, input, call, this.#parts)
      return this.#request.wire.output(known.operation, output as object | undefined, this.#requestId)
    } catch (error) {
      if (isThrottling(error)) return this.#refuse(error, operation, callerOf(call))
      return proof ? this.#refuse(error, operation) : this.#error(error)
    }
  }

  /** Who makes a request: by what it carries where that is the proof, a signature then says nothing (security facts 5.1); else who has signed it. */
  async #callerOf(
    { operation, content }: { readonly operation: AnyOperation; readonly content: B },
    proof: UnsignedProof | undefined,
    { body, now, signer }: { readonly body: Uint8Array; readonly now: number; readonly signer: Caller | undefined },
  ): Promise<{ readonly caller: Caller; readonly input?: object }> {
    // Without a signature, the authenticator says what it says to everybody who has none.
    if (!proof) return { caller: signer ?? (await this.#admitCaller().authenticate(body, now)) }
    const decoded = this.#request.wire.decode(operation, content)
    const input = canonicalInput(operation, decoded)
    // Without a signature no Region is named: the role says in which partition it is wanted.
    return {
      caller: { principal: await proof(input, now), region: homeRegion(partitionIn(operation, decoded)) },
      input,
    }
  }

  /** Input of a caller who does not ask for too much. What is refused of it is recorded; requests that are too many are not. */
  async #countedInput(known: KnownRequest<B>, call: Call): Promise<object> {
    const { service } = this.#request
    const { operation } = known
    const input = known.input ?? this.#decode(known)
    const understood = input instanceof AwsError ? undefined : input
    const request = { service, operation, input: understood, principal: call.principal, now: call.now }
    const refusal = this.#parts.throttle?.refusal(request)
    if (refusal) throw refusal
    if (!(input instanceof AwsError)) return input
    await recordRefusal(service, operation, input, call, this.#parts)
    throw input
  }

  /** Typed input, or what is wrong with it. */
  #decode({ operation, content }: KnownRequest<B>): object | AwsError {
    try {
      return canonicalInput(operation, this.#request.wire.decode(operation, content))
    } catch (error) {
      if (error instanceof AwsError) return error
      throw error
    }
  }

  #call(caller: Caller, now: number): Call {
    const { address, secure, tls } = this.#head
    const agent = headerOf(this.#head, 'user-agent') ?? ''
    const referer = headerOf(this.#head, 'referer')
    const { isGlobal } = this.#request.service
    const region = isGlobal ? homeRegion(partitionOf(caller.region)) : caller.region
    return {
      ...caller,
      region,
      requestId: this.#requestId,
      now,
      address,
      secure,
      agent,
      referer,
      tls: tls && { ...tls, host: headerOf(this.#head, 'host') ?? '' },
    }
  }

  /** Whoever could not prove who they are, or is told to slow down; anything but an AwsError is a failure of the server. */
  #refuse(
    error: unknown,
    operation: AnyOperation | undefined,
    { accessKeyId, principal }: Partial<Pick<SecurityEvent, 'accessKeyId' | 'principal'>> = {},
  ): Response {
    if (error instanceof AwsError)
      this.#parts.onRefused({
        at: this.#parts.now(),
        requestId: this.#requestId,
        address: this.#head.address,
        code: error.code,
        accessKeyId,
        principal,
        operation: `${this.#request.service.signingName}:${operation?.name ?? '*'}`,
      })
    return this.#error(error)
  }

  #error(error: unknown): Response {
    const { wire } = this.#request
    if (error instanceof AwsError) return wire.error(error, this.#requestId)
    this.#parts.onFailure(error, this.#requestId)
    return wire.error(internalError(this.#request.service), this.#requestId)
  }
}

/** A request whose caller is known. */
interface KnownRequest<B> {
  readonly operation: AnyOperation
  readonly content: B
  readonly caller: Caller
  /** Present where it had to be read to find the caller. */
  readonly input?: object
}

const isThrottling = (error: unknown) => error instanceof AwsError && error.code === THROTTLED

const callerOf = ({ principal: { accessKeyId, arn }, region }: Call) => ({
  accessKeyId,
  principal: arnIn(partitionOf(region), arn),
})

/** What AWS answers to a request of no protocol it knows here. */
function noProtocol(requestId: string): Response {
  return {
    status: 404,
    headers: { 'x-amzn-RequestId': requestId, 'Content-Type': 'application/xml' },
    body: '<UnknownOperationException/>\n',
  }
}

/** The refusal of a body over the limit. */
export const tooLarge: Refusal = {
  status: 413,
  code: 'RequestEntityTooLargeException',
  message: `The request body is larger than ${MAX_BODY_BYTES} bytes.`,
}
