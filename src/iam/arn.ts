import { globTest } from './match.ts'
import { endOfVariable } from './variables.ts'
import type { Work } from './work.ts'

/** Parts of an ARN: arn, partition, service, Region, account, and all the rest, colons included (security facts 3.1). */
export const ARN_PARTS = 6

/** Whether the parts of an ARN fit. */
export type ArnTest = (parts: readonly string[], work?: Work) => boolean

/** The parts of an ARN; undefined for text that has fewer. */
export function splitArn(text: string): readonly string[] | undefined {
  const parts = splitColons(text, false)
  return parts.length === ARN_PARTS ? parts : undefined
}

/** At most six parts; colons inside `${…}` do not part anything when `variables` is set. */
export function splitColons(text: string, variables: boolean): readonly string[] {
  const parts: string[] = []
  let from = 0
  let at = 0
  let colon = -1
  while (parts.length < ARN_PARTS - 1) {
    // The one found before may still be ahead, behind many variables.
    if (colon < at) colon = text.indexOf(':', at)
    if (colon < 0) break
    const variable = variables ? text.slice(at, colon).indexOf('${') : -1
    if (variable >= 0) {
      at = endOfVariable(text, at + variable)
      continue
    }
    parts.push(text.slice(from, colon))
    from = colon + 1
    at = from
  }
  parts.push(text.slice(from))
  return parts
}

/** A test that fits each of the given prepared parts to the same part of an ARN: no wildcard crosses a colon before the fifth. */
export function arnPartsTest(patterns: readonly string[]): ArnTest {
  const tests = patterns.map(globTest)
  // From the end: the last part tells resources apart most often.
  return (parts, work) => {
    for (let index = tests.length - 1; index >= 0; index -= 1)
      if (!tests[index]?.(parts[index] ?? '', work)) return false
    return true
  }
}
