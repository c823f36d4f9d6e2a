import { PolicyError } from './policy.ts'
import { type Json, JsonNumber, type JsonObject } from './strict-json.ts'

/** AWS's text for nearly everything that breaks the grammar. */
export const SYNTAX_ERROR = 'Syntax errors in policy.'

/** Throws PolicyError for a member that is not one of those known. */
export function refuseUnknown(object: JsonObject, known: ReadonlySet<string>): void {
  for (const name of object.keys()) if (!known.has(name)) throw new PolicyError(SYNTAX_ERROR)
}

/** Throws PolicyError for what is no object. */
export function asObject(json: Json | undefined): JsonObject {
  if (!(json instanceof Map)) throw new PolicyError(SYNTAX_ERROR)
  return json
}

/** One text or a list of texts. */
export function asTexts(json: Json): readonly string[] {
  return (Array.isArray(json) ? json : [json]).map((item) => {
    if (typeof item !== 'string') throw new PolicyError(SYNTAX_ERROR)
    return item
  })
}

/** One value of a condition or a list of them: numbers and booleans need no quotes (security facts 3.1). */
export function asValues(json: Json): readonly string[] {
  return (Array.isArray(json) ? json : [json]).map((item) => {
    if (typeof item === 'string') return item
    if (typeof item === 'boolean') return String(item)
    if (item instanceof JsonNumber) return item.text
    throw new PolicyError(SYNTAX_ERROR)
  })
}
