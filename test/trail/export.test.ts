import assert from 'node:assert/strict'
import { cpSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { gunzipSync, gzipSync } from 'node:zlib'
import { recordsOf } from '../../src/audit/cloudtrail.ts'
import { verifyExport } from '../../src/audit/export/verify-export.ts'
import { exportTrail, timeOf } from '../../src/commands/export-trail.ts'
import { REGION } from '../start-app.ts'
import { durableApp } from './durable-app.ts'
import { validateLogs } from './validate-logs.ts'

const HOUR = 3_600_000
const HOURS = 8

type Store = Awaited<ReturnType<typeof durableApp>>

/** Some hours of records in two Regions, of which two have none; all in the past. */
async function withHours(): Promise<Store & { output: string }> {
  const store = await durableApp({ stopped: true, behind: (Date.now() % HOUR) + (HOURS + 3) * HOUR })
  const { app } = store
  const other = app.clientFor({ region: 'us-west-2' })
  await app.client.createSecret({ Name: 'a', SecretString: 'value' })
  for (let hour = 0; hour < HOURS; hour++) {
    if (hour !== 3 && hour !== 4) {
      await app.client.batchGetSecretValue({ SecretIdList: ['a', 'missing'] })
      if (hour % 2) await other.listSecrets({})
    }
    await app.running.installation.heads.signHead()
    app.clock.advance(HOUR)
  }
  return Object.assign(store, { output: join(store.folder, 'export') })
}

function exportOf({ dataDir, rootKey, output }: Store & { output: string }, more = {}) {
  return exportTrail({ dataDir, rootKey, output, bucket: 'a-bucket', since: undefined, until: undefined, ...more })
}

const filesIn = (folder: string) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => statSync(join(folder, name)).isFile())
    .toSorted()

const trailKeys = ({ app }: Store) => app.running.installation.keyring.current.publicKeys('trail')

describe('coffer trail export', () => {
  test("is valid by the AWS CLI's rules, with a digest for every hour and every record once", async () => {
    await using store = await withHours()
    await exportOf(store)
    const expected = (await store.app.trail()).flatMap(recordsOf)
    for (const region of [REGION, 'us-west-2']) {
      const { digests, hours, records } = validateLogs(store.output, store.app.account, region)
      assert.ok(digests >= HOURS - 2, `${digests} digests`)
      assert.deepEqual(
        hours,
        hours.map((_, index) => hours[0]! + index * HOUR),
      )
      const ids = expected.filter(({ awsRegion }) => awsRegion === region).map(({ eventID }) => eventID)
      assert.deepEqual(records.map(({ eventID }) => eventID).toSorted(), ids.toSorted())
    }
  })

  test('is laid out as CloudTrail does it, for its owner alone', async () => {
    await using store = await withHours()
    await exportOf(store)
    const a = store.app.account
    const log = RegExp(
      `^AWSLogs/${a}/CloudTrail/([a-z0-9-]+)/\\d{4}/\\d\\d/\\d\\d/${a}_CloudTrail_\\1_\\d{8}T\\d{4}Z_[0-9a-f]{16}\\.json\\.gz$`,
    )
    const digest = RegExp(
      `^AWSLogs/${a}/CloudTrail-Digest/([a-z0-9-]+)/\\d{4}/\\d\\d/\\d\\d/${a}_CloudTrail-Digest_\\1_coffer_us-east-1_\\d{8}T\\d{6}Z\\.json\\.gz(\\.metadata\\.json)?$`,
    )
    const own = ['coffer-export-key.json', 'coffer-export.json', 'public-keys.json']
    for (const file of filesIn(store.output)) {
      assert.ok(own.includes(file) || log.test(file) || digest.test(file), file)
      assert.equal(statSync(join(store.output, file)).mode & 0o777, 0o600, file)
    }
  })

  test('goes on where it was, and touches nothing that was finished', async () => {
    await using store = await withHours()
    const { app } = store
    await exportOf(store, { until: app.clock.now() - 5 * HOUR })
    const before = filesIn(store.output).filter((name) => name.startsWith('AWSLogs'))
    const content = before.map((name) => [
      readFileSync(join(store.output, name)),
      statSync(join(store.output, name)).mtimeMs,
    ])
    const { digests } = validateLogs(store.output, app.account, REGION)
    await exportOf(store, { until: app.clock.now() - 5 * HOUR })
    assert.deepEqual(
      filesIn(store.output).filter((name) => name.startsWith('AWSLogs')),
      before,
    )
    await app.client.listSecrets({})
    await app.running.installation.heads.signHead()
    await exportOf(store)
    assert.deepEqual(
      before.map((name) => [readFileSync(join(store.output, name)), statSync(join(store.output, name)).mtimeMs]),
      content,
    )
    const after = validateLogs(store.output, app.account, REGION)
    assert.ok(after.digests > digests)
    const expected = (await app.trail()).flatMap(recordsOf).filter(({ awsRegion }) => awsRegion === REGION)
    assert.equal(new Set(after.records.map(({ eventID }) => eventID)).size, expected.length)
    assert.equal(after.records.length, expected.length)
  })

  test('an hour that was interrupted is written anew', async () => {
    await using store = await withHours()
    const until = store.app.clock.now() - 5 * HOUR
    await exportOf(store, { until })
    const state = readFileSync(join(store.output, 'coffer-export.json'))
    await exportOf(store)
    const whole = filesIn(store.output)
    // As if it had ended before the state was written.
    writeFileSync(join(store.output, 'coffer-export.json'), state)
    await exportOf(store)
    assert.deepEqual(filesIn(store.output), whole)
    validateLogs(store.output, store.app.account, REGION)
  })

  test('exports nothing of a trail that was altered', async () => {
    await using store = await withHours()
    await store.reopen((trail) => trail.exec('update trail set at = at + 1 where seq = 2'))
    await assert.rejects(exportOf(store), /Cannot export the trail: .*it was altered\. Run: coffer trail verify/)
    assert.throws(() => statSync(store.output), /ENOENT/)
  })

  test('the private key in the folder is of no use to who has the folder alone', async () => {
    await using store = await withHours()
    await exportOf(store)
    const kept = JSON.parse(readFileSync(join(store.output, 'coffer-export-key.json'), 'utf8'))
    // What every private key of RSA in PKCS #8 begins with, behind its length.
    const algorithm = Buffer.from('2a864886f70d010101', 'hex')
    assert.equal(Buffer.from(kept.Sealed, 'base64').includes(algorithm), false)
  })

  test('another bucket, or a later beginning, would break the chain: both are refused', async () => {
    await using store = await withHours()
    await exportOf(store, { until: store.app.clock.now() - 5 * HOUR })
    await assert.rejects(exportOf(store, { bucket: 'other' }), /its files name the bucket a-bucket/)
    await assert.rejects(exportOf(store, { since: store.app.clock.now() }), /its chain of digests goes on from 2/)
  })

  test('begins with an hour that somebody names', async () => {
    await using store = await withHours()
    const since = store.app.clock.now() - 4 * HOUR
    await exportOf(store, { since })
    const { hours, records } = validateLogs(store.output, store.app.account, REGION)
    assert.ok(hours[0]! >= since && hours[0]! % HOUR === 0)
    const times = records.map(({ eventTime }) => Date.parse(eventTime))
    assert.ok(times.length > 0 && times.every((time) => time >= since - 1_000))
    assert.equal(timeOf('2026-01-31'), Date.UTC(2026, 0, 31))
    assert.equal(timeOf('2026-01-31T12:30:00+01:00'), Date.UTC(2026, 0, 31, 11, 30))
    for (const text of ['', 'now', '2026', '2026-13-01', '2026-01-31T12:00']) assert.equal(timeOf(text), undefined)
  })
})

describe('coffer trail verify-export', () => {
  const files = (root: string, kind: string) => filesIn(root).filter((name) => RegExp(`/${kind}/.*gz$`).test(name))
  const rewrite = (path: string, change: (text: string) => string) =>
    writeFileSync(path, gzipSync(change(gunzipSync(readFileSync(path)).toString())))
  const tamperings: Record<string, (root: string) => void> = {
    'alters a record': (root) =>
      rewrite(join(root, files(root, 'CloudTrail')[1]!), (text) =>
        text.replace(/"sourceIPAddress":"[^"]*"/, '"sourceIPAddress":"1.2.3.4"'),
      ),
    'removes a file of records': (root) => rmSync(join(root, files(root, 'CloudTrail')[1]!)),
    'adds a file of records': (root) =>
      cpSync(
        join(root, files(root, 'CloudTrail')[0]!),
        join(root, files(root, 'CloudTrail')[0]!.replace(/_[0-9a-f]{16}\./, '_0123456789abcdef.')),
      ),
    'alters a digest': (root) =>
      rewrite(join(root, files(root, 'CloudTrail-Digest')[2]!), (text) =>
        text.replace(/"logFiles":\[.*\]/, '"logFiles":[]'),
      ),
    'removes a digest': (root) => rmSync(join(root, files(root, 'CloudTrail-Digest')[2]!)),
    'removes the first digest': (root) => rmSync(join(root, files(root, 'CloudTrail-Digest')[0]!)),
    'exchanges two digests': (root) => {
      const [one, two] = files(root, 'CloudTrail-Digest')
        .slice(1, 3)
        .map((name) => join(root, name)) as [string, string]
      const kept = readFileSync(one)
      cpSync(two, one)
      writeFileSync(two, kept)
    },
    'removes a signature': (root) => rmSync(join(root, `${files(root, 'CloudTrail-Digest')[1]}.metadata.json`)),
    'names a file outside of the folder': (root) =>
      rewrite(join(root, files(root, 'CloudTrail-Digest')[0]!), (text) =>
        text.replace(/"s3Object":"[^"]*"/, '"s3Object":"AWSLogs/../../etc/passwd"'),
      ),
    'alters the public key': (root) => {
      const path = join(root, 'public-keys.json')
      writeFileSync(path, readFileSync(path, 'utf8').replace(/"ValidityStartTime": \d/, '"ValidityStartTime": 9'))
    },
    'removes all but the public keys': (root) => rmSync(join(root, 'AWSLogs'), { recursive: true }),
    'removes the public keys': (root) => rmSync(join(root, 'public-keys.json')),
  }

  test('finds an export intact, and each way in which it is not', async () => {
    await using store = await withHours()
    await exportOf(store)
    const keys = trailKeys(store)
    const { faults, records, digests } = await verifyExport(store.output, keys)
    assert.deepEqual(faults, [])
    assert.equal(records, (await store.app.trail()).flatMap(recordsOf).length)
    assert.ok(digests > HOURS)
    assert.deepEqual((await verifyExport(store.output, undefined)).faults, [])
    for (const [what, tamper] of Object.entries(tamperings)) {
      const copy = join(store.folder, what.replaceAll(' ', '-'))
      cpSync(store.output, copy, { recursive: true })
      tamper(copy)
      assert.ok((await verifyExport(copy, keys)).faults.length > 0, what)
    }
    const others = new Map([...keys].map(([version]) => [version, Buffer.alloc(32, 7)]))
    assert.ok((await verifyExport(store.output, others)).faults.length > 0, 'keys of another installation')
  })
})
