import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { paginateListSecrets, type SecretListEntry } from '@aws-sdk/client-secrets-manager'
import type { Entry } from '../../src/audit/entry.ts'
import { startApp, type TestApp } from '../start-app.ts'
import { verified } from '../trail/verified.ts'
import { checkKeyWrites, checkNewKeys } from './key-writes.ts'
import type { Acknowledged, AcknowledgedOfSecret } from './storm.ts'

const KILLS = 50
/** A storm is killed after so many acknowledged writes at most; the moment within that is different each time. */
const MOST_WRITES = 120
/** Records of one storm and of looking at what it left are fewer. */
const RECORDS_OF_A_STORM = 2_000

const storm = fileURLToPath(new URL('storm.ts', import.meta.url))
let folder = ''
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'coffer-crash-'))
})
after(() => rm(folder, { recursive: true, force: true }))

test('every acknowledged write outlives kill -9 in a storm of writes, fifty times over, and none is half done', async () => {
  const dataDir = join(folder, 'data')
  const acknowledged: Acknowledged[] = []
  const keys = new Set<string>()
  for (let round = 0; round < KILLS; round++) {
    const writes = await killedStorm(dataDir, round)
    await check(dataDir, writes, { names: `${round}/`, keys, records: RECORDS_OF_A_STORM })
    acknowledged.push(...writes)
  }
  // What the first storm was told holds after the last one.
  await check(dataDir, acknowledged, { names: '', keys, records: KILLS * RECORDS_OF_A_STORM })
  assert.ok(acknowledged.length > KILLS, `${acknowledged.length} writes were acknowledged`)
  assert.ok(keys.size > KILLS / 2, `${keys.size} keys were made`)
})

/** Writes that a storm says were acknowledged before it was killed in the middle of others. */
async function killedStorm(dataDir: string, round: number): Promise<Acknowledged[]> {
  const child = spawn(process.execPath, [storm, dataDir, String(round)], {
    stdio: ['ignore', 'pipe', 'inherit'],
    // Fifty starts of one program: what the first has compiled, the others take over.
    env: { ...process.env, NODE_COMPILE_CACHE: join(folder, 'compiled') },
  })
  const enough = 1 + ((round * 37) % MOST_WRITES)
  const writes: Acknowledged[] = []
  const exit = once(child, 'exit')
  for await (const line of createInterface({ input: child.stdout })) {
    writes.push(JSON.parse(line))
    if (writes.length === enough) child.kill('SIGKILL')
  }
  const [code, signal] = await exit
  assert.deepEqual({ code, signal }, { code: null, signal: 'SIGKILL' })
  return writes
}

/** @param look how many records to look at, at the secrets whose names begin how, and which keys were looked at before */
async function check(
  dataDir: string,
  writes: readonly Acknowledged[],
  look: { readonly names: string; readonly keys: Set<string>; readonly records: number },
): Promise<void> {
  await using app = await startApp({ dataDir, rootKey: { kind: 'file', path: `${dataDir}.key`, chosen: true } })
  const entries = await app.trail(look.records)
  checkRecords(writes, entries)
  await app.running.installation.heads.signHead()
  assert.deepEqual(verified(app).faults, [], 'the trail is one chain')
  await checkNewKeys(app, entries, look.keys)
  await checkKeyWrites(
    app,
    writes.flatMap((said) => (said.of === 'key' ? [said.write] : [])),
  )
  const ofSecrets = writes.flatMap((said) => (said.of === 'secret' ? [said.write] : []))
  const secrets = await listed(app, look.names)
  checkWhole(secrets, entries)
  const byName = new Map(secrets.map((secret) => [secret.Name, secret]))
  for (const { operation, name } of ofSecrets) {
    assert.ok(byName.has(name), `${operation} of ${name} was acknowledged, and there is no such secret`)
    if (operation === 'TagResource') assert.deepEqual(byName.get(name)?.Tags, [{ Key: 'storm', Value: name }])
  }
  await checkValues(app, ofSecrets, [...byName.keys()] as string[])
}

/** One record for each acknowledged write, and no record twice. */
function checkRecords(writes: readonly Acknowledged[], entries: readonly Entry[]): void {
  const ids = new Set(entries.map(({ id }) => id))
  assert.equal(ids.size, entries.length, 'a record stands twice')
  for (const { write } of writes)
    assert.ok(
      ids.has(write.requestId),
      `${write.operation} was acknowledged, and has no record: ${JSON.stringify(write)}`,
    )
}

/** Whatever is there, acknowledged or not, is there whole: every version with its record, each label on one version. */
function checkWhole(secrets: readonly SecretListEntry[], entries: readonly Entry[]): void {
  const recorded = new Set(entries.map(({ arn, parameters }) => `${arn} ${parameters?.ClientRequestToken}`))
  for (const { ARN, Name, SecretVersionsToStages = {} } of secrets) {
    for (const versionId of Object.keys(SecretVersionsToStages))
      assert.ok(recorded.has(`${ARN} ${versionId}`), `${Name} has version ${versionId} and no record of it`)
    const labels = Object.values(SecretVersionsToStages).flat()
    assert.equal(labels.length, new Set(labels).size, `${Name} has a label twice`)
    assert.ok(labels.includes('AWSCURRENT'), `${Name} has no current version`)
  }
}

/** Every version reads as it was written, and the current value of every secret can be read. */
async function checkValues({ client }: TestApp, writes: readonly AcknowledgedOfSecret[], names: readonly string[]) {
  for (const { name, version } of writes) {
    if (!version) continue
    const { SecretString } = await client.getSecretValue({ SecretId: name, VersionId: version.id })
    assert.equal(SecretString, version.value)
  }
  for (let start = 0; start < names.length; start += 20) {
    const output = await client.batchGetSecretValue({ SecretIdList: names.slice(start, start + 20) })
    assert.deepEqual(output.Errors, [])
  }
}

async function listed({ client }: TestApp, names: string): Promise<SecretListEntry[]> {
  const secrets: SecretListEntry[] = []
  const Filters = names === '' ? [] : [{ Key: 'name' as const, Values: [names] }]
  for await (const page of paginateListSecrets({ client }, { Filters })) secrets.push(...(page.SecretList ?? []))
  return secrets
}
