import { ANY, ONE } from './match.ts'
import type { RequestContext } from './request.ts'

/** How the text of a document is read. */
export interface Reading {
  /** `${…}` refers to condition keys: only in the newer version, and only in certain elements (security facts 3.3). */
  readonly variables: boolean
  /** `*` and `?` become wildcards (prepared as match.ts wants them) instead of themselves. */
  readonly wildcards: boolean
}

export interface Variable {
  /** As written. */
  readonly key: string
  /** Taken when the request has no such key: `${key, 'text'}`. */
  readonly fallback?: string | undefined
}

/** Literal texts and variables in turn. */
export type Template = readonly (string | Variable)[]

const FORM = /^\s*([^\s,'{}]+)\s*(?:,\s*'([^']*)'\s*)?$/
const ESCAPES: ReadonlySet<string> = new Set(['*', '?', '$'])
/** No key is called so: a variable that is malformed resolves to nothing, like one that the request lacks. */
const MALFORMED: Variable = { key: '' }

/** Takes a text apart. Never fails: what looks like a variable and is none resolves to nothing. */
export function parseTemplate(text: string, { variables, wildcards }: Reading): Template {
  const prepare = (literal: string) => (wildcards ? literal.replaceAll('*', ANY).replaceAll('?', ONE) : literal)
  if (!variables || !text.includes('${')) return [prepare(text)]
  const parts: (string | Variable)[] = []
  const addText = (literal: string) => {
    const last = parts.at(-1)
    if (typeof last === 'string') parts[parts.length - 1] = last + literal
    else parts.push(literal)
  }
  let from = 0
  for (let start = text.indexOf('${'); start >= 0; start = text.indexOf('${', from)) {
    addText(prepare(text.slice(from, start)))
    const end = endOfVariable(text, start)
    const inside = text[end - 1] === '}' ? text.slice(start + 2, end - 1) : ''
    if (ESCAPES.has(inside)) addText(inside)
    else parts.push(variableOf(inside))
    from = end
  }
  addText(prepare(text.slice(from)))
  return parts
}

/** Condition keys that the variables of texts refer to, as written. */
export function variableKeys(texts: readonly string[], variables: boolean): readonly string[] {
  return texts.flatMap((text) =>
    parseTemplate(text, { variables, wildcards: false }).flatMap((part) =>
      typeof part === 'string' ? [] : [part.key],
    ),
  )
}

/** Place after the brace of the variable that starts at `start`; the end of the text when it has none. */
export function endOfVariable(text: string, start: number): number {
  const brace = text.indexOf('}', start)
  if (brace < 0) return text.length
  const quote = text.slice(start, brace).indexOf("'")
  if (quote < 0) return brace + 1
  // A default may hold a brace.
  const endOfDefault = text.indexOf("'", start + quote + 1)
  const closing = endOfDefault < 0 ? -1 : text.indexOf('}', endOfDefault)
  return closing < 0 ? text.length : closing + 1
}

function variableOf(inside: string): Variable {
  const form = FORM.exec(inside)
  if (!form) return MALFORMED
  const [, key = '', fallback] = form
  return { key, fallback }
}

/** The text of a template that has no variables. */
export function literalOf(template: Template): string | undefined {
  if (template.length === 0) return ''
  const [first] = template
  return template.length === 1 && typeof first === 'string' ? first : undefined
}

/** How the variables of an element take their values. */
export interface Resolution {
  /** Whether an empty text counts as no value, as it does in resources: otherwise `secret:${aws:PrincipalTag/team}*` would mean every secret. */
  readonly emptyIsNone: boolean
}

/** Value of a variable; undefined when the request has none, several, or a text that is not well-formed: that could contain a wildcard. */
function valueFor(
  { key, fallback }: Variable,
  context: RequestContext,
  { emptyIsNone }: Resolution,
): string | undefined {
  context.work?.add(1)
  if (key === '') return undefined
  const given = context.get(key.toLowerCase())
  const value = given === undefined || (emptyIsNone && given === '') ? fallback : given
  return typeof value === 'string' && value.isWellFormed() ? value : undefined
}

/** Whether every variable of a template has a value in the request. */
export function hasValues(template: Template, context: RequestContext, resolution: Resolution): boolean {
  return template.every((part) => typeof part === 'string' || valueFor(part, context, resolution) !== undefined)
}

/**
 * The text of a template for one request; undefined when a variable has no value there. A substituted value is never a wildcard.
 *
 * @param options `longest`: characters of the longest text that could still fit. The result is also undefined when the variables alone are
 *   longer, so that a template cannot become a text of megabytes.
 */
export function resolveTemplate(
  template: Template,
  context: RequestContext,
  { longest, ...resolution }: Resolution & { readonly longest: number },
): string | undefined {
  let text = ''
  let substituted = 0
  for (const part of template) {
    if (typeof part === 'string') {
      text += part
      continue
    }
    const value = valueFor(part, context, resolution)
    if (value === undefined) return undefined
    context.work?.add(value.length)
    substituted += value.length
    if (substituted > longest) return undefined
    text += value
  }
  return text
}
