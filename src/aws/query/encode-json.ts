import { encodeOutput } from '../encode.ts'
import type { AwsError } from '../error.ts'
import type { ListShape, MapShape, Shape, StructureShape } from '../shape.ts'
import type { AnswerFrame } from './encode-xml.ts'
import { errorParts } from './encode-xml-error.ts'

/** Media type of the JSON that Query services answer with. */
export const JSON_TYPE = 'application/json'

const XML_TYPE = /^(?:application|text)\/xml$/

/**
 * Whether an `Accept` header asks a Query service for JSON. AWS's documentation does not describe this; verifiers of presigned GetCallerIdentity
 * requests (aws-iam-authenticator and programs after its example) rely on it. XML where the header names XML first, or neither.
 */
export function wantsJson(accept: string | undefined): boolean {
  const types = (accept ?? '').split(',').map((range) => range.split(';', 1)[0]?.trim().toLowerCase() ?? '')
  return types.find((type) => type === JSON_TYPE || XML_TYPE.test(type)) === JSON_TYPE
}

/** The answer of an operation in JSON: the elements of the XML as members, lists as arrays, maps as objects, dates as seconds since the epoch. */
export function encodeJsonOutput(
  { operation, requestId }: AnswerFrame,
  shape: StructureShape<unknown> | undefined,
  output: object | undefined,
): string {
  const result = shape && { [`${operation}Result`]: modeled(shape, output ?? {}) }
  return encodeOutput({ [`${operation}Response`]: { ...result, ResponseMetadata: { RequestId: requestId } } })
}

/** An error in JSON, with the same code, status and text as in XML. */
export function encodeJsonError(error: AwsError, requestId: string): { status: number; body: string } {
  const { status, type, code, message } = errorParts(error)
  return { status, body: JSON.stringify({ Error: { Code: code, Message: message, Type: type }, RequestId: requestId }) }
}

/** A value without members that the model does not know, which XML leaves out as well. */
function modeled(shape: Shape<unknown>, value: unknown): unknown {
  return PARTS[shape.kind]?.(shape, value) ?? value
}

type Part = (shape: Shape<unknown>, value: unknown) => unknown

const PARTS: Readonly<Partial<Record<Shape<unknown>['kind'], Part>>> = {
  list: (shape, value) =>
    (value as readonly unknown[]).map((item) => modeled((shape as ListShape<unknown>).member, item)),
  map: (shape, value) =>
    Object.fromEntries(
      Object.entries(value as object).map(([name, item]) => [name, modeled((shape as MapShape<unknown>).member, item)]),
    ),
  structure: (shape, value) =>
    Object.fromEntries(
      (shape as StructureShape<unknown>).members.flatMap(({ name, shape: member }) => {
        const item = (value as Readonly<Record<string, unknown>>)[name]
        return item === undefined || item === null ? [] : [[name, modeled(member, item)]]
      }),
    ),
}
