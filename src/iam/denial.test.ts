import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { denialReason } from './denial.ts'
import type { DecidingStatement, Layer } from './evaluate.ts'

const ACTION = 'secretsmanager:GetSecretValue'
const ARN = 'arn:aws:iam::111122223333:policy/limits'
const by = (layer: Layer, arn?: string): DecidingStatement => ({
  layer,
  policy: 'limits',
  arn,
  statement: 0,
  effect: 'Deny',
})

const table: readonly [layer: Layer, implicit: string, explicit: string, named: boolean][] = [
  [
    'identity',
    'because no identity-based policy allows the',
    'with an explicit deny in an identity-based policy',
    true,
  ],
  [
    'resource',
    'because no resource-based policy allows the',
    'with an explicit deny in a resource-based policy',
    false,
  ],
  ['boundary', 'because no permissions boundary allows the', 'with an explicit deny in a permissions boundary', true],
  ['session', 'because no session policy allows the', 'with an explicit deny in a session policy', true],
  [
    'service-control',
    'because no service control policy allows the',
    'with an explicit deny in a service control policy',
    true,
  ],
  ['trust', 'because no role trust policy allows the', 'with an explicit deny in the role trust policy', false],
]

describe('the reason of a refusal', () => {
  for (const [layer, implicit, explicit, named] of table)
    test(`by ${layer} is worded as AWS does`, () => {
      const missing = { allowed: false, explicit: false, layer, by: [] } as const
      const denied = { allowed: false, explicit: true, layer, by: [by(layer, ARN)] } as const
      assert.equal(denialReason(missing, ACTION), `${implicit} ${ACTION} action`)
      assert.equal(denialReason(denied, ACTION), explicit)
      assert.equal(denialReason(denied, ACTION, { namePolicies: true }), named ? `${explicit}: ${ARN}` : explicit)
    })

  test('names only a policy that may be named', () => {
    const inline = { allowed: false, explicit: true, layer: 'identity', by: [by('identity')] } as const
    assert.equal(
      denialReason(inline, ACTION, { namePolicies: true }),
      'with an explicit deny in an identity-based policy',
    )
    const both = { ...inline, by: [by('identity'), by('identity', ARN)] }
    assert.match(denialReason(both, ACTION, { namePolicies: true }), /: arn:aws:iam::111122223333:policy\/limits$/)
  })
})
