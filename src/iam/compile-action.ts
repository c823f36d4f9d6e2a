import { globTest, withWildcards } from './match.ts'
import type { PatternElement } from './policy.ts'
import type { Work } from './work.ts'

/** The action of a request in lower case: actions are compared without regard to case (security facts 3.1). */
export interface RequestedAction {
  readonly service: string
  readonly name: string
}

export type ActionTest = (action: RequestedAction, work?: Work) => boolean

/** The action of a request from its text, as `secretsmanager:GetSecretValue`; without a colon the service is empty. */
export function requestedAction(action: string): RequestedAction {
  const text = action.toLowerCase()
  const colon = text.indexOf(':')
  return { service: text.slice(0, Math.max(colon, 0)), name: text.slice(colon + 1) }
}

/** Test for `Action` or `NotAction`. */
export function actionTest({ not, patterns }: PatternElement): ActionTest {
  const tests = patterns.map(patternTest)
  return (action, work) => {
    work?.add(1)
    for (const test of tests) if (test(action, work)) return !not
    return not
  }
}

function patternTest(pattern: string): ActionTest {
  if (pattern === '*') return () => true
  const { service, name } = requestedAction(pattern)
  const fits = globTest(withWildcards(name))
  return (action, work) => {
    work?.add(1)
    return action.service === service && fits(action.name, work)
  }
}
