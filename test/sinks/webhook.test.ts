import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, test } from 'node:test'
import { SinkError } from '../../src/audit/sinks/sink.ts'
import { WebhookSink } from '../../src/audit/sinks/webhook-sink.ts'
import { startApp } from '../start-app.ts'
import { AT_ONCE, HEAD, openTrail } from './open-trail.ts'
import { type Answer, accept, inOrder, KEY, startReceiver } from './receiver.ts'

const NOTHING = { file: undefined, standardOutput: false, webhook: undefined, alerts: undefined }

test('a delivery is a JSON body whose signature a receiver can check', async () => {
  await using receiver = await startReceiver()
  await using trail = await openTrail()
  trail.heads.push({ ...HEAD, number: 1, seq: 1 })
  await trail.record(2)
  const { delivery } = trail.deliver(new WebhookSink({ ...receiver.receiver, now: () => 1_700_000_000_999 }))
  await delivery.start()
  await delivery.flush()
  await delivery.close(AT_ONCE)
  const [{ headers, body } = { headers: {}, body: '' }] = receiver.taken
  const [, time, signature] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(String(headers['coffer-signature'])) ?? []
  assert.equal(time, '1700000000')
  assert.equal(signature, createHmac('sha256', KEY).update(`${time}.${body}`).digest('hex'))
  assert.equal(headers['content-type'], 'application/json')
  assert.deepEqual(inOrder(receiver.records()), trail.recorded)
  assert.deepEqual(
    receiver.bodies().flatMap(({ Heads = [] }) => Heads),
    trail.heads,
  )
})

describe('every record arrives in order though a receiver', () => {
  const faults: readonly [name: string, answer: Answer][] = [
    ['answers with an error', (response) => response.writeHead(500).end()],
    ['drops the connection', (_response, request) => request.socket.destroy()],
    ['wants it elsewhere', (response) => response.writeHead(307, { location: 'http://127.0.0.1:1/' }).end()],
    ['never answers', () => {}],
  ]
  for (const [name, fault] of faults)
    test(name, async () => {
      await using receiver = await startReceiver((...of) => (of[2] % 3 === 0 ? accept : fault)(...of))
      await using trail = await openTrail()
      const { delivery, events } = trail.deliver(new WebhookSink({ ...receiver.receiver, answerMs: 50 }))
      await delivery.start()
      for (let round = 0; round < 2; round++) {
        await trail.record(3)
        await delivery.flush()
      }
      await delivery.close(AT_ONCE)
      assert.deepEqual(inOrder(receiver.records()), trail.recorded)
      // Said once for each outage, however many attempts it takes.
      const kinds = events.map(({ kind }) => kind)
      assert.ok(kinds.length >= 4)
      assert.ok(
        kinds.every((kind, index) => kind === (index % 2 === 0 ? 'failing' : 'delivering again')),
        `${kinds}`,
      )
      for (const event of events)
        if (event.kind === 'failing') {
          assert.ok(event.error instanceof SinkError)
          assert.doesNotMatch(event.error.message, /token|http:/)
        }
    })
})

test('a receiver that nobody listens for is waited for', async () => {
  const closed = createServer()
  await new Promise<void>((resolve) => closed.listen(0, '127.0.0.1', resolve))
  const { port } = closed.address() as AddressInfo
  await new Promise((resolve) => closed.close(resolve))
  await using trail = await openTrail()
  await trail.record(1)
  const failed = Promise.withResolvers<unknown>()
  const url = new URL(`http://127.0.0.1:${port}/`)
  const { delivery } = trail.deliver(new WebhookSink({ url, sign: () => '', now: Date.now }), {
    onEvent: (event) => event.kind === 'failing' && failed.resolve(event.error),
    wait: () => new Promise(() => {}),
  })
  await delivery.start()
  assert.match(String(await failed.promise), /the receiver cannot be reached \(ECONNREFUSED\)/)
  await delivery.close(AT_ONCE)
})

describe('a server', () => {
  test('answers while its webhook hangs, and the records come later', async () => {
    await using receiver = await startReceiver(() => {})
    await using app = await startApp({ sinks: { ...NOTHING, webhook: { url: receiver.url, key: KEY } } })
    await app.client.createSecret({ Name: 's', SecretString: 'value' })
    await receiver.until(() => receiver.attempts() > 0)
    for (let read = 0; read < 20; read++) await app.client.getSecretValue({ SecretId: 's' })
    const { delivery } = app.running
    const [lag] = (await delivery?.lags()) ?? []
    assert.equal(lag?.delivered, 0)
    assert.ok((lag?.last ?? 0) > 0)
    assert.equal(delivery?.neededAfter(), 0)
  })

  test('delivers what its operations leave in the trail, without any secret', async () => {
    await using receiver = await startReceiver()
    await using app = await startApp({ sinks: { ...NOTHING, webhook: { url: receiver.url, key: KEY } } })
    await app.client.createSecret({ Name: 's', SecretString: 'unmistakable' })
    await app.client.batchGetSecretValue({ SecretIdList: ['s', 'missing'] })
    await app.running.delivery?.flush()
    const names = receiver.records().map(({ eventName, errorCode }) => [eventName, errorCode])
    for (const expected of [
      ['CreateSecret', undefined],
      ['BatchGetSecretValue', undefined],
      ['GetSecretValue', undefined],
      ['GetSecretValue', 'ResourceNotFoundException'],
    ])
      assert.ok(
        names.some((name) => name[0] === expected[0] && name[1] === expected[1]),
        `${names}`,
      )
    assert.ok(receiver.taken.every(({ body }) => !body.includes('unmistakable')))
  })

  test('that ends delivers what is there', async () => {
    await using receiver = await startReceiver()
    const app = await startApp({ sinks: { ...NOTHING, webhook: { url: receiver.url, key: KEY } } })
    await app.client.createSecret({ Name: 's', SecretString: 'value' })
    await app.close()
    assert.ok(receiver.records().some(({ eventName }) => eventName === 'CreateSecret'))
  })
})
