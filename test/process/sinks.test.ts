import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { KEY, startReceiver } from '../sinks/receiver.ts'
import { assertRefused } from './assert-refused.ts'
import { cleanEnvironment, clientOf, LAUNCHER, runCoffer, serve, serveArgs, temporaryFolder } from './coffer.ts'

const EXAMPLE = fileURLToPath(new URL('../../examples/alert-rules.json', import.meta.url))
const KEYS = { env: { COFFER_TRAIL_WEBHOOK_KEY: KEY, COFFER_ALERT_WEBHOOK_KEY: KEY } }

/** Event ids that the trail has, oldest first. */
async function trailOf(folder: string): Promise<string[]> {
  const { stdout } = await runCoffer(['trail', '--json', '--limit', '100000', '--data-dir', join(folder, 'data')])
  return stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line).eventID)
}

test('a server that is killed again and again delivers every record in order', async () => {
  using folder = temporaryFolder()
  // Half of what it takes it never acknowledges.
  await using receiver = await startReceiver((response, request, attempt) => {
    if (attempt % 2 === 0) response.end()
    else request.socket.destroy()
  })
  const file = join(folder.path, 'trail.jsonl')
  const args = ['--trail-webhook', receiver.url.href, '--trail-file', file]
  for (let round = 0; round < 3; round++) {
    const server = await serve(folder.path, args, KEYS)
    const client = clientOf(server, folder.path)
    await client.createSecret({ Name: `s${round}`, SecretString: 'value' })
    const reads = Array.from({ length: 30 }, () => client.getSecretValue({ SecretId: `s${round}` }))
    await Promise.all(reads)
    const had = receiver.records().length
    await receiver.until(() => receiver.records().length > had)
    await server.stop('SIGKILL')
  }
  const server = await serve(folder.path, args, KEYS)
  await clientOf(server, folder.path).createSecret({ Name: 'last', SecretString: 'value' })
  const isLast = () => receiver.records().some(({ requestParameters }) => requestParameters?.name === 'last')
  await receiver.until(isLast)
  const { stderr } = await server.stop()
  const expected = await trailOf(folder.path)
  assert.ok(expected.length >= 3 * 31)
  const delivered = [...new Set(receiver.records().map(({ eventID }) => eventID))]
  assert.deepEqual(delivered.slice(0, expected.length), expected.slice(0, delivered.length))
  assert.deepEqual(delivered.length, expected.length)
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n')
  const filed = lines.map((line) => JSON.parse(line)).flatMap(({ eventID }) => eventID ?? [])
  assert.deepEqual([...new Set(filed)], expected)
  // The last head was delivered with the records: it proves the trail without any key.
  const verified = await runCoffer(['trail', 'verify', '--data-dir', join(folder.path, 'data'), '--head', file])
  assert.equal(verified.code, 0, verified.stderr)
  assert.ok(!stderr.includes(KEY))
  assert.ok(!stderr.includes('a-token-in-the-path'))
})

describe('standard output', () => {
  test('has every record as a line', async () => {
    using folder = temporaryFolder()
    const server = await serve(folder.path, ['--trail-stdout'])
    await clientOf(server, folder.path).createSecret({ Name: 's', SecretString: 'value' })
    const { stdout } = await server.stop()
    const records = stdout
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .flatMap((line) => JSON.parse(line).eventID ?? [])
    assert.deepEqual(records, await trailOf(folder.path))
  })

  test('that nobody reads holds up neither requests nor the end', async () => {
    using folder = temporaryFolder()
    const child = spawn(process.execPath, [LAUNCHER, ...serveArgs(folder.path, ['--trail-stdout'])], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: cleanEnvironment(),
      timeout: 60_000,
      killSignal: 'SIGKILL',
    })
    let said = ''
    const started = new Promise<string>((resolve) => {
      child.stderr.setEncoding('utf8').on('data', (text: string) => {
        said += text
        const url = /"url":"([^"]+)"/.exec(said)?.[1]
        if (url) resolve(url)
      })
    })
    const url = await started
    const client = clientOf({ url }, folder.path)
    // More than a pipe and a stream hold between them.
    const SecretIdList = Array.from({ length: 20 }, (_, index) => `missing/${index}/${'x'.repeat(400)}`)
    for (let batch = 0; batch < 30; batch++) await client.batchGetSecretValue({ SecretIdList })
    assert.deepEqual((await client.listSecrets()).SecretList, [])
    child.kill('SIGTERM')
    const [code] = await once(child, 'exit')
    assert.equal(code, 0, said)
    // What was not read stays to be delivered.
    child.stdout.destroy()
    const again = await serve(folder.path, ['--trail-stdout'])
    await clientOf(again, folder.path).listSecrets()
    const { stdout } = await again.stop()
    assert.match(stdout, /BatchGetSecretValue/)
  })
})

describe('alert rules', () => {
  test('are tried on the records that are there, before they are switched on', async () => {
    using folder = temporaryFolder()
    const data = ['--data-dir', join(folder.path, 'data')]
    await using server = await serve(folder.path)
    const client = clientOf(server, folder.path)
    await client.createSecret({
      Name: 'decoy',
      SecretString: 'value',
      Tags: [{ Key: 'coffer:decoy', Value: 'true' }],
    })
    await client.getSecretValue({ SecretId: 'decoy' })
    const tried = await runCoffer(['trail', 'alerts', '--rules', EXAMPLE, '--json', ...data])
    assert.equal(tried.code, 0, tried.stderr)
    const alerts = tried.stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    assert.deepEqual(alerts.map(({ rule, record }) => [rule, record.eventName]).toSorted(), [
      ['decoy-read', 'GetSecretValue'],
      ['key-from-new-address', 'CreateSecret'],
    ])
    assert.match(tried.stderr, /Looked at \d+ records\. Alerts of decoy-read: 1, of many-denied-reads: 0, of key-/)
    const one = await runCoffer(['trail', 'alerts', '--rules', EXAMPLE, '--rule', 'decoy-read', ...data])
    assert.equal(one.stdout.trimEnd().split('\n').length, 1)
    const none = await runCoffer(['trail', 'alerts', '--rules', EXAMPLE, '--since', '0d', ...data])
    assertRefused(none, /Cannot look back so far: 0d: wanted a time such as 30m, 12h or 7d/, 2)
    const unknown = await runCoffer(['trail', 'alerts', '--rules', EXAMPLE, '--rule', 'x', ...data])
    assertRefused(unknown, /Cannot try the alert rule: x: there is none of that name/)
  })

  test('with mistakes are refused, one line for each', async () => {
    using folder = temporaryFolder()
    const path = join(folder.path, 'rules.json')
    writeFileSync(path, '{"rules":[{"name":"a","match":{"evnt":"x"}},{"name":"b","match":{}}]}')
    const alerting = ['--alert-rules', path, '--alert-webhook', 'http://127.0.0.1:1/']
    for (const args of [serveArgs(folder.path, alerting), ['trail', 'alerts', '--rules', path]]) {
      const { code, stderr, stdout } = await runCoffer(args, KEYS)
      assert.equal(code, 1)
      assert.equal(stdout, '')
      const [first = '', second = '', ...others] = stderr.trimEnd().split('\n')
      assert.match(first, /^coffer: Cannot use the alert rules .*rules\.json: rule a: match: there is no member evnt/)
      assert.match(second, /^coffer: Cannot use the alert rules .*rules\.json: rule b: match: it is empty$/)
      assert.deepEqual(others, [])
    }
    assertRefused(
      await runCoffer(['trail', 'alerts', '--rules', 'missing.json']),
      /missing\.json: there is no such file/,
    )
  })
})
