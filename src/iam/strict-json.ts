/**
 * JSON of a policy. Objects are maps, so that no name means anything special; numbers keep the text they were written with, because
 * conditions compare them as texts and decimals.
 */
export type Json = string | boolean | null | JsonNumber | readonly Json[] | JsonObject
export type JsonObject = ReadonlyMap<string, Json>

export class JsonNumber {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

/** Told of each string value: where it stands in the document and in the text, quotes included. */
export type StringVisitor = (found: {
  readonly path: readonly (string | number)[]
  readonly value: string
  readonly start: number
  readonly end: number
}) => void

export class JsonError extends Error {
  override readonly name = 'JsonError'
  /** An object names a member twice; otherwise the text is no JSON at all. */
  readonly duplicate: boolean
  constructor(message: string, duplicate = false) {
    super(message)
    this.duplicate = duplicate
  }
}

/** Objects and lists inside one another; the deepest valid policy has seven. */
const MAX_DEPTH = 32

const WHITE_SPACE = /[\t\n\r ]*/y
const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y
const WORDS: ReadonlyMap<string, boolean | null> = new Map([
  ['true', true],
  ['false', false],
  ['null', null],
])
const WORD = /true|false|null/y

/**
 * Parses JSON more strictly than JSON.parse: a name that stands twice in an object is refused (which one counts would depend on the
 * reader, security facts 3.1), and so are deep nesting and strings without a UTF-8 form. Throws JsonError.
 */
export function parseStrictJson(text: string, onString?: StringVisitor): Json {
  return new Parser(text, onString).document()
}

class Parser {
  readonly #text: string
  readonly #onString: StringVisitor | undefined
  readonly #path: (string | number)[] = []
  #at = 0

  constructor(text: string, onString: StringVisitor | undefined) {
    this.#text = text
    this.#onString = onString
  }

  document(): Json {
    this.#take(WHITE_SPACE)
    const value = this.#value()
    if (this.#at !== this.#text.length) throw new JsonError('text after the document')
    return value
  }

  #value(): Json {
    const first = this.#text[this.#at]
    if (first === '{') return this.#object()
    if (first === '[') return this.#list()
    if (first === '"') return this.#stringValue()
    const word = this.#take(WORD)
    if (word !== undefined) return this.#spaced(WORDS.get(word) ?? null)
    const number = this.#take(NUMBER)
    if (number === undefined) throw new JsonError('a value is missing')
    return this.#spaced(new JsonNumber(number))
  }

  #object(): JsonObject {
    const members = new Map<string, Json>()
    if (this.#open('}')) return members
    do {
      const name = this.#string()
      if (members.has(name)) throw new JsonError('a name stands twice', true)
      if (!this.#skip(':')) throw new JsonError('a colon is missing')
      this.#path.push(name)
      members.set(name, this.#value())
      this.#path.pop()
    } while (this.#skip(','))
    this.#close('}')
    return members
  }

  #list(): readonly Json[] {
    const items: Json[] = []
    if (this.#open(']')) return items
    do {
      this.#path.push(items.length)
      items.push(this.#value())
      this.#path.pop()
    } while (this.#skip(','))
    this.#close(']')
    return items
  }

  /** Enters an object or list; true when it is empty and has been left again. */
  #open(end: string): boolean {
    if (this.#path.length >= MAX_DEPTH) throw new JsonError('nested too deeply')
    this.#at += 1
    this.#take(WHITE_SPACE)
    return this.#skip(end)
  }

  #close(end: string): void {
    if (!this.#skip(end)) throw new JsonError(`${end} is missing`)
  }

  #stringValue(): string {
    const start = this.#at
    const value = this.#string()
    this.#onString?.({ path: this.#path, value, start, end: this.#endOfString(start) })
    return value
  }

  #string(): string {
    if (this.#text[this.#at] !== '"') throw new JsonError('a string is missing')
    const end = this.#endOfString(this.#at)
    const value = unquoted(this.#text.slice(this.#at, end))
    this.#at = end
    return this.#spaced(value)
  }

  /** Place after the quote that ends the string starting at `start`. */
  #endOfString(start: number): number {
    for (let at = start + 1; at < this.#text.length; at += 1) {
      const character = this.#text[at]
      if (character === '"') return at + 1
      if (character === '\\') at += 1
    }
    throw new JsonError('a string does not end')
  }

  /** Steps over a character and the white space after it, if it is the next one. */
  #skip(character: string): boolean {
    if (this.#text[this.#at] !== character) return false
    this.#at += 1
    return this.#spaced(true)
  }

  #spaced<T>(value: T): T {
    this.#take(WHITE_SPACE)
    return value
  }

  #take(expression: RegExp): string | undefined {
    expression.lastIndex = this.#at
    const taken = expression.exec(this.#text)?.[0]
    if (taken !== undefined) this.#at += taken.length
    return taken
  }
}

/** The value of a string with its quotes. */
function unquoted(written: string): string {
  let value: unknown
  try {
    value = JSON.parse(written)
  } catch {
    throw new JsonError('a string is malformed')
  }
  if (typeof value !== 'string' || !value.isWellFormed()) throw new JsonError('half a surrogate pair')
  return value
}
