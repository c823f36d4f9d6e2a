import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import type { ReaderWarning, SecretReader, SecretResult } from '../../src/client/create-secret-reader.ts'
import { startReaderApp } from './start-reader.ts'
import { testClock } from './test-clock.ts'

const BATCH = 'BatchGetSecretValue'
const SINGLE = 'GetSecretValue'
const allow = (Action: string | string[], Resource = '*') => ({ Effect: 'Allow', Action, Resource })
const outcomes = (results: readonly SecretResult[]) => results.map(({ value, error }) => value?.string ?? error?.code)

async function all(reader: SecretReader): Promise<SecretResult[]> {
  const results: SecretResult[] = []
  for await (const result of reader.find([{ Key: 'name', Values: ['app/'] }])) results.push(result)
  return results
}

describe('a caller who may not read in batches', async () => {
  const app = await startReaderApp()
  after(() => app.close())
  await app.fill({ 'app/a': 'one', 'app/b': 'two', 'other/c': 'three' })
  const credentials = await app.user('single', [
    [
      allow('secretsmanager:GetSecretValue', 'arn:aws:secretsmanager:*:*:secret:app/*'),
      allow('secretsmanager:ListSecrets'),
    ],
  ])
  await app.calls()
  const start = () => {
    const clock = testClock()
    const warnings: ReaderWarning[] = []
    const onWarning = (warning: ReaderWarning) => warnings.push(warning)
    const reader = app.reader(
      { clock, onWarning, timeToLive: 0, failureTimeToLive: 0, singleReadsFor: 60_000 },
      { credentials },
    )
    return { reader, clock, warnings }
  }

  test('reads one by one, each secret for itself, hears of it once, and tries batches again later', async () => {
    const { reader, clock, warnings } = start()
    const ids = ['app/a', 'other/c', 'app/b']
    const expected = ['one', 'AccessDeniedException', 'two']
    assert.deepEqual(outcomes(await reader.getMany(ids)), expected)
    assert.deepEqual(await app.calls(), [BATCH, SINGLE, SINGLE, SINGLE])
    clock.advance(60_000 - 1)
    assert.deepEqual(outcomes(await reader.getMany(ids)), expected)
    assert.deepEqual(await app.calls(), [SINGLE, SINGLE, SINGLE])
    clock.advance(1)
    assert.deepEqual(outcomes(await reader.getMany(ids)), expected)
    assert.deepEqual(await app.calls(), [BATCH, SINGLE, SINGLE, SINGLE])
    assert.deepEqual(
      warnings.map(({ code }) => code),
      ['COFFER_BATCH_NOT_PERMITTED'],
    )
    assert.match(warnings[0]?.message ?? '', /not authorized to perform: secretsmanager:BatchGetSecretValue/)
  })

  test('finds secrets by listing them', async () => {
    const { reader, warnings } = start()
    assert.deepEqual(outcomes(await all(reader)), ['one', 'two'])
    assert.deepEqual(await app.calls(), [BATCH, 'ListSecrets', SINGLE, SINGLE])
    assert.equal(warnings.length, 1)
  })

  test('warns the process, if nobody else is named', async () => {
    const warned = new Promise<Error & { code?: string }>((resolve) => process.once('warning', resolve))
    const reader = app.reader({}, { credentials })
    assert.equal(await reader.getString('app/a'), 'one')
    const { name, code } = await warned
    assert.deepEqual([name, code], ['SecretReaderWarning', 'COFFER_BATCH_NOT_PERMITTED'])
    await app.calls()
  })
})

describe('a caller who may read in batches', async () => {
  const app = await startReaderApp()
  after(() => app.close())
  await app.fill({ 'app/a': 'one', 'other/c': 'three' })

  test('gets denials of single secrets beside values, without further calls', async () => {
    const credentials = await app.user('batch', [
      [
        allow('secretsmanager:BatchGetSecretValue'),
        allow('secretsmanager:GetSecretValue', 'arn:aws:secretsmanager:*:*:secret:app/*'),
      ],
    ])
    await app.calls()
    const reader = app.reader({ onWarning: () => assert.fail() }, { credentials })
    assert.deepEqual(outcomes(await reader.getMany(['other/c', 'app/a'])), ['AccessDeniedException', 'one'])
    assert.deepEqual(await app.calls(), [BATCH])
    // To search takes ListSecrets, and that is another matter.
    await assert.rejects(all(reader), { name: 'SecretReadError', code: 'AccessDeniedException', secretId: undefined })
    assert.deepEqual(outcomes(await reader.getMany(['app/a'])), ['one'])
  })
})

describe('a caller whose key is not known', async () => {
  const app = await startReaderApp()
  after(() => app.close())

  test('fails for every id, in one call', async () => {
    const credentials = { accessKeyId: 'AKIANOBODYNOBODYNOBO', secretAccessKey: 'none' }
    const results = await app.reader({}, { credentials }).getMany(['a', 'b'])
    assert.deepEqual(outcomes(results), ['UnrecognizedClientException', 'UnrecognizedClientException'])
    assert.equal(app.refused.length, 1)
  })
})
