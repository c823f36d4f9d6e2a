import { decodeInput } from '../aws/decode.ts'
import { encodeError, encodeOutput } from '../aws/encode.ts'
import { AwsError } from '../aws/error.ts'
import type { AnyOperation } from '../aws/operation.ts'
import { decodeForm } from '../aws/query/decode-form.ts'
import { encodeJsonError, encodeJsonOutput, JSON_TYPE } from '../aws/query/encode-json.ts'
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

/** AWS Query, answered in XML or in the JSON that it has for clients that ask for it. */
export function queryWire({ namespace }: Pick<QueryProtocol, 'namespace'>, answers: 'xml' | 'json'): Wire<Form> {
  const decode: Wire<Form>['decode'] = (operation, form) => decodeForm(operation.input, form) as object
  const frame = (operation: AnyOperation, requestId: string) => ({ operation: operation.name, namespace, requestId })
  if (answers === 'json')
    return {
      decode,
      output: (operation, output, requestId) =>
        response(200, JSON_TYPE, encodeJsonOutput(frame(operation, requestId), operation.output, output), requestId),
      error(error, requestId) {
        const { status, body } = encodeJsonError(error, requestId)
        return response(status, JSON_TYPE, body, requestId)
      },
    }
  return {
    decode,
    output: (operation, output, requestId) =>
      xmlResponse(200, encodeXmlOutput(frame(operation, requestId), operation.output, output), requestId),
    error(error, requestId) {
      const { status, body } = encodeXmlError(error, { namespace, requestId })
      return xmlResponse(status, body, requestId)
    },
  }
}

const jsonResponse = (status: number, body: string, requestId: string) =>
  response(status, 'application/x-amz-json-1.1', body, requestId)

const xmlResponse = (status: number, body: string, requestId: string) => response(status, 'text/xml', body, requestId)

export function response(status: number, contentType: string, body: string, requestId: string): Response {
  return { status, headers: { 'x-amzn-RequestId': requestId, 'Content-Type': contentType }, body }
}

/** A service's code for what is wrong with itself. */
export function failureCode({ protocol }: Pick<Service, 'protocol'>): string {
  return (protocol?.kind === 'json' ? protocol.failureCode : undefined) ?? 'InternalServiceError'
}

/** What went wrong is the server's: the cause goes to the log, the client gets the request id. */
export function internalError(service: Pick<Service, 'protocol'>): AwsError {
  return new AwsError(failureCode(service), 'An internal error occurred. Please try again.', { status: 500 })
}
