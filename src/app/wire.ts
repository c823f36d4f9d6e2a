import { decodeInput } from '../aws/decode.ts'
import { encodeError, encodeOutput } from '../aws/encode.ts'
import { AwsError } from '../aws/error.ts'
import type { AnyOperation } from '../aws/operation.ts'
import { decodeForm } from '../aws/query/decode-form.ts'
import { encodeXmlOutput } from '../aws/query/encode-xml.ts'
import { encodeXmlError } from '../aws/query/encode-xml-error.ts'
import type { Form } from '../aws/query/form.ts'
import type { Response } from './request.ts'
import type { JsonProtocol, QueryProtocol, Service } from './service.ts'

/** How a service reads what a request asks for, and how its answers are written. `B` is what a request's content is read from. */
export interface Wire<B> {
  /** Typed input. Throws AwsError for what breaks the model. */
  decode(operation: AnyOperation, content: B): object
  output(operation: AnyOperation, output: object | undefined, requestId: string): Response
  error(error: AwsError, requestId: string): Response
}

/** AWS JSON 1.1. */
export function jsonWire({ errorMember }: Pick<JsonProtocol, 'errorMember'>): Wire<Uint8Array> {
  return {
    decode: (operation, body) => decodeInput(operation.input, body, operation.refusalAt) as object,
    output: (operation, output, requestId) =>
      jsonResponse(200, operation.output ? encodeOutput(output) : '', requestId),
    error: (error, requestId) => jsonResponse(error.status, encodeError(error, errorMember), requestId),
  }
}

/** AWS Query. */
export function queryWire({ namespace }: Pick<QueryProtocol, 'namespace'>): Wire<Form> {
  return {
    decode: (operation, form) => decodeForm(operation.input, form) as object,
    output(operation, output, requestId) {
      const answer = { operation: operation.name, namespace, requestId }
      return xmlResponse(200, encodeXmlOutput(answer, operation.output, output), requestId)
    },
    error(error, requestId) {
      const { status, body } = encodeXmlError(error, { namespace, requestId })
      return xmlResponse(status, body, requestId)
    },
  }
}

function jsonResponse(status: number, body: string, requestId: string): Response {
  return {
    status,
    headers: { 'x-amzn-RequestId': requestId, 'Content-Type': 'application/x-amz-json-1.1' },
    body,
  }
}

export function xmlResponse(status: number, body: string, requestId: string): Response {
  return { status, headers: { 'x-amzn-RequestId': requestId, 'Content-Type': 'text/xml' }, body }
}

/** A service's code for what is wrong with itself. */
export function failureCode({ protocol }: Pick<Service, 'protocol'>): string {
  return (protocol?.kind === 'json' ? protocol.failureCode : undefined) ?? 'InternalServiceError'
}

/** What went wrong is the server's: the cause goes to the log, the client gets the request id. */
export function internalError(service: Pick<Service, 'protocol'>): AwsError {
  return new AwsError(failureCode(service), 'An internal error occurred. Please try again.', { status: 500 })
}
