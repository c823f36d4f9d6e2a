import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import { denialReason } from '../../src/iam/denial.ts'
import { type Decision, evaluate } from '../../src/iam/evaluate.ts'
import { explain } from '../../src/iam/explain.ts'
import { readLiterally } from './literal-reading.ts'
import { checkScenario, literalPoliciesOf, policySetOf, requestOf, type Scenario } from './scenario.ts'

const FOLDER = new URL('./', import.meta.url)
const files = readdirSync(FOLDER).filter((name) => name.endsWith('.json') && name !== 'principals.json')

const reasonOf = (decision: Decision, action: string) =>
  decision.allowed
    ? decision.by.map(({ layer, sid }) => (sid === undefined ? layer : `${layer} ${sid}`)).join(', ')
    : denialReason(decision, action)

function run(scenario: Scenario): void {
  checkScenario(scenario)
  const request = requestOf(scenario)
  const policies = policySetOf(scenario)
  const decision = evaluate(request, policies)
  assert.deepEqual(
    { decision: decision.allowed ? 'allowed' : 'denied', reason: reasonOf(decision, request.action) },
    { decision: scenario.decision, reason: scenario.reason },
  )
  const { by: _, ...verdict } = decision
  assert.deepEqual(readLiterally(request, literalPoliciesOf(scenario)), verdict, 'the literal reading agrees')
  const explanation = explain(request, policies)
  assert.deepEqual(explanation.decision, decision, 'the explanation agrees')
  assert.equal(explanation.missing === '', decision.allowed)
}

for (const file of files)
  describe(file.replace('.json', '').replaceAll('-', ' '), () => {
    const scenarios: readonly Scenario[] = JSON.parse(readFileSync(new URL(file, FOLDER), 'utf8'))
    test('has scenarios, each with a name of its own', () => {
      assert.ok(scenarios.length > 0)
      assert.equal(new Set(scenarios.map(({ name }) => name)).size, scenarios.length)
    })
    for (const scenario of scenarios) test(scenario.name, () => run(scenario))
  })

describe('the runner', () => {
  const scenario: Scenario = {
    name: 'x',
    request: { principal: 'alice', action: 'a:B', resource: '*' },
    policies: {},
    decision: 'denied',
    reason: 'because no identity-based policy allows the a:B action',
  }
  test('runs a scenario', () => run(scenario))

  const faulty: readonly [what: string, scenario: object][] = [
    ['an unknown field', { ...scenario, comment: '' }],
    ['an unknown field of the request', { ...scenario, request: { ...scenario.request, region: '' } }],
    ['an unknown kind of policies', { ...scenario, policies: { organisation: [] } }],
    ['an unknown field of a policy', { ...scenario, policies: { identity: [{ document: {}, kind: '' }] } }],
    ['an unknown caller', { ...scenario, request: { ...scenario.request, principal: 'nobody' } }],
    ['a context key in upper case', { ...scenario, request: { ...scenario.request, context: { 'aws:X': '' } } }],
    ['another decision', { ...scenario, decision: 'allowed' }],
    ['another reason', { ...scenario, reason: 'because' }],
  ]
  for (const [what, wrong] of faulty) test(`fails for ${what}`, () => assert.throws(() => run(wrong as Scenario)))
})
