import { type AwsError, frameworkError } from '../error.ts'
import type { ListShape, MapShape, Shape, StructureShape } from '../shape.ts'
import { ViolationList } from '../violations.ts'
import type { Form } from './form.ts'
import { parseScalar, type ScalarKind } from './scalars.ts'

/** Parameters that belong to one value, each with the rest of its name; the rest is empty for the value's own text. */
type Parts = readonly (readonly [rest: string, text: string])[]

type Reader = (shape: Shape<unknown>, parts: Parts) => unknown

/**
 * The typed input of an operation (security facts 5.2): `X.Y` for the member Y of the structure X, `X.member.N` for elements of the list X, in
 * the order of their numbers, which may have gaps. A list that is there with an empty text is empty, as SDKs write it. Parameters that the shape
 * does not know are ignored; but within a list nothing may be misnamed, because a policy that is dropped silently gives more than was asked for.
 *
 * Throws MalformedInput (400) for what has another type, then ValidationError with every broken constraint (security facts 5.4).
 */
export function decodeForm<T>(shape: StructureShape<T>, form: Form): T {
  const input = readStructure(shape, [...form]) as T
  const violations = new ViolationList()
  shape.check(input, '', violations)
  const error = violations.error()
  if (error) throw frameworkError('ValidationError', error.message)
  return input
}

const readers: { readonly [K in Shape<unknown>['kind']]: Reader } = {
  string: scalar('string'),
  integer: scalar('integer'),
  long: scalar('long'),
  boolean: scalar('boolean'),
  blob: scalar('blob'),
  timestamp: scalar('timestamp'),
  list: readList,
  map: readMap,
  structure: readStructure,
}

const read: Reader = (shape, parts) => readers[shape.kind](shape, parts)

/** Its value is undefined when there are only parameters below it, which mean nothing. */
function scalar(kind: ScalarKind): Reader {
  return (_, parts) => {
    const text = ownText(parts)
    return text === undefined ? undefined : parseScalar(kind, text)
  }
}

function readStructure(shape: Shape<unknown>, parts: Parts): Record<string, unknown> {
  if (ownText(parts) !== undefined) throw malformed('Unexpected complex element termination')
  const byName = byFirstSegment(parts)
  const value: Record<string, unknown> = {}
  for (const member of (shape as StructureShape<unknown>).members) {
    const own = byName.get(member.name)
    const item = own && read(member.shape, own)
    if (item !== undefined) value[member.name] = item
  }
  return value
}

function readList(shape: Shape<unknown>, parts: Parts): unknown[] {
  const { member } = shape as ListShape<unknown>
  return elements(parts, 'member').map((element) => present(read(member, element)))
}

function readMap(shape: Shape<unknown>, parts: Parts): Record<string, unknown> {
  const { key, member } = shape as MapShape<unknown>
  const entries = elements(parts, 'entry').map((entry) => {
    const halves = byFirstSegment(entry)
    const half = (of: Shape<unknown>, name: string) => present(read(of, halves.get(name) ?? []))
    return [half(key, 'key') as string, half(member, 'value')] as const
  })
  // Not by assignment: an entry named __proto__ would vanish.
  return Object.fromEntries(entries)
}

/** One spelling for each number, so that no two parameters mean the same element. */
const NUMBER = /^[1-9]\d*$/

/** What belongs to each element of a list or map, in the order of the numbers; these are compared, never counted up to. */
function elements(parts: Parts, word: 'member' | 'entry'): Parts[] {
  const [first] = parts
  if (parts.length === 1 && first?.[0] === '' && first[1] === '') return []
  if (ownText(parts) !== undefined) throw malformed('Unexpected list element termination')
  const byWord = byFirstSegment(parts)
  const byNumber = byFirstSegment(byWord.get(word) ?? [])
  const named = [...byWord.keys()].every((name) => name === word)
  if (!named || ![...byNumber.keys()].every((number) => NUMBER.test(number)))
    throw malformed(`Elements of a list or map must be named '${word}.N', with a number N from 1.`)
  return [...byNumber].sort(([a], [b]) => a.length - b.length || (a < b ? -1 : 1)).map(([, element]) => element)
}

function byFirstSegment(parts: Parts): ReadonlyMap<string, Parts> {
  const groups = new Map<string, [string, string][]>()
  for (const [name, text] of parts) {
    const dot = name.indexOf('.')
    const segment = dot < 0 ? name : name.slice(0, dot)
    // `X.` is not `X`: its rest is a name that nothing has.
    const rest = dot < 0 ? '' : name.slice(dot + 1) || '.'
    const group = groups.get(segment)
    if (group) group.push([rest, text])
    else groups.set(segment, [[rest, text]])
  }
  return groups
}

const ownText = (parts: Parts) => parts.find(([rest]) => rest === '')?.[1]

function present<T>(value: T | undefined): T {
  if (value === undefined) throw malformed('An element of a list or map has no value.')
  return value
}

const malformed = (message: string): AwsError => frameworkError('MalformedInput', message)
