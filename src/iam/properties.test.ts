import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { type ArbitraryCase, arbitraryCase, arbitraryStatements } from '../../test/policies/arbitrary.ts'
import { type Document, type RawStatement, readLiterally } from '../../test/policies/literal-reading.ts'
import {
  literalPoliciesOf,
  policySetOf,
  requestOf,
  type Scenario,
  type ScenarioPolicy,
} from '../../test/policies/scenario.ts'
import { type Assumption, assumeConditions } from './assume-conditions.ts'
import { type Decision, evaluate } from './evaluate.ts'
import { explain } from './explain.ts'

const scenarioOf = (one: ArbitraryCase): Scenario => ({ ...one, name: '', decision: 'denied', reason: '' })
const decide = (one: ArbitraryCase) => evaluate(requestOf(scenarioOf(one)), policySetOf(one))

/** A decision without the statements it rests on. */
function verdictOf({ by: _, ...verdict }: Decision) {
  return verdict
}

type Written = Extract<ScenarioPolicy, { document: Document }>

/** The same case with each list of statements, and each list of policies, changed. */
function changed(
  one: ArbitraryCase,
  statements: (list: readonly RawStatement[]) => readonly RawStatement[],
  policies: (list: readonly ScenarioPolicy[]) => readonly ScenarioPolicy[] = (list) => list,
): ArbitraryCase {
  const policy = (written: ScenarioPolicy): ScenarioPolicy => {
    const { document, ...rest } = written as Written
    return { ...rest, document: { ...document, Statement: statements(document.Statement as readonly RawStatement[]) } }
  }
  const list = (written: readonly ScenarioPolicy[]) => policies(written.map(policy))
  const { identity, boundary, session, serviceControl, resource } = one.policies
  return {
    request: one.request,
    policies: {
      ...(identity && { identity: list(identity) }),
      ...(boundary && { boundary: policy(boundary) }),
      ...(session && { session: list(session) }),
      ...(serviceControl && { serviceControl: serviceControl.map(list) }),
      ...(resource && { resource: { ...resource, policy: policy(resource.policy) } }),
    },
  }
}

describe('whatever the policies', () => {
  test('the engine decides as a literal reading does', () => {
    fc.assert(
      fc.property(arbitraryCase, (one) => {
        const scenario = scenarioOf(one)
        assert.deepEqual(verdictOf(decide(one)), readLiterally(requestOf(scenario), literalPoliciesOf(one)))
      }),
      { numRuns: 5000 },
    )
  })

  test('an added deny never allows', () => {
    const denies = arbitraryStatements('identity').map((list) =>
      list.map((one) => ({ ...one, Effect: 'Deny' as const })),
    )
    fc.assert(
      fc.property(
        arbitraryCase,
        denies,
        fc.constantFrom('identity', 'boundary', 'session', 'service control'),
        (one, added, place) => {
          const deny: ScenarioPolicy = { document: { Version: '2012-10-17', Statement: added } }
          const { identity = [], boundary, session, serviceControl } = one.policies
          const more: Readonly<Record<string, ArbitraryCase['policies']>> = {
            identity: { identity: [...identity, deny] },
            boundary: boundary ? { boundary: withStatements(boundary, added) } : {},
            session: session ? { session: [deny, ...session] } : {},
            'service control': serviceControl
              ? { serviceControl: serviceControl.map((level) => [...level, deny]) }
              : {},
          }
          const after = decide({ request: one.request, policies: { ...one.policies, ...more[place] } })
          if (!decide(one).allowed) assert.equal(after.allowed, false)
        },
      ),
      { numRuns: 1000 },
    )
  })

  test('a deny of everything that is added at the resource refuses', () => {
    const everything: RawStatement = { Effect: 'Deny', Principal: '*', Action: '*', Resource: '*' }
    fc.assert(
      fc.property(arbitraryCase, (one) => {
        const { resource } = one.policies
        if (!resource || resource.rule === 'trust') return
        const denying = { ...resource, policy: withStatements(resource.policy, [everything]) }
        const decision = decide({ request: one.request, policies: { ...one.policies, resource: denying } })
        assert.ok(!decision.allowed && decision.explicit)
      }),
      { numRuns: 500 },
    )
  })

  test('without policies nothing is allowed, except to root at home', () => {
    fc.assert(
      fc.property(arbitraryCase, ({ request }) => {
        const { principal, resourceAccount } = request
        const rootAtHome =
          typeof principal !== 'string' && principal.type === 'root' && principal.account === resourceAccount
        assert.equal(decide({ request, policies: {} }).allowed, rootAtHome)
      }),
    )
  })

  test('the order of statements and of policies does not matter', () => {
    fc.assert(
      fc.property(arbitraryCase, (one) => {
        const reversed = changed(
          one,
          (list) => list.toReversed(),
          (list) => list.toReversed(),
        )
        assert.deepEqual(verdictOf(decide(reversed)), verdictOf(decide(one)))
      }),
      { numRuns: 1000 },
    )
  })

  test('statements that are repeated change nothing', () => {
    fc.assert(
      fc.property(arbitraryCase, (one) => {
        assert.deepEqual(verdictOf(decide(changed(one, (list) => [...list, ...list]))), verdictOf(decide(one)))
      }),
      { numRuns: 500 },
    )
  })

  test('an explanation says of the deciding statements that they matched, and of a refusal what was missing', () => {
    fc.assert(
      fc.property(arbitraryCase, (one) => {
        const { decision, statements, missing } = explain(requestOf(scenarioOf(one)), policySetOf(one))
        assert.deepEqual(decision, decide(one))
        assert.equal(missing === '', decision.allowed)
        for (const { matched, mismatch } of statements) assert.equal(matched, mismatch === undefined)
        for (const by of decision.by)
          assert.ok(
            statements.some(
              ({ matched, mismatch: _, handsOver: _over, ...statement }) => matched && sameStatement(statement, by),
            ),
          )
      }),
      { numRuns: 1000 },
    )
  })

  test('the best request is allowed what any is, and the worst one nothing that another is denied', () => {
    const varies = (key: string) => key === 'aws:x'
    const value = fc.option(fc.oneof(fc.constantFrom('a', 'ab', 'true', '7', '10.1.2.3'), fc.string()), {
      nil: undefined,
    })
    fc.assert(
      fc.property(arbitraryCase, value, (one, x) => {
        const { 'aws:x': _, ...fixed } = one.request.context ?? {}
        const context = x === undefined ? fixed : { ...fixed, 'aws:x': x }
        const { allowed } = decide({ ...one, request: { ...one.request, context } })
        const assumed = (assumption: Assumption) =>
          evaluate(requestOf(scenarioOf(one)), assumeConditions(policySetOf(one), assumption, varies)).allowed
        if (allowed) assert.ok(assumed('best'))
        else assert.ok(!assumed('worst'))
      }),
      { numRuns: 2000 },
    )
  })

  test('what is allowed where a value is too long is allowed whatever the value is, or without one', () => {
    const value = fc.oneof(fc.constant(undefined), fc.constantFrom('', 'a', 'ab', 'true', '7', '10.1.2.3'), fc.string())
    let allowed = 0
    fc.assert(
      fc.property(arbitraryCase, value, (one, text) => {
        const { context, ...request } = requestOf(scenarioOf(one))
        const without = (key: string) => (key === 'aws:x' ? undefined : context.get(key))
        const tooLong = { get: without, isTooLong: (key: string) => key === 'aws:x' }
        if (!evaluate({ ...request, context: tooLong }, policySetOf(one)).allowed) return
        allowed += 1
        const given = { get: (key: string) => (key === 'aws:x' ? text : context.get(key)) }
        assert.ok(evaluate({ ...request, context: given }, policySetOf(one)).allowed)
      }),
      { numRuns: 5000 },
    )
    assert.ok(allowed > 100)
  })

  test('a context that fails ends in a deny', () => {
    fc.assert(
      fc.property(arbitraryCase, (one) => {
        let asked = false
        const context = {
          get(): never {
            asked = true
            throw new Error('no context')
          },
        }
        const decision = evaluate({ ...requestOf(scenarioOf(one)), context }, policySetOf(one))
        if (asked) assert.equal(decision.allowed, false)
      }),
      { numRuns: 500 },
    )
  })
})

const sameStatement = (a: object, b: object) => JSON.stringify(a) === JSON.stringify(b)

function withStatements(policy: ScenarioPolicy, added: readonly RawStatement[]): ScenarioPolicy {
  const { document, ...rest } = policy as Written
  return {
    ...rest,
    document: { ...document, Statement: [...(document.Statement as readonly RawStatement[]), ...added] },
  }
}
