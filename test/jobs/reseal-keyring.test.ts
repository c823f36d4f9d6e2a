import assert from 'node:assert/strict'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { serviceEntry } from '../../src/app/service-entry.ts'
import type { Change } from '../../src/aws/change.ts'
import { type ResealParts, resealKeyring } from '../../src/jobs/reseal-keyring.ts'
import type { KeyringStore } from '../../src/keyring-api/keyring-store.ts'
import { LOOK_AGAIN_MS, WRITES_UNDER_WAY_MS } from '../../src/keyring-api/walk.ts'
import { resealingWith } from '../../src/resealing.ts'
import { headerOf, purposes, wrapNewest } from '../../src/seal/keyring.ts'
import type { Engine } from '../../src/storage/engine.ts'
import { SqlKeyringStore } from '../../src/storage/keyring-store.ts'
import { sealedTables } from '../../src/storage/sealed-tables.ts'
import { raw, sql } from '../../src/storage/sql.ts'
import { askCoffer } from '../ask-coffer.ts'
import { startApp, type TestApp } from '../start-app.ts'
import { forge, storeKey } from '../stored-data.ts'

const HOUR = 3_600_000
/** More than the longest session, and all that is under way. */
const ALL_OVER = 37 * HOUR
const NEWEST = { SecretId: 'a' }

interface Reseal {
  readonly store?: KeyringStore
  readonly altered?: string[]
  readonly signal?: AbortSignal
}

/** One run of the job. */
function reseal(app: TestApp, { store, altered = [], signal }: Reseal = {}): Promise<void> {
  const { keyringStore, keyring, trail } = app.running.installation
  const by = { service: 'coffer', operation: 'RetireKeyring', by: 'coffer', account: app.account, region: 'us-east-1' }
  const parts: ResealParts = {
    store: store ?? keyringStore,
    holder: keyring,
    now: app.clock.now,
    record: (retired, change) =>
      trail.append(serviceEntry({ ...by, at: app.clock.now(), parameters: { ...retired } }), [change]),
    onAltered: (_purpose, rows) => void altered.push(...rows),
  }
  return resealKeyring(parts, signal)
}

function commit(app: TestApp, ...changes: Change[]): Promise<void> {
  const of = { service: 'coffer', operation: 'TestData', by: 'coffer', account: app.account, region: 'us-east-1' }
  return app.running.installation.trail.append(serviceEntry({ ...of, at: app.clock.now() }), changes)
}

/** A rotation without the job that RotateKeyring wakes. */
async function rotateQuietly(app: TestApp): Promise<void> {
  const { keyring, keyringStore, rootKey, id } = app.running.installation
  const rotated = purposes.reduce((made, purpose) => made.withNewVersion(purpose), keyring.current)
  const change = keyringStore.add(await wrapNewest(rotated, purposes, rootKey, id), app.clock.now())
  await commit(app, change)
  keyring.replace(rotated)
}

/** Something in every table that the keyring sealed, of which there is more than one step in some. */
async function fill(app: TestApp): Promise<void> {
  const { client, iam } = app
  await client.createSecret({ Name: 'a', SecretString: 'value of a', Tags: [{ Key: 'k', Value: 'v' }] })
  for (let index = 0; index < 120; index++) await client.createSecret({ Name: `more/${index}` })
  const { account, keyId, region } = await storeKey(app, 'alias/customer')
  const grantee = { arn: `arn:aws:iam::${account}:root` }
  const operations = ['Decrypt']
  const of = { issuingAccount: grantee.arn, grantee, operations, createdAt: app.clock.now() }
  await commit(app, app.running.installation.keys.addGrant({ account, region, keyId, grantId: 'f'.repeat(64), ...of }))
  await app.user('bob', [[{ Effect: 'Allow', Action: '*', Resource: '*' }]])
  await iam.createGroup({ GroupName: 'group' })
  await iam.addUserToGroup({ GroupName: 'group', UserName: 'bob' })
}

/** How many rows of each table are under another version than this one. */
async function notUnder(app: TestApp, version: number): Promise<Record<string, number>> {
  const prefix = headerOf(version)
  const counts = sealedTables.map(
    ({ name, sealed }) =>
      sql`select count(*) as count from ${raw(name)} where substr(${raw(sealed)}, 1, 5) <> ${prefix}`,
  )
  const { results } = await app.running.installation.engine.read(counts)
  const found = sealedTables.map(({ purpose, name }, index) => [
    `${purpose} ${name}`,
    Number(results[index]?.[0]?.count),
  ])
  return Object.fromEntries(found.filter(([, count]) => count !== 0))
}

async function versionsOf(app: TestApp): Promise<Record<string, number[]>> {
  const { json } = await askCoffer(app, 'DescribeKeyring')
  return Object.fromEntries(
    json.Purposes.map(({ Purpose, Versions }: { Purpose: string; Versions: number[] }) => [Purpose, Versions]),
  )
}

const allAt = (versions: readonly number[]) => Object.fromEntries(purposes.map((purpose) => [purpose, versions]))

async function assertAllOpens(app: TestApp): Promise<void> {
  assert.equal((await app.client.getSecretValue(NEWEST)).SecretString, 'value of a')
  assert.equal((await app.iam.listUsers()).Users?.length, 2)
  assert.deepEqual((await app.iam.getGroup({ GroupName: 'group' })).Users?.[0]?.UserName, 'bob')
}

describe('resealing the keyring', () => {
  test('puts everything stored under the newest version, and retires the old ones when nothing uses them any more', async () => {
    await using app = await startApp()
    await fill(app)
    await rotateQuietly(app)
    assert.equal(Object.keys(await notUnder(app, 2)).length, sealedTables.length)
    await reseal(app)
    assert.deepEqual(await notUnder(app, 2), {})
    await assertAllOpens(app)
    assert.deepEqual(await versionsOf(app), allAt([1, 2]))
    const { json } = await askCoffer(app, 'DescribeKeyring')
    for (const { Purpose, Rotation } of json.Purposes)
      assert.deepEqual([Rotation.Done, Rotation.Altered, Rotation.Complete], [Rotation.Total, 0, true], Purpose)
    assert.ok(json.Purposes.find(({ Purpose }: { Purpose: string }) => Purpose === 'row-mac').Rotation.Total > 120)

    app.clock.advance(WRITES_UNDER_WAY_MS - 60_000)
    await reseal(app)
    assert.deepEqual(await versionsOf(app), allAt([1, 2]))
    app.clock.advance(61_000)
    await reseal(app)
    assert.deepEqual(await versionsOf(app), { ...allAt([2]), session: [1, 2], 'page-token': [1, 2] })
    await assertAllOpens(app)
    app.clock.advance(24 * HOUR)
    await reseal(app)
    assert.deepEqual(await versionsOf(app), { ...allAt([2]), session: [1, 2] })
    app.clock.advance(12 * HOUR)
    await reseal(app)
    assert.deepEqual(await versionsOf(app), allAt([2]))
    await assertAllOpens(app)
    const retired = (await app.trail(10_000)).filter(({ operation }) => operation === 'RetireKeyring')
    assert.equal(retired.length, purposes.length)
    assert.deepEqual(
      retired.map(({ caller, access }) => [caller.type, access]),
      purposes.map(() => ['AWSService', 'write']),
    )
  })

  test('begins by itself when a rotation is asked for', async () => {
    await using app = await startApp()
    await app.client.createSecret({ Name: 'a', SecretString: 'x' })
    await askCoffer(app, 'RotateKeyring')
    for (;;) {
      const { json } = await askCoffer(app, 'DescribeKeyring')
      if (json.Purposes.every(({ Rotation }: { Rotation: { Complete: boolean } }) => Rotation.Complete)) break
    }
    assert.deepEqual(await notUnder(app, 2), {})
  })

  test('goes on where it was told to stop, and begins nothing once it was', async () => {
    await using app = await startApp()
    await fill(app)
    await rotateQuietly(app)
    await reseal(app, { signal: AbortSignal.abort() })
    assert.ok(Object.keys(await notUnder(app, 2)).length > 5)
    const { keyringStore } = app.running.installation
    for (let steps = 1; Object.keys(await notUnder(app, 2)).length > 0; steps++) {
      const stop = new AbortController()
      let left = steps
      const stopping: KeyringStore = {
        versions: () => keyringStore.versions(),
        walks: () => keyringStore.walks(),
        newWalk: (...of) => keyringStore.newWalk(...of),
        add: (...of) => keyringStore.add(...of),
        retire: (...of) => keyringStore.retire(...of),
        erase: () => keyringStore.erase(),
        step(...of) {
          if (--left === 0) stop.abort()
          return keyringStore.step(...of)
        },
      }
      await reseal(app, { store: stopping, signal: stop.signal })
      assert.ok(steps < 20, 'every run comes further')
    }
    const tables = (await keyringStore.walks()).get('row-mac')?.tables ?? []
    assert.ok(tables.length > 5)
    for (const { name, total, done } of tables) assert.equal(done, total, name)
    await assertAllOpens(app)
  })

  test('loses nothing that somebody writes meanwhile', async () => {
    await using app = await startApp()
    await fill(app)
    await rotateQuietly(app)
    const { engine, keyring } = app.running.installation
    let writes = 0
    // Between what a step reads and what it writes, everything it has read is written by somebody else.
    const busy: Engine = Object.assign(Object.create(engine), {
      read: (statements: Parameters<Engine['read']>[0]) => engine.read(statements),
      append: async (...args: Parameters<Engine['append']>) => {
        writes++
        await app.client.tagResource({ SecretId: 'a', Tags: [{ Key: 'k', Value: `${writes}` }] })
        await app.iam.tagUser({ UserName: 'bob', Tags: [{ Key: 'k', Value: `${writes}` }] })
        return engine.append(...args)
      },
    })
    await reseal(app, { store: new SqlKeyringStore(busy, resealingWith(keyring)) })
    assert.ok(writes > 5)
    assert.deepEqual(await notUnder(app, 2), {})
    const { Tags } = await app.client.describeSecret(NEWEST)
    assert.deepEqual(Tags, [{ Key: 'k', Value: `${writes}` }])
    assert.equal((await app.iam.getUser({ UserName: 'bob' })).User?.Tags?.[0]?.Value, `${writes}`)
  })

  test('waits for writes that were under way: an old version is never retired under them', async () => {
    await using app = await startApp()
    await fill(app)
    const { keys, secrets } = app.running.installation
    const scope = { account: app.account, region: 'eu-central-1' }
    const [found] = await secrets.findMany([{ scope, name: 'a' }])
    assert.ok(found && 'secret' in found)
    const late = secrets.update({ ...found.secret, description: 'late' })
    const customer = { ...scope, alias: 'alias/customer' }
    const key = await keys.find(customer)
    await rotateQuietly(app)
    await reseal(app)
    // What was sealed before, and what was read before.
    await commit(app, late)
    assert.ok(key)
    await commit(app, keys.update({ ...key, description: 'late' }))
    assert.deepEqual(await notUnder(app, 2), { 'kms kms_materials': 1, 'row-mac secrets': 1 })

    app.clock.advance(ALL_OVER)
    await reseal(app)
    assert.deepEqual(await notUnder(app, 2), {})
    assert.deepEqual(await versionsOf(app), { ...allAt([2]), kms: [1, 2], 'row-mac': [1, 2] })
    app.clock.advance(WRITES_UNDER_WAY_MS)
    await reseal(app)
    assert.deepEqual(await versionsOf(app), allAt([2]))
    assert.equal((await app.client.describeSecret(NEWEST)).Description, 'late')
    assert.equal((await keys.find(customer))?.description, 'late')
    await app.kms.generateDataKey({ KeyId: key.arn, KeySpec: 'AES_256' })
    await assertAllOpens(app)
  })

  test('leaves what somebody altered as it is, says so, keeps the old version, and looks again', async () => {
    await using app = await startApp()
    await fill(app)
    await forge(app, sql`update secrets set description = 'forged' where name = 'more/7'`)
    await forge(app, sql`update access_keys set active = 0 where user_name = 'bob'`)
    await rotateQuietly(app)
    const altered: string[] = []
    await reseal(app, { altered })
    assert.equal(altered.length, 3)
    assert.match(altered.join('\n'), /^access_keys AKIA\w+\naccess_keys AKIA\w+\nsecrets \d+$/)
    // Each of the two rows has one event, although two purposes met one of them.
    const damaged = app.refused.map(({ code, table, damage }) => [code, table, damage])
    assert.deepEqual(damaged.toSorted(), [
      ['DamagedRow', 'access_keys', 'mac'],
      ['DamagedRow', 'secrets', 'mac'],
    ])
    assert.deepEqual(await notUnder(app, 2), {
      'access-key access_keys': 1,
      'row-mac access_keys': 1,
      'row-mac secrets': 1,
    })

    app.clock.advance(ALL_OVER)
    await reseal(app, { altered })
    assert.deepEqual(await versionsOf(app), { ...allAt([2]), 'row-mac': [1, 2], 'access-key': [1, 2] })
    const { json } = await askCoffer(app, 'DescribeKeyring')
    const rowMac = json.Purposes.find(({ Purpose }: { Purpose: string }) => Purpose === 'row-mac').Rotation
    assert.deepEqual([rowMac.Altered, rowMac.RetiresDate], [2, undefined])
    assert.equal(altered.length, 6)

    await forge(app, sql`update secrets set description = null where name = 'more/7'`)
    await forge(app, sql`delete from access_keys where user_name = 'bob'`)
    await reseal(app, { altered })
    assert.equal(altered.length, 6)
    app.clock.advance(LOOK_AGAIN_MS)
    await reseal(app)
    app.clock.advance(WRITES_UNDER_WAY_MS)
    await reseal(app)
    assert.deepEqual(await versionsOf(app), allAt([2]))
    assert.equal((await app.client.describeSecret({ SecretId: 'more/7' })).Description, undefined)
  })

  test('ends no token of a grant, which lives as long as the grant', async () => {
    await using app = await startApp()
    await app.user('grantee')
    const { KeyMetadata: { KeyId = '' } = {} } = await app.kms.createKey({})
    const GranteePrincipal = `arn:aws:iam::${app.account}:user/grantee`
    const { GrantToken = '' } = await app.kms.createGrant({ KeyId, GranteePrincipal, Operations: ['Encrypt'] })
    await rotateQuietly(app)
    await reseal(app)
    app.clock.advance(ALL_OVER)
    await reseal(app)
    assert.deepEqual(await versionsOf(app), allAt([2]))
    await app.kms.encrypt({ KeyId, Plaintext: Buffer.from('x'), GrantTokens: [GrantToken] })
    await app.kms.retireGrant({ GrantToken })
    assert.deepEqual((await app.kms.listGrants({ KeyId })).Grants, [])
  })

  test('ends no session and no page token before its time', async () => {
    await using app = await startApp()
    await fill(app)
    const bob = await app.user('carol', [[{ Effect: 'Allow', Action: '*', Resource: '*' }]])
    const { Credentials } = await app.stsFor({ credentials: bob }).getSessionToken({ DurationSeconds: 129_600 })
    const { NextToken } = await app.client.listSecrets({ MaxResults: 1 })
    await rotateQuietly(app)
    const credentials = {
      accessKeyId: Credentials?.AccessKeyId ?? '',
      secretAccessKey: Credentials?.SecretAccessKey ?? '',
      sessionToken: Credentials?.SessionToken ?? '',
    }
    app.clock.advance(24 * HOUR - 60_000)
    await reseal(app)
    await app.client.listSecrets({ MaxResults: 1, NextToken })
    app.clock.advance(12 * HOUR)
    await reseal(app)
    assert.equal((await app.clientFor({ credentials }).getSecretValue(NEWEST)).SecretString, 'value of a')
    assert.deepEqual((await versionsOf(app)).session, [1, 2])
  })

  test('rotates again and again, and only the newest version is left in the files', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'coffer-reseal-'))
    const options = {
      dataDir: join(folder, 'data'),
      rootKey: { kind: 'file', path: join(folder, 'root.key'), chosen: true } as const,
    }
    try {
      const old: Uint8Array[] = []
      for (let round = 0; round < 3; round++) {
        await using app = await startApp(options)
        if (round === 0) await fill(app)
        const { results } = await app.running.installation.engine.read([
          sql`select wrapped as bytes from keyring union all select sealed from kms_materials`,
        ])
        old.push(...(results[0] ?? []).map(({ bytes }) => bytes as Uint8Array))
        await rotateQuietly(app)
        await reseal(app)
        app.clock.advance(ALL_OVER)
        await reseal(app)
        assert.deepEqual(await versionsOf(app), allAt([round + 2]))
        await assertAllOpens(app)
      }
      {
        await using app = await startApp(options)
        await assertAllOpens(app)
        assert.deepEqual(await notUnder(app, 4), {})
      }
      for (const name of await readdir(options.dataDir)) {
        const content = await readFile(join(options.dataDir, name))
        for (const bytes of old) assert.ok(!content.includes(bytes.subarray(10)), `${name} holds what was retired`)
      }
    } finally {
      await rm(folder, { recursive: true })
    }
  })
})
