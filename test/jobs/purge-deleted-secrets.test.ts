import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { serviceEntry } from '../../src/app/service-entry.ts'
import { recordsOf } from '../../src/audit/cloudtrail.ts'
import { purgeDeletedSecrets } from '../../src/jobs/purge-deleted-secrets.ts'
import type { Secret } from '../../src/secrets/secret.ts'
import { startCoffer } from '../../src/start-coffer.ts'
import { raw, sql } from '../../src/storage/sql.ts'
import { NAME_MARKED, NOT_FOUND } from '../expected-errors.ts'
import { ADMINISTRATOR, startApp, type TestApp } from '../start-app.ts'

const DAY = 86_400_000

/** One run of the job; `before` happens between finding a secret and removing it. */
function purge(app: TestApp, before: (secret: Secret) => Promise<unknown> = async () => {}): Promise<number> {
  const { secrets, trail } = app.running.installation
  return purgeDeletedSecrets(secrets, app.clock.now(), async (secret, _versionIds, change) => {
    await before(secret)
    const { account, region, arn } = secret
    const of = { service: 'secretsmanager', operation: 'EndSecretVersionDelete', by: 'secretsmanager' }
    await trail.append(serviceEntry({ ...of, account, region, arn, at: app.clock.now() }), [change])
  })
}

/** How many rows of any table hold something of secrets. */
async function rowsLeft(app: TestApp): Promise<number> {
  const tables = ['secrets', 'versions', 'secret_words', 'secret_tags']
  const counts = tables.map((table) => sql`select count(*) as count from ${raw(table)}`)
  const { results } = await app.running.installation.engine.read(counts)
  return results.reduce((sum, rows) => sum + Number(rows[0]?.count), 0)
}

describe('a secret that is marked for deletion', () => {
  test('goes when its window ends, not before', async () => {
    await using app = await startApp()
    const { client, clock } = app
    const Tags = [{ Key: 'a', Value: 'b' }]
    const { ARN } = await client.createSecret({ Name: 's', SecretString: 'one', Description: 'some words', Tags })
    await client.putSecretValue({ SecretId: 's', SecretString: 'two' })
    const { DeletionDate } = await client.deleteSecret({ SecretId: 's', RecoveryWindowInDays: 7 })

    clock.advance((DeletionDate?.getTime() ?? 0) - clock.now() - 60_000)
    assert.equal(await purge(app), 0)
    assert.ok((await client.describeSecret({ SecretId: 's' })).DeletedDate)
    await assert.rejects(client.createSecret({ Name: 's' }), NAME_MARKED)

    clock.advance(60_000)
    assert.equal(await purge(app), 1)
    assert.equal(await rowsLeft(app), 0)
    for (const SecretId of ['s', ARN ?? '']) {
      await assert.rejects(client.describeSecret({ SecretId }), NOT_FOUND)
      await assert.rejects(client.restoreSecret({ SecretId }), NOT_FOUND)
    }
    const ended = (await app.trail()).filter(({ operation }) => operation === 'EndSecretVersionDelete')
    assert.deepEqual(
      ended.map(({ arn, caller, access }) => [arn, caller.type, access]),
      [[ARN, 'AWSService', 'write']],
    )
  })

  test('leaves its name to another secret with another ARN', async () => {
    await using app = await startApp()
    const first = await app.client.createSecret({ Name: 's', SecretString: 'one' })
    await app.client.deleteSecret({ SecretId: 's' })
    app.clock.advance(30 * DAY)
    assert.equal(await purge(app), 1)
    const second = await app.client.createSecret({ Name: 's', SecretString: 'two' })
    assert.notEqual(second.ARN, first.ARN)
    await assert.rejects(app.client.getSecretValue({ SecretId: first.ARN }), NOT_FOUND)
    assert.equal((await app.client.getSecretValue({ SecretId: 's' })).SecretString, 'two')
  })

  test('stays when it was restored in time, also while the job is at it', async () => {
    await using app = await startApp()
    const { client, clock } = app
    for (const Name of ['early', 'late', 'none']) {
      await client.createSecret({ Name, SecretString: Name })
      await client.deleteSecret({ SecretId: Name, RecoveryWindowInDays: 7 })
    }
    await client.restoreSecret({ SecretId: 'early' })
    clock.advance(7 * DAY)
    const removed = await purge(app, async ({ name }) => {
      if (name === 'late') await client.restoreSecret({ SecretId: name })
    })
    assert.equal(removed, 1)
    for (const SecretId of ['early', 'late'])
      assert.equal((await client.getSecretValue({ SecretId })).SecretString, SecretId)
    await assert.rejects(client.describeSecret({ SecretId: 'none' }), NOT_FOUND)
  })

  test('is deleted again with a window of its own', async () => {
    await using app = await startApp()
    const { client, clock } = app
    await client.createSecret({ Name: 's' })
    await client.deleteSecret({ SecretId: 's', RecoveryWindowInDays: 7 })
    clock.advance(6 * DAY)
    await client.restoreSecret({ SecretId: 's' })
    await client.deleteSecret({ SecretId: 's', RecoveryWindowInDays: 7 })
    clock.advance(6 * DAY)
    assert.equal(await purge(app), 0)
    clock.advance(DAY)
    assert.equal(await purge(app), 1)
  })

  test('goes with all others, however many', async () => {
    await using app = await startApp()
    const { client } = app
    const names = Array.from({ length: 230 }, (_, index) => `s${index}`)
    for (const Name of names) {
      await client.createSecret({ Name })
      await client.deleteSecret({ SecretId: Name })
    }
    await client.createSecret({ Name: 'live' })
    app.clock.advance(30 * DAY)
    assert.equal(await purge(app), 230)
    const { SecretList } = await client.listSecrets({ IncludePlannedDeletion: true })
    assert.deepEqual(
      SecretList?.map(({ Name }) => Name),
      ['live'],
    )
  })
})

test('a server that starts after the end of a window removes the secret', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'coffer-purge-'))
  const dataDir = join(folder, 'data')
  const rootKey = { kind: 'file', path: join(folder, 'root.key'), chosen: true } as const
  const versions: (string | undefined)[] = []
  try {
    {
      await using app = await startApp({ dataDir, rootKey })
      const { VersionId: first } = await app.client.createSecret({ Name: 's', SecretString: 'x' })
      const { VersionId: second } = await app.client.putSecretValue({ SecretId: 's', SecretString: 'y' })
      versions.push(first, second)
      await app.client.deleteSecret({ SecretId: 's', RecoveryWindowInDays: 7 })
    }
    const later = await startCoffer({
      dataDir,
      rootKey,
      verify: true,
      enforce: true,
      administrator: ADMINISTRATOR,
      keepCredentials: async () => {},
      log: { info() {}, warn() {}, error() {} },
      now: () => Date.now() + 7 * DAY,
      confirmClock: new Date(Date.now() + 7 * DAY).toISOString().slice(0, 10),
    })
    // Closing waits for the jobs that have begun.
    await later.close()
    await using app = await startApp({ dataDir, rootKey })
    await assert.rejects(app.client.describeSecret({ SecretId: 's' }), NOT_FOUND)
    const records = (await app.trail()).flatMap(recordsOf)
    const ended = records.filter(({ eventName }) => eventName === 'EndSecretVersionDelete')
    assert.deepEqual(
      ended.map(({ additionalEventData }) => additionalEventData?.SecretVersionId).toSorted(),
      versions.toSorted(),
    )
  } finally {
    await rm(folder, { recursive: true })
  }
})

test('rows that were forged hold up nobody', async () => {
  await using app = await startApp()
  const { client, clock } = app
  for (const SecretId of ['a', 'b', 'c']) {
    await client.createSecret({ Name: SecretId, SecretString: 'x' })
    await client.deleteSecret({ SecretId, RecoveryWindowInDays: 7 })
  }
  await app.running.installation.engine.append(undefined, [
    { statement: sql`update secrets set type = 'forged' where name in ('a', 'b')`, expect: 2 },
  ])
  clock.advance(8 * DAY)
  const { secrets } = app.running.installation
  assert.deepEqual(
    (await secrets.expired(clock.now(), 1)).map(({ name }) => name),
    ['c'],
  )
  assert.equal(await purge(app), 1)
})

test('a purge that is told to stop begins nothing more', async () => {
  await using app = await startApp()
  await app.client.createSecret({ Name: 'a', SecretString: 'x' })
  await app.client.deleteSecret({ SecretId: 'a', RecoveryWindowInDays: 7 })
  const { secrets } = app.running.installation
  const later = app.clock.now() + 8 * DAY
  const record = async () => assert.fail('a secret was removed')
  assert.equal(await purgeDeletedSecrets(secrets, later, record, AbortSignal.abort()), 0)
})
