import { ARN_PARTS, arnPartsTest, splitArn, splitColons } from './arn.ts'
import { spellingsOf } from './identity-arn.ts'
import { ANY, matchesGlob, withWildcards } from './match.ts'
import type { PatternElement, Statement } from './policy.ts'
import { hasTooLong, type RequestContext } from './request.ts'
import { hasValues, literalOf, parseTemplate, resolveTemplate, variableKeys } from './variables.ts'

/** The resource of a request in one spelling: undefined for `*`, the resource of actions that have none. */
type Parts = readonly string[] | undefined

/** The resource of a request. */
export interface RequestedResource {
  readonly text: string
  /** One for each spelling: an identity has an ARN in every partition. */
  readonly spellings: readonly Parts[]
}

/** Test of one pattern for one spelling. */
type PatternTest = (parts: Parts, context: RequestContext) => boolean

export type ResourceTest = (resource: RequestedResource, context: RequestContext) => boolean

/** The resource of a request from its text: an ARN, or `*`. */
export function requestedResource(text: string): RequestedResource {
  return { text, spellings: spellingsOf(text).map(splitArn) }
}

/**
 * Test for `Resource` or `NotResource`; an absent element (trust policies) fits every resource.
 *
 * The resource `*` fits only the pattern `*`: a grant limited to an ARN gives nothing to an action without a resource. For the same reason a
 * `NotResource` that lists ARNs does not except `*`, so its statement applies to such an action; only `NotResource: "*"`, which applies to
 * nothing, does not.
 *
 * A pattern whose variable has no value fits nothing. Behind `NotResource` it would except nothing, so that an Allow would apply to everything:
 * such an Allow does not apply. A statement one of whose variables is too long in the request fails closed.
 */
export function resourceTest(
  element: PatternElement | undefined,
  variables: boolean,
  effect: Statement['effect'],
): ResourceTest {
  if (!element) return () => true
  const patterns = element.patterns.map((pattern) => compilePattern(pattern, variables))
  const { not } = element
  const mustBeKnown = not && effect === 'Allow'
  const keys = variableKeys(element.patterns, variables).map((key) => key.toLowerCase())
  return (resource, context) => {
    if (hasTooLong(context, keys)) return effect === 'Deny'
    for (const { fits } of patterns)
      for (const parts of resource.spellings) {
        context.work?.add(1)
        if (fits(parts, context)) return !not
      }
    return not && !(mustBeKnown && patterns.some(({ isKnown }) => !isKnown(context)))
  }
}

interface CompiledPattern {
  readonly fits: PatternTest
  /** Whether each of its variables has a value. */
  isKnown(context: RequestContext): boolean
}

const always = () => true
const never = () => false

/** An empty text of a variable would turn `secret:${aws:PrincipalTag/team}*` into every secret. */
const RESOLUTION = { emptyIsNone: true }

function compilePattern(pattern: string, variables: boolean): CompiledPattern {
  if (pattern === '*') return { fits: always, isKnown: always }
  const parts = splitColons(pattern, variables)
  const [head, rest] = [parts.slice(0, ARN_PARTS - 1), parts[ARN_PARTS - 1]]
  // Variables work only after the fifth colon: elsewhere they have no value.
  if (variables && head.some((part) => part.includes('${'))) return { fits: never, isKnown: never }
  const wildHead = head.map(withWildcards)
  // An ARN that breaks off goes on with wildcards.
  while (wildHead.length < ARN_PARTS - 1) wildHead.push(ANY)
  const template = parseTemplate(rest ?? '*', { variables, wildcards: true })
  const literal = literalOf(template)
  if (literal !== undefined) {
    const fits = arnPartsTest([...wildHead, literal])
    return { fits: (parts, { work }) => parts !== undefined && fits(parts, work), isKnown: always }
  }
  const headFits = arnPartsTest(wildHead)
  return {
    fits(parts, context) {
      if (parts === undefined || !headFits(parts, context.work)) return false
      const last = parts[ARN_PARTS - 1] ?? ''
      const resolved = resolveTemplate(template, context, { ...RESOLUTION, longest: last.length })
      return resolved !== undefined && matchesGlob(resolved, last, context.work)
    },
    isKnown: (context) => hasValues(template, context, RESOLUTION),
  }
}
