import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, test } from 'node:test'
import { assertRefused, mustBeStopped } from './assert-refused.ts'
import { clientOf, runCoffer, serve, temporaryFolder } from './coffer.ts'

const PASSPHRASE = { COFFER_ROOT_KEY_PASSPHRASE: 'correct horse battery staple' }
const KMS_KEY = 'arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab'

/** An installation with a secret in it, at rest. */
async function installation(path: string) {
  await using server = await serve(path)
  await clientOf(server, path).createSecret({ Name: 'kept', SecretString: 'value' })
  const data = join(path, 'data')
  return { data, key: `${data}.key`, rotate: ['root-key', 'rotate', '--data-dir', data] }
}

async function assertOpens(path: string, more: readonly string[] = [], env: Record<string, string> = {}) {
  await using server = await serve(path, more, { env })
  assert.equal((await clientOf(server, path).getSecretValue({ SecretId: 'kept' })).SecretString, 'value')
}

function wrappedKeys(data: string): Uint8Array[] {
  using store = new DatabaseSync(join(data, 'store.db'), { readOnly: true })
  return store
    .prepare('select wrapped from keyring')
    .all()
    .map(({ wrapped }) => wrapped as Uint8Array)
}

describe('coffer root-key rotate', () => {
  test('replaces a root key file where it lies, keeps the old one, and says how to destroy it', async () => {
    using folder = temporaryFolder()
    const { data, key, rotate } = await installation(folder.path)
    const old = readFileSync(key, 'utf8')
    const { code, stdout, stderr } = await runCoffer(rotate)
    assert.deepEqual({ code, stderr }, { code: 0, stderr: '' })
    const kept = readdirSync(folder.path).find((name) => /^data\.key\.[0-9a-f]{16}$/.test(name)) ?? ''
    assert.equal(readFileSync(join(folder.path, kept), 'utf8'), old)
    assert.notEqual(readFileSync(key, 'utf8'), old)
    assert.equal(statSync(key).mode & 0o777, 0o600)
    assert.ok(stdout.includes(`shred -u ${join(folder.path, kept)}\n`), stdout)
    assert.match(stdout, /coffer root-key export/)
    await assertOpens(folder.path)

    const { stdout: records } = await runCoffer(['trail', '--data-dir', data, '--limit', '10000'])
    const record = records.split('\n').find((line) => line.includes('RotateRootKey'))
    const { eventType, requestParameters } = JSON.parse(record ?? '{}')
    assert.equal(eventType, 'AwsServiceEvent')
    assert.ok(kept.endsWith(requestParameters.from))
    assert.ok(stdout.includes(requestParameters.to))
  })

  test('leaves nothing in the files that the old key could open', async () => {
    using folder = temporaryFolder()
    const { data, rotate } = await installation(folder.path)
    const before = wrappedKeys(data)
    assert.equal((await runCoffer(rotate)).code, 0)
    assert.equal(wrappedKeys(data).length, before.length)
    for (const name of readdirSync(data)) {
      const bytes = readFileSync(join(data, name))
      for (const wrapped of before) assert.ok(!bytes.includes(wrapped.subarray(10)), `${name} holds an old key`)
    }
  })

  test('backups from before open with the old key, and with no other', async () => {
    using folder = temporaryFolder()
    const { data, key, rotate } = await installation(folder.path)
    const backup = readFileSync(join(data, 'store.db'))
    const old = readFileSync(key)
    await runCoffer(rotate)
    writeFileSync(join(data, 'store.db'), backup)
    assertRefused(
      await runCoffer(['serve', '--port', '0', '--data-dir', data]),
      /it wants the root key with fingerprint/,
    )
    const back = join(folder.path, 'old.key')
    writeFileSync(back, old, { mode: 0o600 })
    await assertOpens(folder.path, ['--root-key-file', back])
  })

  test('moves to a file that is made, from there to a variable, and says how to start', async () => {
    using folder = temporaryFolder()
    const { key, rotate } = await installation(folder.path)
    const old = readFileSync(key)
    const next = join(folder.path, 'next.key')
    const { stdout } = await runCoffer([...rotate, '--new-root-key-file', next])
    assert.ok(stdout.includes(`--root-key-file ${next}\n`), stdout)
    assert.deepEqual(readFileSync(key), old)
    assert.equal(statSync(next).mode & 0o777, 0o600)
    await assertOpens(folder.path, ['--root-key-file', next])

    const value = 'ab'.repeat(32)
    const env = { COFFER_NEW_ROOT_KEY: value }
    const moved = await runCoffer([...rotate, '--root-key-file', next], { env })
    assert.equal(moved.code, 0, moved.stderr)
    assert.ok(!moved.stdout.includes(value))
    await assertOpens(folder.path, [], { COFFER_ROOT_KEY: value })
  })

  test('moves to a systemd credential', async () => {
    using folder = temporaryFolder()
    const { rotate } = await installation(folder.path)
    writeFileSync(join(folder.path, 'root'), 'cd'.repeat(32), { mode: 0o400 })
    const env = { CREDENTIALS_DIRECTORY: folder.path }
    const { code, stderr } = await runCoffer([...rotate, '--new-root-key-systemd-credential', 'root'], { env })
    assert.equal(code, 0, stderr)
    await assertOpens(folder.path, ['--root-key-systemd-credential', 'root'], env)
  })

  test('that was done already says so, and does it no second time', async () => {
    using folder = temporaryFolder()
    const { rotate } = await installation(folder.path)
    const again = [...rotate, '--new-root-key-file', join(folder.path, 'next.key')]
    await runCoffer(again)
    const { code, stdout } = await runCoffer(again)
    assert.deepEqual(
      { code, stdout },
      { code: 0, stdout: 'The root key has been rotated already: the store opens with the new one.\n' },
    )
  })

  test('that was interrupted before the files had their new names is finished by the next start, or by itself', async () => {
    for (const finish of ['serve', 'rotate']) {
      using folder = temporaryFolder()
      const { key, rotate } = await installation(folder.path)
      const old = readFileSync(key, 'utf8')
      await runCoffer(rotate)
      const kept = readdirSync(folder.path).find((name) => name.startsWith('data.key.')) ?? ''
      const next = readFileSync(key, 'utf8')
      renameSync(key, `${key}.new`)
      renameSync(join(folder.path, kept), key)
      // An export is of the key that the store wants, also now.
      const exported = await runCoffer(['root-key', 'export', '--data-dir', join(folder.path, 'data')], {
        env: PASSPHRASE,
      })
      assert.equal(exported.code, 0, exported.stderr)
      if (finish === 'rotate') assert.match((await runCoffer(rotate)).stdout, /^Finished the rotation/)
      await assertOpens(folder.path)
      assert.equal(readFileSync(key, 'utf8'), next)
      assert.equal(readFileSync(join(folder.path, kept), 'utf8'), old)
      assert.ok(!existsSync(`${key}.new`))
    }
  })

  test('is refused while a server runs, without the present key, and towards what it is already', async () => {
    using folder = temporaryFolder()
    const { data, key, rotate } = await installation(folder.path)
    const before = readFileSync(key, 'utf8')
    {
      await using server = await serve(folder.path)
      assertRefused(await runCoffer(rotate), mustBeStopped('Cannot rotate the root key', data, server.process.pid))
    }
    const env = { COFFER_ROOT_KEY: 'ab'.repeat(32) }
    assertRefused(await runCoffer(rotate, { env }), /Name the new one, as with --new-root-key-file/)
    const to = [...rotate, '--new-root-key-file', join(folder.path, 'next.key')]
    assertRefused(await runCoffer(to, { env }), /it wants the root key with fingerprint [0-9a-f]{16}, and was given/)
    const copy = join(folder.path, 'copy.key')
    writeFileSync(copy, before, { mode: 0o600 })
    assertRefused(await runCoffer([...rotate, '--new-root-key-file', copy]), /the new one is the one there is/)
    assertRefused(
      await runCoffer(['root-key', 'rotate', '--data-dir', join(folder.path, 'none')]),
      /there is no Coffer data/,
    )
    assert.equal(readFileSync(key, 'utf8'), before)
    await assertOpens(folder.path)
    assert.ok(!existsSync(`${data}.key.new`))
  })

  test('is refused, and changes nothing, where the old key file cannot be kept beside the new one', async () => {
    using folder = temporaryFolder()
    const { key, rotate } = await installation(folder.path)
    // With `.new` behind it the name is as long as one can be, with a fingerprint too long.
    const long = join(folder.path, 'k'.repeat(250))
    renameSync(key, long)
    assertRefused(
      await runCoffer([...rotate, '--root-key-file', long]),
      /Cannot replace the root key file: .*\. Name another place for the new one, as with --new-root-key-file\./,
    )
    assert.ok(!existsSync(`${long}.new`))
    await assertOpens(folder.path, ['--root-key-file', long])
  })

  test('towards a KMS that does not answer changes nothing', async () => {
    using folder = temporaryFolder()
    const { rotate } = await installation(folder.path)
    const env = { AWS_ACCESS_KEY_ID: 'AKIAROOTROOTROOTROOT', AWS_SECRET_ACCESS_KEY: 'x'.repeat(20) }
    const kms = ['--new-root-key-kms-key', KMS_KEY, '--new-root-key-kms-endpoint', 'http://127.0.0.1:9']
    assertRefused(await runCoffer([...rotate, ...kms], { env }), /Cannot reach the KMS of the root key: arn:aws:kms:/)
    await assertOpens(folder.path)
  })
})

describe('coffer root-key export', () => {
  test('refuses a key that the store does not open with, and one that never leaves its KMS', async () => {
    using folder = temporaryFolder()
    const { data } = await installation(folder.path)
    const exporting = ['root-key', 'export', '--data-dir', data]
    const other = { env: { ...PASSPHRASE, COFFER_ROOT_KEY: 'ab'.repeat(32) } }
    assertRefused(
      await runCoffer(exporting, other),
      /the store wants the root key with fingerprint [0-9a-f]{16}, and this is/,
    )
    assertRefused(
      await runCoffer([...exporting, '--root-key-kms-key', KMS_KEY], { env: PASSPHRASE }),
      /Cannot export the root key: arn:aws:kms:.*: it never leaves its KMS\. Back it up there\./,
    )
  })
})
