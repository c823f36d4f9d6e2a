import { checkLength, enumText, maxLengthText, memberText, NOT_NULL, patternText } from './constraint-texts.ts'
import { frameworkError } from './error.ts'
import type { Violations } from './violations.ts'

/**
 * A type of an AWS service model: binds JSON to a value and reports what the model's constraints forbid.
 *
 * Binding finds the wrong types (SerializationException, facts 1.5), one at a time; constraints are collected afterwards, all of them
 * (ValidationException, facts 3). A member with `null` is the same as an absent one.
 */
export interface Shape<T> {
  readonly kind: 'string' | 'integer' | 'long' | 'boolean' | 'blob' | 'timestamp' | 'list' | 'map' | 'structure'
  readonly constraints: Constraints
  /** Value of a JSON value that is neither null nor absent. Throws SerializationException. */
  bind(json: unknown): T
  /** Reports each broken constraint of a bound value. `path` is where AWS says the value stands. */
  check(value: T, path: string, violations: Violations): void
  /** Text of a value inside a violation's message, as AWS's framework renders it. */
  render(value: T): string
}

/** The model's constraints as data, in AWS's words. */
export interface Constraints {
  readonly length?: readonly [min: number | undefined, max: number | undefined] | undefined
  readonly range?: readonly [min: number | undefined, max: number | undefined] | undefined
  /** Matched against the whole value, as Java's `matches` does. Written as in the model, because messages quote it. */
  readonly pattern?: string | undefined
  /**
   * What a service itself says of a value that breaks the pattern, for a service that checks it after the framework has checked everything else.
   *
   * @param member name of the member in a refusal, as `userName`
   */
  readonly patternRefusal?: ((member: string) => string) | undefined
  /** In the order in which the message lists them. */
  readonly enum?: readonly string[] | undefined
  /** Never rendered in a message and never recorded. */
  readonly sensitive?: boolean | undefined
  /** Never recorded, though the model does not call it sensitive. */
  readonly unrecorded?: boolean | undefined
  /** Recorded as a MAC of it: records with the same text are known by it, and it opens nothing. */
  readonly fingerprinted?: boolean | undefined
  /** The ARN of an identity, which differs between partitions: inside it is the one in `aws`, outside the one of the request's Region. */
  readonly identity?: boolean | undefined
  /** For strings whose quota counts UTF-8 bytes beside the model's characters. */
  readonly maxBytes?: number | undefined
}

export type Value<S> = S extends Shape<infer T> ? T : never

const SERIALIZATION = 'SerializationException'

/** Text of a SerializationException for a JSON value of the wrong type (facts 1.5); undefined where AWS sends none. */
function wrongType(json: unknown, wanted: string): Error {
  if (Array.isArray(json)) return frameworkError(SERIALIZATION, 'Start of list found where not expected')
  if (typeof json === 'object')
    return frameworkError(SERIALIZATION, 'Start of structure or map found where not expected.')
  const token = typeof json === 'boolean' ? `${json}`.toUpperCase() : (typeof json).toUpperCase()
  return frameworkError(SERIALIZATION, `${token}_VALUE can not be converted to ${wanted}`)
}

/** A text; of an enumeration, one of its values, which holds once the constraints were checked. */
export function string<const E extends string>(constraints: Constraints & { readonly enum: readonly E[] }): Shape<E>
export function string(constraints?: Constraints): Shape<string>
export function string(constraints: Constraints = {}): Shape<string> {
  const expression = constraints.pattern === undefined ? undefined : wholePattern(constraints.pattern)
  return {
    kind: 'string',
    constraints,
    bind(json) {
      if (typeof json !== 'string') throw wrongType(json, 'a String')
      // A lone surrogate has no UTF-8 form: storing it would silently change the text.
      if (!json.isWellFormed()) throw frameworkError(SERIALIZATION)
      return json
    },
    check(value, path, violations) {
      const at = violations.at(path, isHidden(constraints) ? undefined : value)
      if (expression && !expression.test(value)) {
        if (constraints.patternRefusal) violations.refuse(path, constraints.patternRefusal(lastMember(path)))
        else at(patternText(constraints))
      }
      if (constraints.enum && !constraints.enum.includes(value)) at(enumText(constraints))
      checkLength(value.length, constraints, at)
      const { maxBytes, length } = constraints
      if (maxBytes !== undefined && value.length <= (length?.[1] ?? maxBytes) && Buffer.byteLength(value) > maxBytes)
        at(maxLengthText(maxBytes))
    },
    render: (value) => value,
  }
}

const lastMember = (path: string) => path.slice(path.lastIndexOf('.') + 1)

/** Matches a whole value. Classes of characters, as in IAM's tags, need the flag that makes them mean something. */
function wholePattern(pattern: string): RegExp {
  return new RegExp(`^(?:${pattern})$`, pattern.includes('\\p{') ? 'u' : '')
}

function number(kind: 'integer' | 'long', wanted: string, constraints: Constraints): Shape<number> {
  const [min, max] = constraints.range ?? []
  return {
    kind,
    constraints,
    bind(json) {
      if (typeof json !== 'number') throw wrongType(json, wanted)
      return Math.trunc(json)
    },
    check(value, path, violations) {
      const at = violations.at(path, String(value))
      if (max !== undefined && value > max) at(`Member must have value less than or equal to ${max}`)
      if (min !== undefined && value < min) at(`Member must have value greater than or equal to ${min}`)
    },
    render: String,
  }
}

export const integer = (constraints: Constraints = {}): Shape<number> => number('integer', 'an Integer', constraints)
export const long = (constraints: Constraints = {}): Shape<number> => number('long', 'a Long', constraints)

export function boolean(): Shape<boolean> {
  return {
    kind: 'boolean',
    constraints: {},
    bind(json) {
      if (typeof json === 'object') throw wrongType(json, 'a Boolean')
      if (typeof json !== 'boolean') throw frameworkError(SERIALIZATION)
      return json
    },
    check() {},
    render: String,
  }
}

// Padded or unpadded standard alphabet, nothing else: `Buffer.from` alone would skip over any character it does not know.
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}(?:==)?|[A-Za-z0-9+/]{3}=?)?$/

/** Bytes, base64 on the wire; the length counts bytes. */
export function blob(constraints: Constraints = {}): Shape<Uint8Array> {
  return {
    kind: 'blob',
    constraints,
    bind(json) {
      if (typeof json === 'object') throw wrongType(json, 'a Blob')
      if (typeof json !== 'string' || !BASE64.test(json)) throw frameworkError(SERIALIZATION)
      return Buffer.from(json, 'base64')
    },
    check(value, path, violations) {
      checkLength(value.byteLength, constraints, violations.at(path, isHidden(constraints) ? undefined : '***'))
    },
    render: () => '***',
  }
}

/** Seconds since the epoch on the wire, with up to three decimals. A date that JavaScript cannot hold is refused. */
export function timestamp(): Shape<Date> {
  return {
    kind: 'timestamp',
    constraints: {},
    bind(json) {
      const date = new Date(typeof json === 'number' ? json * 1000 : Number.NaN)
      if (Number.isNaN(date.getTime())) throw frameworkError(SERIALIZATION)
      return date
    },
    check() {},
    render: (value) => value.toISOString(),
  }
}

export interface ListShape<T> extends Shape<T[]> {
  readonly member: Shape<T>
}

export function list<T>(member: Shape<T>, constraints: Constraints = {}): ListShape<T> {
  const render = (value: readonly (T | null)[]) =>
    `[${value.map((item) => (item === null ? 'null' : member.render(item))).join(', ')}]`
  return {
    kind: 'list',
    member,
    constraints,
    render,
    bind(json) {
      if (typeof json === 'object' && !Array.isArray(json)) throw wrongType(json, 'a List')
      if (!Array.isArray(json)) throw frameworkError(SERIALIZATION, 'Expected list or null')
      return json.map((item) => (item === null ? (null as T) : member.bind(item)))
    },
    check(value, path, violations) {
      const sensitive = isHidden(constraints) || isHidden(member.constraints)
      const at = violations.at(path, sensitive ? undefined : render(value))
      checkLength(value.length, constraints, at)
      if (member.kind === 'structure') {
        value.forEach((item, index) => {
          const place = `${path}.${index + 1}.member`
          if (item === null) violations.at(place, null)(NOT_NULL)
          else member.check(item, place, violations)
        })
        return
      }
      // Violations of scalar members are reported once, at the list, with all the member's constraints (facts 3.3).
      if (value.some((item) => breaks(member, item)))
        at(`Member must satisfy constraint: ${memberText(member.constraints, value)}`)
    },
  }
}

export interface MapShape<T> extends Shape<Record<string, T>> {
  readonly key: Shape<string>
  readonly member: Shape<T>
}

/** A map. Violations of its keys and of its values are reported at the map, with all the constraints of a key or a value. */
export function map<T>(key: Shape<string>, member: Shape<T>): MapShape<T> {
  const render = (value: Record<string, T | null>) =>
    `{${Object.entries(value)
      .map(([name, item]) => `${name}=${item === null ? 'null' : shown(member, item)}`)
      .join(', ')}}`
  return {
    kind: 'map',
    key,
    member,
    constraints: {},
    render,
    bind(json) {
      if (typeof json !== 'object' || json === null) throw frameworkError(SERIALIZATION, 'Expected map or null')
      if (Array.isArray(json)) throw wrongType(json, 'a Map')
      const entries = Object.entries(json).map(([name, item]) => [name, item === null ? item : member.bind(item)])
      return Object.fromEntries(entries)
    },
    check(value, path, violations) {
      const [keys, items] = [Object.keys(value), Object.values(value)]
      const at = violations.at(path, render(value))
      if (keys.some((name) => breaks(key, name)))
        at(`Map keys must satisfy constraint: ${memberText(key.constraints, keys)}`)
      if (items.some((item) => breaks(member, item)))
        at(`Map value must satisfy constraint: ${memberText(member.constraints, items)}`)
    },
  }
}

/** A member that a request must carry. */
export interface RequiredMember<T> {
  readonly required: Shape<T>
}
// biome-ignore lint/suspicious/noExplicitAny: members of every type
type Member = Shape<any> | RequiredMember<any>
type ShapeOf<M> = M extends RequiredMember<infer T> ? Shape<T> : M
type RequiredNames<M> = { [K in keyof M]: M[K] extends { required: unknown } ? K : never }[keyof M]

/** The TypeScript type of a structure: what is not required may be absent or undefined. */
export type StructureValue<M> = { [K in RequiredNames<M>]: Value<ShapeOf<M[K]>> } & {
  [K in Exclude<keyof M, RequiredNames<M>>]?: Value<M[K]> | undefined
}

export interface StructureShape<T> extends Shape<T> {
  /** Members in the order of the model, which is the order in which violations are listed. */
  readonly members: readonly { name: string; shape: Shape<unknown>; required: boolean }[]
}

/** Marks a member that a request must carry. */
export const required = <T>(shape: Shape<T>): RequiredMember<T> => ({ required: shape })

/**
 * A structure. Unknown members are ignored.
 *
 * @param name the model's name of a nested structure, as messages render it
 */
export function structure<const M extends Record<string, Member>>(
  members: M,
  name = '',
): StructureShape<StructureValue<M>> {
  const list = Object.entries(members as unknown as Record<string, Shape<unknown> | RequiredMember<unknown>>).map(
    ([memberName, member]) =>
      'required' in member
        ? { name: memberName, shape: member.required, required: true }
        : { name: memberName, shape: member, required: false },
  )
  type T = StructureValue<M>
  return {
    kind: 'structure',
    members: list,
    constraints: {},
    bind(json) {
      if (Array.isArray(json)) throw wrongType(json, 'a Structure')
      if (typeof json !== 'object' || json === null) throw frameworkError(SERIALIZATION, 'Expected null')
      const bound: Record<string, unknown> = {}
      for (const member of list) {
        const value = Object.hasOwn(json, member.name) ? (json as Record<string, unknown>)[member.name] : undefined
        if (value !== undefined && value !== null) bound[member.name] = member.shape.bind(value)
      }
      return bound as T
    },
    check(value, path, violations) {
      for (const member of list) {
        const place = path + (path === '' ? '' : '.') + lowerFirst(member.name)
        const item = (value as Record<string, unknown>)[member.name]
        if (item !== undefined) member.shape.check(item, place, violations)
        else if (member.required) violations.at(place, null)(NOT_NULL)
      }
    },
    render(value) {
      const parts = list.map((member) => {
        const item = (value as Record<string, unknown>)[member.name]
        return `${lowerFirst(member.name)}=${item === undefined ? 'null' : shown(member.shape, item)}`
      })
      return `${name}(${parts.join(', ')})`
    },
  }
}

/** AWS's framework names a member by its name with the first letter in lower case (facts 3.1). */
export function lowerFirst(name: string): string {
  return name.charAt(0).toLowerCase() + name.slice(1)
}

/** Refusals are recorded, so that what no record may hold must not stand in their text either. */
const isHidden = ({ sensitive, unrecorded, fingerprinted }: Constraints) => sensitive || unrecorded || fingerprinted

const shown = <T>(shape: Shape<T>, value: T) => (isHidden(shape.constraints) ? '***' : shape.render(value))

function breaks<T>(shape: Shape<T>, value: T | null): boolean {
  if (value === null) return true
  let broken = false
  const note = () => {
    broken = true
  }
  shape.check(value, '', { at: () => note, refuse: note })
  return broken
}
