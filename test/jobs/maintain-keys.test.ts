import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { serviceEntry } from '../../src/app/service-entry.ts'
import { maintainKeys } from '../../src/jobs/maintain-keys.ts'
import type { KmsKey } from '../../src/kms/key-store.ts'
import { sql } from '../../src/storage/sql.ts'
import { REGION, startApp, type TestApp } from '../start-app.ts'
import { forge } from '../stored-data.ts'

const DAY = 86_400_000

/** One run of the job; `before` happens between finding a key and changing it. */
function maintain(app: TestApp, before: (key: KmsKey) => Promise<unknown> = async () => {}): Promise<void> {
  const { keys, trail, keyring } = app.running.installation
  return maintainKeys({
    keys,
    material: keyring.sealer('kms'),
    now: app.clock.now(),
    record: async (key, operation, changes) => {
      await before(key)
      const { account, region, arn } = key
      const event = { service: 'kms', operation, by: 'kms', account, region, arn, at: app.clock.now() }
      await trail.append(serviceEntry(event), changes)
    },
  })
}

async function makeKey(app: TestApp, members: Parameters<TestApp['kms']['createKey']>[0] = {}): Promise<string> {
  return (await app.kms.createKey(members)).KeyMetadata?.KeyId ?? ''
}

/** Operations that the service itself has recorded, with the keys they were about. */
async function events(app: TestApp) {
  return (await app.trail())
    .filter(({ caller }) => caller.type === 'AWSService')
    .map(({ operation, arn = '' }) => [operation, arn.split('/')[1]])
    .filter(([operation]) => operation !== 'CreateUser')
}

const stateOf = async (app: TestApp, KeyId: string) => (await app.kms.describeKey({ KeyId })).KeyMetadata?.KeyState

describe('a key whose deletion is scheduled', () => {
  test('ends with its window, not before, and takes what is under it along', async () => {
    await using app = await startApp()
    const KeyId = await makeKey(app)
    await app.kms.createAlias({ AliasName: 'alias/doomed', TargetKeyId: KeyId })
    await app.client.createSecret({ Name: 's', SecretString: 'x', KmsKeyId: 'alias/doomed' })
    await app.kms.scheduleKeyDeletion({ KeyId, PendingWindowInDays: 7 })
    app.clock.advance(7 * DAY - 60_000)
    await maintain(app)
    assert.equal(await stateOf(app, KeyId), 'PendingDeletion')
    app.clock.advance(60_001)
    await maintain(app)
    await assert.rejects(app.kms.describeKey({ KeyId }), { name: 'NotFoundException' })
    await assert.rejects(app.kms.describeKey({ KeyId: 'alias/doomed' }), { name: 'NotFoundException' })
    await assert.rejects(app.client.getSecretValue({ SecretId: 's' }), { name: 'DecryptionFailure' })
    assert.deepEqual((await events(app)).at(-1), ['DeleteKey', KeyId])
    // The name is free for another key.
    await app.kms.createAlias({ AliasName: 'alias/doomed', TargetKeyId: await makeKey(app) })
  })

  test('stays when it was brought back at the last moment', async () => {
    await using app = await startApp()
    const KeyId = await makeKey(app)
    await app.kms.scheduleKeyDeletion({ KeyId, PendingWindowInDays: 7 })
    app.clock.advance(8 * DAY)
    await maintain(app, () => app.kms.cancelKeyDeletion({ KeyId }))
    assert.equal(await stateOf(app, KeyId), 'Disabled')
    await maintain(app)
    assert.equal(await stateOf(app, KeyId), 'Disabled')
  })

  test('is in none of the files afterwards', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'coffer-keys-'))
    try {
      const dataDir = join(folder, 'data')
      const rootKey = { kind: 'file', path: join(folder, 'root.key'), chosen: true } as const
      await using app = await startApp({ dataDir, rootKey })
      const KeyId = await makeKey(app)
      const key = await app.running.installation.keys.find({ region: REGION, keyId: KeyId })
      const sealed = Buffer.from(key?.materials[0]?.sealed ?? [])
      const files = ['store.db', 'store.db-wal', 'trail.db', 'trail.db-wal'].map((name) => join(dataDir, name))
      const found = async () => {
        const contents = await Promise.all(files.map((file) => readFile(file).catch(() => Buffer.alloc(0))))
        return contents.some((content) => content.includes(sealed))
      }
      assert.ok(sealed.byteLength > 0 && (await found()))
      await app.kms.scheduleKeyDeletion({ KeyId, PendingWindowInDays: 7 })
      app.clock.advance(8 * DAY)
      await maintain(app)
      assert.equal(await found(), false)
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  })

  test('as the primary of replicas waits for them, and then for its window', async () => {
    await using app = await startApp()
    const KeyId = await makeKey(app, { MultiRegion: true })
    await app.kms.replicateKey({ KeyId, ReplicaRegion: 'eu-west-1' })
    const there = app.kmsFor({ region: 'eu-west-1' })
    const scheduled = await app.kms.scheduleKeyDeletion({ KeyId, PendingWindowInDays: 10 })
    assert.deepEqual([scheduled.KeyState, scheduled.DeletionDate], ['PendingReplicaDeletion', undefined])
    await there.scheduleKeyDeletion({ KeyId, PendingWindowInDays: 7 })
    app.clock.advance(8 * DAY)
    await maintain(app)
    await assert.rejects(there.describeKey({ KeyId }), { name: 'NotFoundException' })
    const { KeyMetadata } = await app.kms.describeKey({ KeyId })
    assert.equal(KeyMetadata?.KeyState, 'PendingDeletion')
    assert.ok(Math.abs((KeyMetadata?.DeletionDate?.getTime() ?? 0) - app.clock.now() - 10 * DAY) < DAY)
    app.clock.advance(11 * DAY)
    await maintain(app)
    await assert.rejects(app.kms.describeKey({ KeyId }), { name: 'NotFoundException' })
  })
})

describe('a primary and its last replica', () => {
  async function replicated(app: TestApp): Promise<string> {
    const KeyId = await makeKey(app, { MultiRegion: true })
    await app.kms.replicateKey({ KeyId, ReplicaRegion: 'eu-west-1' })
    return KeyId
  }
  const inTheOther = (app: TestApp) => app.kmsFor({ region: 'eu-west-1' })
  /** Does something the first time it is asked. */
  const once = (work: () => Promise<unknown>) => {
    let done = false
    return async () => {
      if (done) return
      done = true
      await work()
    }
  }

  test('both end where the one is given up while the other ends', async () => {
    await using app = await startApp()
    const KeyId = await replicated(app)
    await inTheOther(app).scheduleKeyDeletion({ KeyId, PendingWindowInDays: 7 })
    app.clock.advance(8 * DAY)
    await maintain(
      app,
      once(() => app.kms.scheduleKeyDeletion({ KeyId, PendingWindowInDays: 7 })),
    )
    await maintain(app)
    await assert.rejects(inTheOther(app).describeKey({ KeyId }), { name: 'NotFoundException' })
    assert.equal(await stateOf(app, KeyId), 'PendingDeletion')
    app.clock.advance(8 * DAY)
    await maintain(app)
    await assert.rejects(app.kms.describeKey({ KeyId }), { name: 'NotFoundException' })
  })

  test('the one is as it was when the other ends, unless it waits', async () => {
    await using app = await startApp()
    const KeyId = await replicated(app)
    await inTheOther(app).scheduleKeyDeletion({ KeyId, PendingWindowInDays: 7 })
    app.clock.advance(8 * DAY)
    await maintain(app)
    const { KeyMetadata } = await app.kms.describeKey({ KeyId })
    assert.deepEqual([KeyMetadata?.KeyState, KeyMetadata?.MultiRegionConfiguration?.ReplicaKeys], ['Enabled', []])
    await app.kms.scheduleKeyDeletion({ KeyId })
    assert.equal(await stateOf(app, KeyId), 'PendingDeletion')
  })

  test('the one waits until the last of several is gone', async () => {
    await using app = await startApp()
    const KeyId = await replicated(app)
    await app.kms.replicateKey({ KeyId, ReplicaRegion: 'us-west-2' })
    await app.kms.scheduleKeyDeletion({ KeyId, PendingWindowInDays: 7 })
    await inTheOther(app).scheduleKeyDeletion({ KeyId, PendingWindowInDays: 7 })
    await app.kmsFor({ region: 'us-west-2' }).scheduleKeyDeletion({ KeyId, PendingWindowInDays: 10 })
    app.clock.advance(8 * DAY)
    await maintain(app)
    assert.equal(await stateOf(app, KeyId), 'PendingReplicaDeletion')
    app.clock.advance(3 * DAY)
    await maintain(app)
    assert.equal(await stateOf(app, KeyId), 'PendingDeletion')
  })

  test('have the same material where the one is made while the other is rotated', async () => {
    await using app = await startApp()
    const KeyId = await makeKey(app, { MultiRegion: true })
    await app.kms.enableKeyRotation({ KeyId, RotationPeriodInDays: 90 })
    app.clock.advance(91 * DAY)
    await maintain(
      app,
      once(() => app.kms.replicateKey({ KeyId, ReplicaRegion: 'eu-west-1' })),
    )
    await maintain(app)
    assert.equal((await app.kms.listKeyRotations({ KeyId })).Rotations?.length, 1)
    const { CiphertextBlob } = await app.kms.encrypt({ KeyId, Plaintext: Buffer.from('x') })
    const { Plaintext = [] } = await inTheOther(app).decrypt({ CiphertextBlob })
    assert.equal(Buffer.from(Plaintext).toString(), 'x')
  })
})

test('a forged row of one key holds up no other, and the operator learns of it', async () => {
  await using app = await startApp()
  const [rotating, ending] = [await makeKey(app, { MultiRegion: true }), await makeKey(app, { MultiRegion: true })]
  for (const KeyId of [rotating, ending]) await app.kms.replicateKey({ KeyId, ReplicaRegion: 'eu-west-1' })
  await app.kms.enableKeyRotation({ KeyId: rotating, RotationPeriodInDays: 90 })
  await app.kmsFor({ region: 'eu-west-1' }).scheduleKeyDeletion({ KeyId: ending, PendingWindowInDays: 7 })
  await forge(app, sql`update kms_keys set state = 'Disabled' where key_id = ${rotating} and region = 'eu-west-1'`)
  await forge(app, sql`update kms_keys set state = 'Disabled' where key_id = ${ending} and region = ${REGION}`)
  app.clock.advance(91 * DAY)
  const KeyId = await makeKey(app)
  await app.kms.scheduleKeyDeletion({ KeyId, PendingWindowInDays: 7 })
  app.clock.advance(8 * DAY)
  await maintain(app)
  const named = app.refused.filter(({ code }) => code === 'DamagedRow').map(({ table, row }) => [table, row])
  const forged = [`eu-west-1 ${rotating}`, `${REGION} ${ending}`]
  assert.deepEqual(named.toSorted(), forged.map((row) => ['kms_keys', row]).toSorted())
  await assert.rejects(app.kms.describeKey({ KeyId }), { name: 'NotFoundException' })
})

describe('automatic rotation', () => {
  test('gives a key fresh material each time it is due, and everything still opens', async () => {
    await using app = await startApp()
    const KeyId = await makeKey(app)
    await app.kms.enableKeyRotation({ KeyId, RotationPeriodInDays: 90 })
    const { CiphertextBlob: first } = await app.kms.encrypt({ KeyId, Plaintext: Buffer.from('first') })
    app.clock.advance(90 * DAY - 60_000)
    await maintain(app)
    assert.deepEqual((await app.kms.listKeyRotations({ KeyId })).Rotations, [])
    app.clock.advance(60_001)
    await maintain(app)
    await maintain(app)
    const { Rotations = [] } = await app.kms.listKeyRotations({ KeyId })
    assert.deepEqual(
      Rotations.map(({ RotationType }) => RotationType),
      ['AUTOMATIC'],
    )
    const { CiphertextBlob: second } = await app.kms.encrypt({ KeyId, Plaintext: Buffer.from('second') })
    const opened = await Promise.all([first, second].map((CiphertextBlob) => app.kms.decrypt({ CiphertextBlob })))
    assert.deepEqual(
      opened.map(({ Plaintext = [] }) => Buffer.from(Plaintext).toString()),
      ['first', 'second'],
    )
    assert.notEqual(opened[0]?.KeyMaterialId, opened[1]?.KeyMaterialId)
    const { NextRotationDate } = await app.kms.getKeyRotationStatus({ KeyId })
    assert.ok(Math.abs((NextRotationDate?.getTime() ?? 0) - app.clock.now() - 90 * DAY) < DAY)
    assert.deepEqual((await events(app)).at(-1), ['RotateKey', KeyId])
  })

  test('leaves a disabled key alone until it is enabled', async () => {
    await using app = await startApp()
    const KeyId = await makeKey(app)
    await app.kms.enableKeyRotation({ KeyId, RotationPeriodInDays: 90 })
    await app.kms.disableKey({ KeyId })
    app.clock.advance(91 * DAY)
    await maintain(app)
    assert.deepEqual((await app.kms.listKeyRotations({ KeyId })).Rotations, [])
    await app.kms.enableKey({ KeyId })
    await maintain(app)
    assert.equal((await app.kms.listKeyRotations({ KeyId })).Rotations?.length, 1)
  })

  test('rotates a multi-Region key in all its Regions at once', async () => {
    await using app = await startApp()
    const KeyId = await makeKey(app, { MultiRegion: true })
    await app.kms.replicateKey({ KeyId, ReplicaRegion: 'eu-west-1' })
    await app.kms.enableKeyRotation({ KeyId, RotationPeriodInDays: 90 })
    app.clock.advance(91 * DAY)
    await maintain(app)
    const there = app.kmsFor({ region: 'eu-west-1' })
    const { CiphertextBlob } = await app.kms.encrypt({ KeyId, Plaintext: Buffer.from('x') })
    const opened = await there.decrypt({ CiphertextBlob })
    assert.equal(Buffer.from(opened.Plaintext ?? []).toString(), 'x')
    assert.equal((await there.describeKey({ KeyId })).KeyMetadata?.CurrentKeyMaterialId, opened.KeyMaterialId)
  })
})
