import assert from 'node:assert/strict'
import { after, beforeEach, describe, test } from 'node:test'
import { startApp } from '../start-app.ts'
import { answeredUntilThrottled, RATE_FACTOR, READS, rest, THROTTLED } from './throttled.ts'

const app = await startApp({ rateFactor: RATE_FACTOR, stopped: true })
after(() => app.close())
beforeEach(() => rest(app))

await app.client.createSecret({ Name: 'a', SecretString: 'x' })
const { client } = app
const left = () => answeredUntilThrottled(() => client.getSecretValue({ SecretId: 'a' }))
const ids = (count: number) => Array.from({ length: count }, (_, index) => `none-${index}`)
const Filters = [{ Key: 'name' as const, Values: ['a'] }]

const costs: readonly [what: string, cost: number, request: () => Promise<unknown>][] = [
  ['a read', 1, () => client.getSecretValue({ SecretId: 'a' })],
  ['a description', 1, () => client.describeSecret({ SecretId: 'a' })],
  ['a batch of one', 1, () => client.batchGetSecretValue({ SecretIdList: ['a'] })],
  ['a batch of twenty', 20, () => client.batchGetSecretValue({ SecretIdList: ids(20) })],
  ['a filtered page', 20, () => client.batchGetSecretValue({ Filters })],
  ['a filtered page of five', 5, () => client.batchGetSecretValue({ Filters, MaxResults: 5 })],
  ['a list', 0, () => client.listSecrets({})],
  ['a password', 0, () => client.getRandomPassword({})],
]

describe('of the reads a caller has in a second', () => {
  for (const [what, cost, request] of costs)
    test(`${what} costs ${cost}`, async () => {
      await request()
      assert.equal(await left(), READS - cost)
    })

  test('a batch that is refused costs none', async () => {
    await client.batchGetSecretValue({ SecretIdList: ids(20) })
    await client.batchGetSecretValue({ SecretIdList: ids(20) })
    await assert.rejects(client.batchGetSecretValue({ SecretIdList: ids(11) }), THROTTLED)
    assert.equal(await left(), READS - 40)
  })

  test('a batch is let through however few they are, and holds up what follows', async () => {
    await using slow = await startApp({ rateFactor: 0.001, stopped: true })
    const batch = () => slow.client.batchGetSecretValue({ SecretIdList: ids(20) })
    await batch()
    for (const [later, answered] of [
      [1000, 0],
      [999, 0],
      [1, 1],
    ] as const) {
      slow.clock.advance(later)
      assert.equal(await answeredUntilThrottled(batch), answered)
    }
  })
})

describe('requests that are refused for another reason count', () => {
  test('those that break a constraint', async () => {
    assert.equal(await answeredUntilThrottled(() => client.getSecretValue({ SecretId: '' })), READS)
  })

  test('those whose members contradict each other', async () => {
    const both = { SecretIdList: ['a'], Filters }
    assert.equal(await answeredUntilThrottled(() => client.batchGetSecretValue(both)), READS)
  })

  test('those for what is not there', async () => {
    assert.equal(await answeredUntilThrottled(() => client.getSecretValue({ SecretId: 'none' })), READS)
  })
})
