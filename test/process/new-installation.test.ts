import assert from 'node:assert/strict'
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { basename, join } from 'node:path'
import { describe, test } from 'node:test'
import { assertRefused } from './assert-refused.ts'
import { clientOf, iamOf, readCredentials, runCoffer, serve, serveArgs, temporaryFolder } from './coffer.ts'

const OTHER_KEY = { COFFER_ROOT_KEY: 'ab'.repeat(32) }

/** A stopped installation with a secret. */
async function installation(folder: string, more: readonly string[] = []) {
  await using server = await serve(folder, more)
  await clientOf(server, folder).createSecret({ Name: 'kept', SecretString: 'value' })
  return {
    data: join(folder, 'data'),
    store: join(folder, 'data', 'store.db'),
    key: join(folder, 'data.key'),
    credentials: join(folder, 'data.credentials'),
  }
}

/** Every file below a folder with its content. */
function contentOf(folder: string): Readonly<Record<string, string>> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((each) => each.isFile())
  const paths = files.map(({ parentPath, name }) => join(parentPath, name)).toSorted()
  // Every start locks the folder.
  const others = paths.filter((path) => basename(path) !== 'lock')
  return Object.fromEntries(others.map((path) => [path, readFileSync(path, 'latin1')]))
}

type Files = Awaited<ReturnType<typeof installation>>

describe('a start with an empty store is refused and changes nothing', { concurrency: 2 }, () => {
  const cases: [what: string, lose: (files: Files) => void, env: Record<string, string>, named: readonly RegExp[]][] = [
    [
      'beside key, credentials and trail, when the store is missing',
      ({ store }) => rmSync(store),
      {},
      [/a root key \(\S+data\.key\)/, /credentials \(\S+data\.credentials\)/, /a trail \(\S+data\)/],
    ],
    [
      'beside key, credentials and trail, when the store has no bytes',
      ({ store }) => truncateSync(store),
      {},
      [/a root key/, /credentials/, /a trail/],
    ],
    [
      'beside key and credentials, when the volume is not mounted',
      ({ data }) => rmSync(data, { recursive: true }),
      {},
      [/a root key/, /credentials/],
    ],
    [
      'beside a root key alone',
      ({ data, credentials }) => [data, credentials].map((path) => rmSync(path, { recursive: true })),
      {},
      [/a root key/],
    ],
    [
      'beside credentials alone, when the root key is given in the environment',
      ({ data, key }) => [data, key].map((path) => rmSync(path, { recursive: true })),
      OTHER_KEY,
      [/credentials/],
    ],
    [
      'beside a trail alone, when the root key is given in the environment',
      ({ store, key, credentials }) => [store, key, credentials].map((path) => rmSync(path)),
      OTHER_KEY,
      [/a trail/],
    ],
    [
      'beside the root key of an earlier installation, when another one is given in the environment',
      ({ data, credentials }) => [data, credentials].map((path) => rmSync(path, { recursive: true })),
      OTHER_KEY,
      [/a root key/],
    ],
    [
      "beside a store's write-ahead log alone, which SQLite would remove",
      ({ data, key, credentials }) => {
        for (const path of [data, key, credentials]) rmSync(path, { recursive: true })
        mkdirSync(data, { mode: 0o700 })
        writeFileSync(join(data, 'store.db-wal'), 'pages', { mode: 0o600 })
      },
      OTHER_KEY,
      [/a trail/],
    ],
  ]
  for (const [what, lose, env, named] of cases)
    test(what, async () => {
      using folder = temporaryFolder()
      lose(await installation(folder.path))
      const before = contentOf(folder.path)
      const ended = await runCoffer(serveArgs(folder.path), { env })
      for (const pattern of named) assertRefused(ended, pattern)
      assertRefused(ended, /mount it; .* restore a backup\. .* start once with --new\.$/m)
      assert.deepEqual(contentOf(folder.path), before)
    })

  test('beside a root key file that was named, which a mounted key volume still has', async () => {
    using folder = temporaryFolder()
    const keys = join(folder.path, 'keys')
    mkdirSync(keys)
    const named = ['--root-key-file', join(keys, 'root.key')]
    const { data, credentials } = await installation(folder.path, named)
    for (const path of [data, credentials]) rmSync(path, { recursive: true })
    assertRefused(await runCoffer(serveArgs(folder.path, named)), /a root key \(\S+root\.key\)/)
  })

  test('and the installation starts as before once its store is back', async () => {
    using folder = temporaryFolder()
    const { store } = await installation(folder.path)
    renameSync(store, `${store}.away`)
    assertRefused(await runCoffer(serveArgs(folder.path)), /a trail/)
    renameSync(`${store}.away`, store)
    await using server = await serve(folder.path)
    const { SecretString } = await clientOf(server, folder.path).getSecretValue({ SecretId: 'kept' })
    assert.equal(SecretString, 'value')
  })
})

test('an offline command refuses an empty store and makes nothing in it', async () => {
  using folder = temporaryFolder()
  const data = join(folder.path, 'data')
  mkdirSync(data, { mode: 0o700 })
  writeFileSync(join(data, 'store.db'), '', { mode: 0o600 })
  for (const command of [
    ['admin', 'reset-key'],
    ['admin', 'create-account'],
    ['root-key', 'rotate'],
  ])
    assertRefused(await runCoffer([...command, '--data-dir', data]), /there is no Coffer data in it/)
  assert.deepEqual(readdirSync(folder.path), ['data'])
  assert.deepEqual(readFileSync(join(data, 'store.db')).byteLength, 0)
})

describe('--new', () => {
  test('makes an installation beside the files of an earlier one, and loses none of them', async () => {
    using folder = temporaryFolder()
    const { data, store, key, credentials } = await installation(folder.path)
    const old = { key: readFileSync(key, 'utf8'), credentials: readFileSync(credentials, 'utf8') }
    const trail = readFileSync(join(data, 'trail.db'), 'latin1')
    renameSync(store, join(folder.path, 'old-store.db'))
    {
      await using server = await serve(folder.path, ['--new'])
      assert.match(server.stderr(), /This is the first start/)
      assert.deepEqual((await clientOf(server, folder.path).listSecrets({})).SecretList, [])
    }
    assert.equal(readFileSync(key, 'utf8'), old.key, 'the root key is used for both')
    const [, account] = /of account (\d{12})/.exec(old.credentials) ?? []
    assert.equal(readFileSync(`${credentials}.${account}`, 'utf8'), old.credentials)
    assert.equal(readFileSync(join(data, 'before-1', 'trail.db'), 'latin1'), trail)
    const verified = await runCoffer(['trail', 'verify', '--data-dir', data])
    assert.equal(verified.code, 0, verified.stdout)

    // Both halves of the old installation still fit together.
    const restored = join(folder.path, 'restored')
    mkdirSync(restored, { mode: 0o700 })
    renameSync(join(folder.path, 'old-store.db'), join(restored, 'store.db'))
    renameSync(join(data, 'before-1', 'trail.db'), join(restored, 'trail.db'))
    await using server = await serve(folder.path, ['--data-dir', restored, '--root-key-file', key])
    const client = clientOf(server, readCredentials(`${credentials}.${account}`))
    assert.equal((await client.getSecretValue({ SecretId: 'kept' })).SecretString, 'value')
  })

  test('moves the files of each earlier installation into a folder of its own', async () => {
    using folder = temporaryFolder()
    const { data, store } = await installation(folder.path)
    for (const round of [1, 2]) {
      rmSync(store)
      await (await serve(folder.path, ['--new'])).stop()
      assert.ok(existsSync(join(data, `before-${round}`, 'trail.db')))
    }
  })

  test('is refused where an installation exists, so that it cannot stay in a unit file', async () => {
    using folder = temporaryFolder()
    await installation(folder.path)
    const before = contentOf(folder.path)
    const again = /Cannot make a new installation: .*: there is one in it already\. Start without --new/
    assertRefused(await runCoffer(serveArgs(folder.path, ['--new'])), again)
    assertRefused(await runCoffer(serveArgs(folder.path), { env: { COFFER_NEW: 'true' } }), again)
    assert.deepEqual(contentOf(folder.path), before)
  })

  test('is not needed where nothing is left of an earlier installation', async () => {
    using folder = temporaryFolder()
    await using server = await serve(folder.path, [], { env: OTHER_KEY })
    await clientOf(server, folder.path).listSecrets({})
    await using other = await serve(join(folder.path, 'other'), ['--new'])
    const { Users } = await iamOf(other, readCredentials(join(folder.path, 'other', 'data.credentials'))).listUsers()
    assert.equal(Users?.length, 1)
  })
})

describe('a root key file without a byte', () => {
  test('that an interrupted first start left beside the data directory does not block the next start', async () => {
    using folder = temporaryFolder()
    for (const content of ['', '\0'.repeat(64)]) {
      rmSync(join(folder.path, 'data'), { recursive: true, force: true })
      rmSync(join(folder.path, 'data.credentials'), { force: true })
      writeFileSync(join(folder.path, 'data.key'), content, { mode: 0o600 })
      await using server = await serve(folder.path)
      await clientOf(server, folder.path).listSecrets({})
      assert.match(readFileSync(join(folder.path, 'data.key'), 'utf8'), /^coffer-root-key:v1:/)
    }
  })

  test('that something else failed to fill is refused and left as it is', async () => {
    using folder = temporaryFolder()
    const path = join(folder.path, 'delivered')
    writeFileSync(path, '', { mode: 0o600 })
    const ended = await runCoffer(serveArgs(folder.path, ['--root-key-file', path]))
    assertRefused(
      ended,
      /delivered is empty, expected .*\. Put the key into it, or remove it so that Coffer makes one\./,
    )
    assert.equal(readFileSync(path).byteLength, 0)
  })

  test('of an installation that exists is never replaced', async () => {
    using folder = temporaryFolder()
    const { key } = await installation(folder.path)
    truncateSync(key)
    assertRefused(await runCoffer(serveArgs(folder.path)), /it wants the root key with fingerprint .* is empty/)
    assert.equal(readFileSync(key).byteLength, 0)
  })
})
