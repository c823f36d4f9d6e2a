import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { createSecretReader } from '../../src/client/create-secret-reader.ts'
import { numbered, startReaderApp, transports } from './start-reader.ts'

const BATCH = 'BatchGetSecretValue'
const SINGLE = 'GetSecretValue'

for (const transport of transports)
  describe(`reads of one turn (${transport})`, async () => {
    const app = await startReaderApp({ transport })
    after(() => app.close())
    const values = numbered(100)
    const names = Object.keys(values)
    await app.fill(values)

    test('a thousand of a hundred ids are five calls', async () => {
      const reader = app.reader()
      const asked = Array.from({ length: 1000 }, (_, index) => names[(index * 7) % 100]!)
      const got = await Promise.all(asked.map((name) => reader.getString(name)))
      assert.deepEqual(
        got,
        asked.map((name) => `value of ${name}`),
      )
      assert.deepEqual(await app.calls(), Array(5).fill(BATCH))
    })

    test('those that come in later microtasks of the turn travel along', async () => {
      const reader = app.reader()
      const late = async (name: string, steps: number) => {
        for (let step = 0; step < steps; step++) await null
        return reader.getString(name)
      }
      const got = await Promise.all([late('s00', 0), late('s01', 1), late('s02', 50)])
      assert.deepEqual(got, ['value of s00', 'value of s01', 'value of s02'])
      assert.deepEqual(await app.calls(), [BATCH])
    })

    test('an id is asked once while its call is in flight', async () => {
      const reader = app.reader()
      const first = reader.getString('s03')
      await new Promise((resolve) => setImmediate(() => setImmediate(resolve)))
      assert.deepEqual(await Promise.all([first, reader.getString('s03')]), ['value of s03', 'value of s03'])
      assert.deepEqual(await app.calls(), [BATCH])
    })

    test('21 ids are two calls, the one as full as can be', async () => {
      const results = await app.reader().getMany(names.slice(0, 21))
      assert.deepEqual(
        results.map(({ value }) => value?.string),
        names.slice(0, 21).map((name) => `value of ${name}`),
      )
      const entries = await app.trail(2)
      assert.deepEqual(entries.map(({ items }) => items?.length).sort(), [1, 20])
      await app.calls()
    })

    test('no id is no call', async () => {
      assert.deepEqual(await app.reader().getMany([]), [])
      assert.deepEqual(await app.calls(), [])
    })

    test('failures stand beside values, each for its id, in order', async () => {
      const gone = { Name: `gone-${transport}`, SecretString: 'x' }
      await app.client.createSecret(gone)
      await app.client.deleteSecret({ SecretId: gone.Name })
      await app.calls()
      const results = await app.reader().getMany(['s05', 'missing', gone.Name, '', 'not a name', 's06', 's05'])
      assert.deepEqual(
        results.map(({ id, value, error }) => [id, value?.string ?? error?.code]),
        [
          ['s05', 'value of s05'],
          ['missing', 'ResourceNotFoundException'],
          [gone.Name, 'InvalidRequestException'],
          ['', 'ValidationException'],
          ['not a name', 'ValidationException'],
          ['s06', 'value of s06'],
          ['s05', 'value of s05'],
        ],
      )
    })
  })

describe('one secret under several ids', async () => {
  const app = await startReaderApp()
  after(() => app.close())
  await app.fill({ 'app/db': 'one' })
  const { ARN: arn = '' } = await app.client.describeSecret({ SecretId: 'app/db' })
  await app.calls()

  test('in one turn, each id gets its answer', async () => {
    const reader = app.reader()
    const ids = ['app/db', arn, arn.slice(0, -7)]
    const results = await reader.getMany(ids)
    assert.deepEqual(
      results.map(({ id, value }) => [id, value?.string, value?.arn, value?.name]),
      ids.map((id) => [id, 'one', arn, 'app/db']),
    )
    await app.calls()
  })

  test('the ARN is known from the name, and asking anew renews both', async () => {
    const reader = app.reader()
    assert.equal(await reader.getString('app/db'), 'one')
    assert.equal(await reader.getString(arn), 'one')
    assert.deepEqual(await app.calls(), [BATCH])
    await app.client.putSecretValue({ SecretId: 'app/db', SecretString: 'two' })
    await app.calls()
    assert.equal((await reader.refresh(arn)).string, 'two')
    assert.equal(await reader.getString('app/db'), 'two')
    assert.deepEqual(await app.calls(), [BATCH])
    await app.client.putSecretValue({ SecretId: 'app/db', SecretString: 'one' })
    await app.calls()
  })

  test('a name that another secret bears by now leads to that one', async () => {
    await app.fill({ again: 'first' })
    const reader = app.reader({ timeToLive: 0 })
    const before = await reader.get('again')
    await app.client.deleteSecret({ SecretId: 'again', ForceDeleteWithoutRecovery: true })
    await app.fill({ again: 'second' })
    const [byName, byArn] = await reader.getMany(['again', before.arn])
    assert.equal(byName?.value?.string, 'second')
    assert.notEqual(byName?.value?.arn, before.arn)
    assert.equal(byArn?.error?.code, 'ResourceNotFoundException')
  })

  test('an ARN of another account with the same name is not mistaken for it', async () => {
    const foreign = arn.replace(app.account, '999988887777')
    const [own, other] = await app.reader().getMany(['app/db', foreign])
    assert.equal(own?.value?.string, 'one')
    assert.equal(other?.ok, false)
  })
})

describe('reads of versions', async () => {
  const app = await startReaderApp()
  after(() => app.close())
  await app.fill({ v: 'old' })
  const { VersionId: old } = await app.client.getSecretValue({ SecretId: 'v' })
  await app.client.putSecretValue({ SecretId: 'v', SecretString: 'new' })
  await app.calls()

  test('by id or by another stage are single reads, remembered apart', async () => {
    const reader = app.reader()
    const read = () =>
      Promise.all([
        reader.getString('v', { versionStage: 'AWSPREVIOUS' }),
        reader.getString('v', { versionId: old }),
        reader.getString('v', { versionStage: 'AWSCURRENT' }),
        reader.getString('v'),
      ])
    assert.deepEqual(await read(), ['old', 'old', 'new', 'new'])
    assert.deepEqual((await app.calls()).sort(), [BATCH, SINGLE, SINGLE])
    assert.deepEqual(await read(), ['old', 'old', 'new', 'new'])
    assert.deepEqual(await app.calls(), [])
  })

  test('that do not exist fail as the service says', async () => {
    await assert.rejects(app.reader().get('v', { versionStage: 'NOBODY' }), {
      name: 'SecretReadError',
      code: 'ResourceNotFoundException',
      secretId: 'v',
      message: "Cannot read secret v: Secrets Manager can't find the specified secret value for staging label: NOBODY",
    })
  })
})

describe('ten thousand ids', async () => {
  test('are five hundred calls, of which few are in flight at once', { timeout: 120_000 }, async () => {
    await using app = await startReaderApp()
    await app.fill(numbered(3))
    const client = app.clientFor()
    let inFlight = 0
    let most = 0
    client.middlewareStack.add(
      (next) => async (args) => {
        most = Math.max(most, ++inFlight)
        try {
          return await next(args)
        } finally {
          inFlight--
        }
      },
      { step: 'initialize' },
    )
    await using reader = createSecretReader({ client, maxCallsInFlight: 3 })
    const ids = Array.from({ length: 10_000 }, (_, index) => (index % 4000 === 0 ? `s${index / 4000}` : `none${index}`))
    const results = await reader.getMany(ids)
    assert.deepEqual(
      results.map(({ id }) => id),
      ids,
    )
    assert.deepEqual(
      results.flatMap(({ value }) => value?.string ?? []),
      ['value of s0', 'value of s1', 'value of s2'],
    )
    assert.equal(results.filter(({ error }) => error?.code === 'ResourceNotFoundException').length, 9997)
    assert.equal((await app.calls()).length, 500)
    assert.equal(most, 3)
  })
})
