import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { AlertSink } from '../../src/alerts/alert-sink.ts'
import { parseRules } from '../../src/alerts/parse-rules.ts'
import { TrailDelivery } from '../../src/trail-delivery.ts'
import { temporaryFolder } from '../process/coffer.ts'
import { type AppOptions, startApp, type TestApp } from '../start-app.ts'
import { newEntry } from '../storage/engine-under-test.ts'
import { openStore } from '../storage/open-store.ts'
import { AT_ONCE, openTrail } from './open-trail.ts'
import { KEY, startReceiver } from './receiver.ts'

const EXAMPLE = readFileSync(fileURLToPath(new URL('../../examples/alert-rules.json', import.meta.url)), 'utf8')
const NOTHING = { file: undefined, standardOutput: false, webhook: undefined, alerts: undefined }

/** A Coffer that tells a receiver what rules raise. */
async function startAlerting(rules = EXAMPLE, more: AppOptions = {}) {
  const receiver = await startReceiver()
  const webhook = { url: receiver.url, key: KEY }
  const app = await startApp({ ...more, sinks: { ...NOTHING, alerts: { rules: parseRules(rules), webhook } } })
  return {
    app,
    receiver,
    async alerts(rule: string) {
      await app.running.delivery?.flush()
      return alertsOf(receiver).filter((alert) => alert.rule === rule)
    },
    async [Symbol.asyncDispose]() {
      await app.close()
      await receiver[Symbol.asyncDispose]()
    },
  }
}

const alertsOf = (receiver: Awaited<ReturnType<typeof startReceiver>>) =>
  receiver.bodies().flatMap(({ Alerts = [] }) => Alerts)

async function createDecoy({ client }: TestApp): Promise<void> {
  await client.createSecret({ Name: 'plain', SecretString: 'value' })
  await client.createSecret({
    Name: 'decoy',
    SecretString: 'unmistakable',
    Tags: [{ Key: 'coffer:decoy', Value: 'true' }],
  })
}

describe('the example rules', () => {
  test('tell of any read of a decoy, by whatever name and in a batch', async () => {
    await using alerting = await startAlerting()
    const { app, alerts, receiver } = alerting
    await createDecoy(app)
    assert.deepEqual(await alerts('decoy-read'), [])
    await app.client.getSecretValue({ SecretId: 'plain' })
    await app.client.getSecretValue({ SecretId: 'decoy' })
    await app.client.batchGetSecretValue({ SecretIdList: ['plain', 'decoy'] })
    await app.client.batchGetSecretValue({ Filters: [{ Key: 'name', Values: ['dec'] }] })
    const reader = await app.as('nobody')
    await assert.rejects(reader.getSecretValue({ SecretId: 'decoy' }), { name: 'AccessDeniedException' })
    const raised = await alerts('decoy-read')
    assert.deepEqual(
      raised.map(({ record }) => [record.eventName, record.errorCode]),
      [
        ['GetSecretValue', undefined],
        ['GetSecretValue', undefined],
        ['GetSecretValue', undefined],
        ['GetSecretValue', 'AccessDenied'],
      ],
    )
    assert.ok(receiver.taken.every(({ body }) => !body.includes('unmistakable')))
  })

  test('tell of many denied reads, once', async () => {
    await using alerting = await startAlerting()
    const { app, alerts } = alerting
    await createDecoy(app)
    const stranger = await app.as('stranger')
    const tryOnce = () =>
      assert.rejects(stranger.getSecretValue({ SecretId: 'plain' }), { name: 'AccessDeniedException' })
    for (let attempt = 0; attempt < 9; attempt++) await tryOnce()
    assert.deepEqual(await alerts('many-denied-reads'), [])
    for (let attempt = 0; attempt < 5; attempt++) await tryOnce()
    assert.equal((await alerts('many-denied-reads')).length, 1)
  })

  test('tell of the first use of a key from an address', async () => {
    await using alerting = await startAlerting()
    const { app, alerts } = alerting
    await app.client.listSecrets()
    await app.client.listSecrets()
    const raised = await alerts('key-from-new-address')
    assert.equal(raised.length, 1)
  })
})

test('rules that begin later know who was there before', async () => {
  using folder = temporaryFolder()
  const dataDir = join(folder.path, 'data')
  const rootKey = { kind: 'value', text: 'ab'.repeat(32) } as const
  const before = await startApp({ dataDir, rootKey })
  await before.client.listSecrets()
  await before.close()
  await using alerting = await startAlerting(EXAMPLE, { dataDir, rootKey })
  await alerting.app.client.listSecrets()
  assert.deepEqual(await alerting.alerts('key-from-new-address'), [])
  const { iam } = alerting.app
  await iam.listUsers()
  await alerting.app.running.delivery?.flush()
  assert.deepEqual(alertsOf(alerting.receiver), [])
})

test('what was raised before a crash is raised again with the same id', async () => {
  await using receiver = await startReceiver()
  await using trail = await openTrail()
  const rules = parseRules(
    JSON.stringify({
      rules: [
        { name: 'each', match: { event: 'Test' } },
        { name: 'rate', match: { event: 'Test' }, rate: { count: 2, within: '1h', quiet: '1h' } },
      ],
    }),
  )
  const sink = () => new AlertSink({ rules, receiver: receiver.receiver, tagsOf: async () => [], source: trail.source })
  const first = trail.deliver(sink())
  await first.delivery.start()
  await trail.record(1)
  await first.delivery.flush()
  await first.delivery.close(AT_ONCE)
  const save = async () => Promise.reject(new Error('crash'))
  const crashing = trail.deliver(sink(), {
    positions: { find: (name) => trail.positions.find(name), save },
    wait: () => new Promise(() => {}),
  })
  await trail.record(2)
  await crashing.delivery.start()
  await receiver.until(() => receiver.taken.length > 1)
  await crashing.delivery.close(AT_ONCE)
  const last = trail.deliver(sink())
  await last.delivery.start()
  await trail.record(1)
  await last.delivery.flush()
  await last.delivery.close(AT_ONCE)
  const alerts = alertsOf(receiver)
  const idsOf = (rule: string) => alerts.filter((alert) => alert.rule === rule).map(({ id }) => id)
  assert.equal(new Set(idsOf('each')).size, 4)
  assert.ok(idsOf('each').length >= 6, 'those of the crash came twice')
  assert.equal(new Set(idsOf('rate')).size, 1)
  assert.equal(idsOf('rate').length, 2)
})

test('many alerts go out in posts of a bounded size', async () => {
  await using receiver = await startReceiver()
  await using trail = await openTrail()
  const rules = parseRules(JSON.stringify({ rules: [{ name: 'each', match: { event: 'Test' } }] }))
  const { delivery } = trail.deliver(
    new AlertSink({ rules, receiver: receiver.receiver, tagsOf: async () => [], source: trail.source }),
  )
  await delivery.start()
  await Promise.all(Array.from({ length: 230 }, (_, index) => trail.trail.append(newEntry(`many ${index}`))))
  await delivery.flush()
  await delivery.close(AT_ONCE)
  assert.equal(new Set(alertsOf(receiver).map(({ id }) => id)).size, 230)
  assert.ok(receiver.bodies().every(({ Alerts = [] }) => Alerts.length <= 100))
})

test('a decoy whose row somebody altered raises an alert all the same', async () => {
  await using store = await openStore()
  await createDecoy(store.app)
  await using receiver = await startReceiver()
  const { installation } = store.app.running
  store.alter(`update secrets set tags = null where name = 'decoy'`)
  const alerts = { rules: parseRules(EXAMPLE), webhook: { url: receiver.url, key: KEY } }
  const log = { info() {}, warn() {}, error() {} }
  const delivery = new TrailDelivery({ ...NOTHING, alerts }, installation, { now: Date.now, log })
  await delivery.start()
  await assert.rejects(store.app.client.getSecretValue({ SecretId: 'decoy' }))
  await delivery.flush()
  await delivery.close()
  assert.equal(alertsOf(receiver).filter(({ rule }) => rule === 'decoy-read').length, 1)
})
