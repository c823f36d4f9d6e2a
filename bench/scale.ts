import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { SecretsManager, type SecretsManagerClientConfig } from '@aws-sdk/client-secrets-manager'
import { sdkRequestHandler } from '../src/app/sdk-request-handler.ts'
import { type RunningCoffer, startCoffer } from '../src/start-coffer.ts'
import { ADMINISTRATOR } from './credentials.ts'
import { fill, nameOf, REGION } from './fill.ts'

// How a Coffer grows: the same requests in process at one size after another, each size on top of the last.

const sizes = process.argv.slice(2).map(Number)
if (sizes.length === 0) sizes.push(1_000, 100_000)
/** Calls of each kind; the median counts. */
const CALLS = 200

const folder = mkdtempSync(join(tmpdir(), 'coffer-scale-'))
const dataDir = join(folder, 'data')
try {
  let filled = 0
  for (const size of sizes) {
    const filling = await start()
    const before = performance.now()
    await fill(filling, filled, size)
    const seconds = (performance.now() - before) / 1000
    console.log(`\n${size} secrets (${((size - filled) / seconds).toFixed(0)} /s to fill)`)
    await filling.close()
    filled = size
    await measure(size)
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}

function start(): Promise<RunningCoffer> {
  return startCoffer({
    dataDir,
    rootKey: { kind: 'file', path: `${dataDir}.key`, chosen: true },
    verify: true,
    enforce: true,
    account: '111122223333',
    administrator: ADMINISTRATOR,
    keepCredentials: async () => {},
    log: { info() {}, warn() {}, error: (details, message) => console.error(message, details) },
  })
}

async function measure(size: number): Promise<void> {
  const begin = performance.now()
  const running = await start()
  const client = new SecretsManager({
    region: REGION,
    credentials: ADMINISTRATOR,
    endpoint: 'http://coffer.bench',
    maxAttempts: 1,
    requestHandler: sdkRequestHandler(running.app) as NonNullable<SecretsManagerClientConfig['requestHandler']>,
  })
  const random = () => nameOf(Math.floor(Math.random() * size))
  await client.getSecretValue({ SecretId: random() })
  console.log(`  ${'start to first answer'.padEnd(34)}${(performance.now() - begin).toFixed(0).padStart(9)} ms`)
  const team = () => Math.floor(Math.random() * 1000)
  await time('GetSecretValue', () => client.getSecretValue({ SecretId: random() }))
  await time('BatchGetSecretValue, 20 ids', () =>
    client.batchGetSecretValue({ SecretIdList: Array.from({ length: 20 }, random) }),
  )
  const page = (Key: 'name' | 'tag-value' | 'description' | 'all', value: () => string) => () =>
    client.listSecrets({ Filters: [{ Key, Values: [value()] }], MaxResults: 20 })
  await time(
    'page by name prefix',
    page('name', () => `team-${team()}/`),
  )
  await time(
    'page by tag value',
    page('tag-value', () => `value-${team()}`),
  )
  await time(
    'page by description words',
    page('description', () => `number ${Math.floor(Math.random() * size)}`),
  )
  await time(
    'page by all',
    page('all', () => `database ${Math.floor(Math.random() * size)}`),
  )
  await time('page without filter', () => client.listSecrets({ MaxResults: 20 }))
  await time(
    'page of what most match',
    page('description', () => 'database'),
  )
  await time(
    'page of what none match',
    page('name', () => '!team'),
    5,
  )
  console.log(`  ${'memory'.padEnd(34)}${(process.memoryUsage.rss() / 1e6).toFixed(0).padStart(9)} MB`)
  client.destroy()
  await running.close()
}

async function time(label: string, call: () => Promise<unknown>, calls = CALLS): Promise<void> {
  const times: number[] = []
  for (let index = 0; index < calls; index++) {
    const before = performance.now()
    await call()
    times.push(performance.now() - before)
  }
  times.sort((left, right) => left - right)
  console.log(`  ${label.padEnd(34)}${(times[calls >> 1] ?? 0).toFixed(2).padStart(9)} ms`)
}
