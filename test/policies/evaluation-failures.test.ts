import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { EvaluationError } from '../../src/iam/evaluation-error.ts'
import type { Tag } from '../../src/identity/entities.ts'
import { startApp } from '../start-app.ts'
import { commit } from '../stored-data.ts'

const app = await startApp()
after(() => app.close())

const CANARY = 'canary-value'

/** A user whose tag, in the store, has no key: comparing any tag with it fails. */
async function userWithDamagedTag(name: string) {
  const Condition = { StringEquals: { 'aws:PrincipalTag/team': 'blue' } }
  const reads = { Action: 'secretsmanager:*', Resource: '*' }
  const client = await app.as(name, [
    [{ Effect: 'Allow', ...reads }],
    [
      { Effect: 'Allow', ...reads },
      { Effect: 'Deny', ...reads, Condition },
    ],
  ])
  const { identities } = app.running.installation
  const user = await identities.find('user', app.account, name)
  assert.ok(user)
  const damaged = { Value: CANARY } as unknown as Tag
  await commit(app, [identities.update({ ...user, tags: [damaged] })])
  return client
}

test('policies that cannot be evaluated deny, and the log names principal, action, policy and place, but no value', async () => {
  const client = await userWithDamagedTag('damaged')
  const before = app.logged.length
  await assert.rejects(client.getSecretValue({ SecretId: 'anything' }), {
    name: 'AccessDeniedException',
    message: /because no identity-based policy allows the secretsmanager:GetSecretValue action$/,
  })
  const lines = app.logged.slice(before)
  assert.ok(lines.length > 0)
  for (const { level, details, message } of lines) {
    assert.deepEqual([level, message], ['error', 'policies could not be evaluated: the request is denied'])
    const { principal, action, reason, ...rest } = details as Record<string, string>
    assert.deepEqual(rest, {})
    assert.equal(principal, `arn:aws:iam::${app.account}:user/damaged`)
    assert.equal(action, 'secretsmanager:GetSecretValue')
    assert.match(
      reason ?? '',
      /^statement 2 of policy policy-2 could not be evaluated: TypeError at .+\.ts:\d+:\d+\)?$/,
    )
  }
  assert.ok(!JSON.stringify(lines).includes(CANARY))
})

describe('the message of an EvaluationError', () => {
  const failed = { policy: 'read', statement: 0 }
  const start = 'statement 1 of policy read could not be evaluated: '
  const causes: readonly [what: string, cause: unknown, message: RegExp][] = [
    ['an error with a value', new SyntaxError(`Cannot convert 0x${CANARY} to a BigInt`), /^SyntaxError at /],
    ['an error with a value that looks like a place', new Error(`\n    at ${CANARY} (x.ts:1:1)`), /^Error at /],
    ['an error without a message', new RangeError(), /^RangeError at /],
    ['an error without a stack', Object.assign(new Error(CANARY), { stack: undefined }), /^Error$/],
    ['a text', CANARY, /^a string was thrown$/],
  ]
  for (const [what, cause, rest] of causes)
    test(`names the class and the place of ${what}, and nothing else of it`, () => {
      const { message } = new EvaluationError(cause, failed)
      assert.ok(message.startsWith(start))
      assert.match(message.slice(start.length), rest)
      assert.ok(!message.includes(CANARY))
    })

  test('names no statement where none failed alone', () => {
    assert.match(new EvaluationError(new Error('x')).message, /^a set of policies could not be evaluated: Error at /)
  })
})
