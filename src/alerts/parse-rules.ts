import { addressTest } from '../iam/conditions/ip-address.ts'
import { type Json, JsonError, type JsonObject, parseStrictJson } from '../iam/strict-json.ts'
import { type GroupMember, isMember, members, OUTCOMES } from './members.ts'
import { parseDuration } from './parse-duration.ts'
import { type Conditions, compileTest } from './record-test.ts'
import type { AlertRule, RuleKind } from './rule.ts'

export const MAX_RULES = 100
/** Matches that a rate may want: of so many the times are kept for each group. */
export const MAX_COUNT = 1_000
const DAY_MS = 86_400_000
const MAX_RATE_MS = DAY_MS
const MAX_FIRST_USE_MS = 366 * DAY_MS
const DEFAULT_QUIET_MS = 3_600_000

const NAME = /^[A-Za-z0-9][A-Za-z0-9-]{0,63}$/

/** The rules cannot be used. */
export class AlertRulesError extends Error {
  override readonly name = 'AlertRulesError'
  /** One line for each, never empty. */
  readonly mistakes: readonly string[]
  constructor(mistakes: readonly string[]) {
    super(mistakes.join('; '))
    this.mistakes = mistakes
  }
}

/** Rules of a file. Throws AlertRulesError with all that is wrong in it: a rule that is not understood would raise nothing, unnoticed. */
export function parseRules(text: string): readonly AlertRule[] {
  const reader = new Reader()
  const document = reader.object(jsonOf(text), 'the file')
  reader.onlyMembers(document, ['rules'], 'the file')
  const listed = document.get('rules')
  if (!Array.isArray(listed) || listed.length === 0 || listed.length > MAX_RULES)
    throw new AlertRulesError([`rules: wanted a list of 1 to ${MAX_RULES} rules`])
  const rules = listed.flatMap((json: Json, index) => {
    if (json instanceof Map) return [reader.rule(json, index)]
    reader.mistake(`rule ${index + 1}`, 'wanted an object')
    return []
  })
  const names = rules.map(({ name }) => name)
  for (const [index, name] of names.entries())
    if (names.indexOf(name) !== index) reader.mistake(`rule ${name}`, 'there is another of that name')
  if (reader.mistakes.length > 0) throw new AlertRulesError(reader.mistakes)
  return rules
}

function jsonOf(text: string): Json {
  try {
    return parseStrictJson(text)
  } catch (error) {
    if (error instanceof JsonError) throw new AlertRulesError([`it is no valid JSON: ${error.message}`])
    throw error
  }
}

/** Reads what it can, and notes what is wrong. */
class Reader {
  readonly mistakes: string[] = []

  mistake(where: string, what: string): void {
    this.mistakes.push(`${where}: ${what}`)
  }

  object(json: Json | undefined, where: string): JsonObject {
    if (json instanceof Map) return json
    this.mistake(where, 'wanted an object')
    return new Map()
  }

  onlyMembers(object: JsonObject, known: readonly string[], where: string): void {
    for (const name of object.keys())
      if (!known.includes(name)) this.mistake(where, `there is no member ${name}: wanted ${known.join(', ')}`)
  }

  rule(object: JsonObject, index: number): AlertRule {
    const name = object.get('name')
    const named = typeof name === 'string' && NAME.test(name)
    const where = named ? `rule ${name}` : `rule ${index + 1}`
    if (!named) this.mistake(where, 'name: wanted 1 to 64 letters, digits and hyphens')
    this.onlyMembers(object, ['name', 'description', 'match', 'not', 'rate', 'firstUse'], where)
    const description = object.get('description')
    if (description !== undefined && typeof description !== 'string') this.mistake(where, 'description: wanted a text')
    const not = object.get('not')
    return {
      name: named ? name : '',
      description: typeof description === 'string' ? description : undefined,
      test: compileTest(
        this.#conditions(object.get('match'), `${where}: match`),
        not === undefined ? undefined : this.#conditions(not, `${where}: not`),
      ),
      kind: this.#kind(object, where),
    }
  }

  #conditions(json: Json | undefined, where: string): Conditions {
    const object = this.object(json, where)
    const texts = new Map<GroupMember, readonly string[]>()
    let readOnly: boolean | undefined
    let tags: Conditions['tags'] = new Map()
    if (json instanceof Map && object.size === 0) this.mistake(where, 'it is empty')
    for (const [name, value] of object) {
      if (name === 'readOnly') {
        if (typeof value === 'boolean') readOnly = value
        else this.mistake(`${where}: readOnly`, 'wanted true or false')
      } else if (name === 'tags') tags = this.#tags(value, `${where}: tags`)
      else if (isMember(name)) texts.set(name, this.#values(name, value, `${where}: ${name}`))
      else
        this.mistake(
          where,
          `there is no member ${name}: wanted ${[...Object.keys(members), 'readOnly', 'tags'].join(', ')}`,
        )
    }
    return { texts, readOnly, tags }
  }

  #tags(json: Json, where: string): Conditions['tags'] {
    const object = this.object(json, where)
    if (json instanceof Map && object.size === 0) this.mistake(where, 'it is empty')
    return new Map([...object].map(([key, value]) => [key, this.#texts(value, `${where}: ${key}`)]))
  }

  #values(member: GroupMember, json: Json, where: string): readonly string[] {
    const values = this.#texts(json, where)
    for (const value of values) {
      if (member === 'address' && !addressTest(value))
        this.mistake(where, `${value} is neither an address nor a range such as 10.0.0.0/8`)
      if (member === 'outcome' && !(OUTCOMES as readonly string[]).includes(value))
        this.mistake(where, `there is no outcome ${value}: wanted ${OUTCOMES.join(', ')}`)
    }
    return values
  }

  #texts(json: Json | undefined, where: string): readonly string[] {
    const values: readonly Json[] = Array.isArray(json) ? json : json === undefined ? [] : [json as Json]
    const texts = values.filter((value) => typeof value === 'string')
    if (texts.length === 0 || texts.length !== values.length) this.mistake(where, 'wanted a text or a list of texts')
    return texts
  }

  #kind(rule: JsonObject, where: string): RuleKind {
    const rate = rule.get('rate')
    const firstUse = rule.get('firstUse')
    if (rate !== undefined && firstUse !== undefined) this.mistake(where, 'rate and firstUse exclude each other')
    if (rate !== undefined) return this.#rate(this.object(rate, `${where}: rate`), `${where}: rate`)
    if (firstUse !== undefined) return this.#firstUse(this.object(firstUse, `${where}: firstUse`), `${where}: firstUse`)
    return { name: 'match' }
  }

  #rate(object: JsonObject, where: string): RuleKind {
    this.onlyMembers(object, ['count', 'within', 'by', 'quiet'], where)
    const count = this.#count(object.get('count'), `${where}: count`)
    const withinMs = this.#duration(object.get('within'), MAX_RATE_MS, `${where}: within`)
    const quiet = object.get('quiet')
    const quietMs = quiet === undefined ? DEFAULT_QUIET_MS : this.#duration(quiet, MAX_FIRST_USE_MS, `${where}: quiet`)
    const by = object.has('by') ? this.#group(object.get('by'), `${where}: by`) : []
    return { name: 'rate', count, withinMs, quietMs, by }
  }

  #firstUse(object: JsonObject, where: string): RuleKind {
    this.onlyMembers(object, ['of', 'within'], where)
    const by = this.#group(object.get('of'), `${where}: of`)
    return {
      name: 'first use',
      by,
      withinMs: this.#duration(object.get('within'), MAX_FIRST_USE_MS, `${where}: within`),
    }
  }

  #group(json: Json | undefined, where: string): GroupMember[] {
    const known = this.#texts(json, where).filter((name) => {
      if (!isMember(name)) this.mistake(where, `there is no member ${name}: wanted ${Object.keys(members).join(', ')}`)
      return isMember(name)
    })
    return known as GroupMember[]
  }

  #count(json: Json | undefined, where: string): number {
    const value = wholeNumber(json)
    if (value >= 1 && value <= MAX_COUNT) return value
    this.mistake(where, `wanted a whole number from 1 to ${MAX_COUNT}`)
    return 1
  }

  #duration(json: Json | undefined, most: number, where: string): number {
    const value = typeof json === 'string' ? parseDuration(json) : undefined
    if (value !== undefined && value <= most) return value
    this.mistake(where, `wanted a time such as 30s, 5m, 12h or 7d, at most ${most / DAY_MS}d`)
    return 1
  }
}

function wholeNumber(json: Json | undefined): number {
  const text = (json as { text?: unknown } | undefined)?.text
  return typeof text === 'string' && /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN
}
