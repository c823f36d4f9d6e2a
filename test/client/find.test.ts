import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import type { Filter } from '@aws-sdk/client-secrets-manager'
import type { SecretReader, SecretResult } from '../../src/client/create-secret-reader.ts'
import { numbered, startReaderApp, transports } from './start-reader.ts'

const BATCH = 'BatchGetSecretValue'
const byName = (value: string): Filter[] => [{ Key: 'name', Values: [value] }]

async function all(reader: SecretReader, filters: readonly Filter[]): Promise<SecretResult[]> {
  const results: SecretResult[] = []
  for await (const result of reader.find(filters)) results.push(result)
  return results
}

for (const transport of transports)
  describe(`a search (${transport})`, async () => {
    const app = await startReaderApp({ transport })
    after(() => app.close())
    const values = numbered(50)
    const names = Object.keys(values)
    await app.fill(values)
    const reading = (name: string) => `value of ${name}`

    test('yields all that match, over all pages, and remembers it under names and ARNs', async () => {
      const reader = app.reader()
      const found = await all(reader, byName('s'))
      assert.deepEqual(found.map(({ value }) => value?.string).sort(), names.map(reading))
      assert.deepEqual(await app.calls(), [BATCH, BATCH, BATCH])
      const ids = [...names, ...found.map(({ id }) => id)]
      assert.equal((await reader.getMany(ids)).filter(({ ok }) => ok).length, 100)
      assert.deepEqual(await app.calls(), [])
    })

    test('goes on past pages without any value, and yields what cannot be read', async () => {
      const allow = (Action: string, Resource = '*') => ({ Effect: 'Allow', Action, Resource })
      const credentials = await app.user('last-only', [
        [
          allow('secretsmanager:BatchGetSecretValue'),
          allow('secretsmanager:ListSecrets'),
          allow('secretsmanager:GetSecretValue', 'arn:aws:secretsmanager:*:*:secret:s00-*'),
        ],
      ])
      const found = await all(app.reader({}, { credentials }), byName('s'))
      assert.equal(found.length, 50)
      assert.deepEqual(
        found.flatMap(({ value }) => value?.string ?? []),
        ['value of s00'],
      )
      const failures = found.flatMap(({ id, error }) => (error ? [[id === error.secretId, error.code]] : []))
      assert.deepEqual(failures, Array(49).fill([true, 'AccessDeniedException']))
    })

    test('without a match yields nothing', async () => {
      assert.deepEqual(await all(app.reader(), byName('nothing')), [])
    })

    test('that the server refuses throws', async () => {
      await assert.rejects(all(app.reader(), [{ Key: 'name', Values: ['*'] }]), {
        name: 'SecretReadError',
        code: 'ValidationException',
        secretId: undefined,
      })
    })

    test('can be left early, aborted, and does not begin on a closed reader', async () => {
      await app.calls()
      const reader = app.reader()
      for await (const { ok } of reader.find(byName('s'))) {
        assert.ok(ok)
        break
      }
      assert.deepEqual(await app.calls(), [BATCH])
      const reason = new Error('enough')
      const controller = new AbortController()
      const walk = async () => {
        for await (const _ of reader.find(byName('s'), { signal: controller.signal })) controller.abort(reason)
      }
      await assert.rejects(walk(), reason)
      await reader.close()
      await assert.rejects(all(reader, byName('s')), { code: 'ReaderClosed' })
    })
  })

describe('pages', () => {
  test('without values, of a long search, do not end it', async () => {
    const pages = [
      { SecretValues: [], Errors: [], NextToken: 'one' },
      { NextToken: 'two' },
      {
        SecretValues: [
          { ARN: 'arn:aws:secretsmanager:eu-central-1:111122223333:secret:a-abcdef', Name: 'a', SecretString: 'x' },
        ],
      },
    ]
    const tokens: unknown[] = []
    await using app = await startReaderApp()
    const client = app.clientFor()
    client.middlewareStack.add(
      () => async (args) => {
        tokens.push((args.input as { NextToken?: string }).NextToken)
        return { response: {}, output: { $metadata: {}, ...pages[tokens.length - 1] } } as never
      },
      { step: 'initialize' },
    )
    const found = await all(app.reader({ client }), byName('a'))
    assert.deepEqual(
      found.map(({ value }) => value?.string),
      ['x'],
    )
    assert.deepEqual(tokens, [undefined, 'one', 'two'])
  })
})
