import type { ListShape, MapShape, Shape, StructureShape } from '../shape.ts'
import { element, escapeText } from './xml.ts'

/** What stands around the members of every answer. */
export interface AnswerFrame {
  readonly operation: string
  /** XML namespace of the service. */
  readonly namespace: string
  readonly requestId: string
}

/**
 * The answer of an operation (security facts 5.2): members in the order of the shape, absent ones left out, lists as `<member>`, maps as
 * `<entry><key/><value/></entry>`, dates to the second, bytes as base64.
 *
 * Without a shape there is no Result element, as AWS answers where its model has no output. An operation whose output is modelled but empty needs
 * `structure({})`: the SDKs look for its Result.
 */
export function encodeXmlOutput(
  { operation, namespace, requestId }: AnswerFrame,
  shape: StructureShape<unknown> | undefined,
  output: object | undefined,
): string {
  const result = shape ? element(`${operation}Result`, writeStructure(shape, output ?? {})) : ''
  const metadata = element('ResponseMetadata', element('RequestId', escapeText(requestId)))
  return element(`${operation}Response`, result + metadata, namespace)
}

type Writer = (shape: Shape<unknown>, value: unknown) => string

const writeText: Writer = (_, value) => escapeText(String(value))

const writers: { readonly [K in Shape<unknown>['kind']]: Writer } = {
  string: writeText,
  integer: writeText,
  long: writeText,
  boolean: writeText,
  blob: (_, value) => base64(value as Uint8Array),
  timestamp: (_, value) => (value as Date).toISOString().replace(/\.\d+/, ''),
  list: writeList,
  map: writeMap,
  structure: writeStructure,
}

const write: Writer = (shape, value) => writers[shape.kind](shape, value)

function writeStructure(shape: Shape<unknown>, value: unknown): string {
  let xml = ''
  for (const member of (shape as StructureShape<unknown>).members) {
    const item = (value as Record<string, unknown>)[member.name]
    if (item !== undefined && item !== null) xml += element(member.name, write(member.shape, item))
  }
  return xml
}

function writeList(shape: Shape<unknown>, value: unknown): string {
  const { member } = shape as ListShape<unknown>
  return (value as readonly unknown[]).map((item) => element('member', write(member, item))).join('')
}

function writeMap(shape: Shape<unknown>, value: unknown): string {
  const { key, member } = shape as MapShape<unknown>
  return Object.entries(value as object)
    .map(([name, item]) => element('key', write(key, name)) + element('value', write(member, item)))
    .map((entry) => element('entry', entry))
    .join('')
}

const base64 = ({ buffer, byteOffset, byteLength }: Uint8Array) =>
  Buffer.from(buffer, byteOffset, byteLength).toString('base64')
