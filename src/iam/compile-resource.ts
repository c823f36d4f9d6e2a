import { ARN_PARTS, arnPartsTest, splitArn, splitColons } from './arn.ts'
import { spellingsOf } from './identity-arn.ts'
import { ANY, matchesGlob, withWildcards } from './match.ts'
import type { PatternElement } from './policy.ts'
import type { RequestContext } from './request.ts'
import { literalOf, parseTemplate, resolveTemplate } from './variables.ts'

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
 * The resource `*` fits only the pattern `*`: a grant limited to an ARN gives nothing to an action without a resource (security facts 2.6).
 * Read the other way round, a `NotResource` that lists ARNs does not except `*`, so its statement applies to such an action; only
 * `NotResource: "*"`, which applies to nothing, does not.
 */
export function resourceTest(element: PatternElement | undefined, variables: boolean): ResourceTest {
  if (!element) return () => true
  const tests = element.patterns.map((pattern) => patternTest(pattern, variables))
  const { not } = element
  return (resource, context) => {
    for (const test of tests) for (const parts of resource.spellings) if (test(parts, context)) return !not
    return not
  }
}

function patternTest(pattern: string, variables: boolean): PatternTest {
  if (pattern === '*') return () => true
  const parts = splitColons(pattern, variables)
  const [head, rest] = [parts.slice(0, ARN_PARTS - 1), parts[ARN_PARTS - 1]]
  // Variables work only after the fifth colon (security facts 3.3): elsewhere nothing fits them.
  if (variables && head.some((part) => part.includes('${'))) return () => false
  const wildHead = head.map(withWildcards)
  // An ARN that breaks off goes on with wildcards.
  while (wildHead.length < ARN_PARTS - 1) wildHead.push(ANY)
  const template = parseTemplate(rest ?? '*', { variables, wildcards: true })
  const literal = literalOf(template)
  if (literal !== undefined) {
    const fits = arnPartsTest([...wildHead, literal])
    return (parts) => parts !== undefined && fits(parts)
  }
  const headFits = arnPartsTest(wildHead)
  return (parts, context) => {
    if (parts === undefined || !headFits(parts)) return false
    const last = parts[ARN_PARTS - 1] ?? ''
    const resolved = resolveTemplate(template, context, last.length)
    return resolved !== undefined && matchesGlob(resolved, last)
  }
}
