import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { assertRefused } from './assert-refused.ts'
import { runCoffer, serve, serveArgs, temporaryFolder } from './coffer.ts'

const tls = (name: string) => fileURLToPath(new URL(`tls/${name}`, import.meta.url))
const pair = (cert: string, key: string) => ['--tls-cert', tls(cert), '--tls-key', tls(key)]

describe('TLS files are refused', { concurrency: 2 }, () => {
  const refused: readonly [what: string, args: readonly string[], sentence: RegExp, code?: 2][] = [
    ['that are not there', pair('none.pem', 'server-key.pem'), /TLS certificate: .*none\.pem: there is no such file/],
    ['that hold no certificate', pair('server-key.pem', 'server-key.pem'), /wanted a certificate in PEM form/],
    ['that hold no key', pair('server.pem', 'server.pem'), /wanted a private key in PEM form/],
    ['that want a passphrase', pair('server.pem', 'encrypted-key.pem'), /without a passphrase/],
    ['that do not belong together', pair('server.pem', 'other-key.pem'), /does not belong to the certificate/],
    ['of which one is missing', ['--tls-key', tls('server-key.pem')], /give --tls-cert too/, 2],
  ]
  for (const [what, args, sentence, code] of refused)
    test(what, async () => assertRefused(await runCoffer(['dev', '--port', '0', ...args]), sentence, code))
})

describe('offline commands without an installation', { concurrency: 2 }, () => {
  const refused: readonly [command: string, sentence: RegExp][] = [
    ['trail', /Cannot read the trail: .*data: there is no Coffer data in it/],
    ['admin reset-key', /Cannot reset the access key: .*data: there is no Coffer data in it/],
    ['root-key export', /data\.key does not exist/],
  ]
  for (const [command, sentence] of refused)
    test(command, async () => {
      using folder = temporaryFolder()
      assertRefused(await runCoffer([...command.split(' '), '--data-dir', join(folder.path, 'data')]), sentence)
    })

  test('root-key import of a file that is not there, and of one that is no export', async () => {
    using folder = temporaryFolder()
    const importInto = (source: string) => ['root-key', 'import', source, '--root-key-file', join(folder.path, 'key')]
    const options = { env: { COFFER_ROOT_KEY_PASSPHRASE: 'x' }, cwd: folder.path }
    assertRefused(await runCoffer(importInto('none'), options), /Cannot read the export: none: there is no such file/)
    writeFileSync(join(folder.path, 'other'), 'something else')
    assertRefused(await runCoffer(importInto('other'), options), /the text is not an export/)
  })
})

test('two root keys are refused', async () => {
  using folder = temporaryFolder()
  const env = { COFFER_ROOT_KEY: 'ab'.repeat(32), COFFER_ROOT_KEY_FILE: join(folder.path, 'key') }
  assertRefused(await runCoffer(serveArgs(folder.path), { env }), /given together: Coffer has one root key/, 2)
})

test('an address of another machine is refused', async () => {
  const ended = await runCoffer(['dev', '--port', '0', '--host', '192.0.2.1'])
  assertRefused(ended, /Cannot listen on 192\.0\.2\.1:0: this machine does not have that address/)
})

const procfs = { skip: process.platform !== 'linux' && 'needs /proc' }
test('a place where the system makes no folder is refused', procfs, async () => {
  const ended = await runCoffer(['serve', '--port', '0', '--data-dir', '/proc/coffer'])
  assertRefused(ended, /Cannot make the data directory: \/proc\/coffer: /)
})

const unprivileged = { skip: process.getuid?.() === 0 && 'root may open any port' }
test('a port that is not for everybody is refused', unprivileged, async () => {
  assertRefused(await runCoffer(['dev', '--port', '1']), /may not open that port/)
})

test('a store of a newer Coffer is refused, and a file that is no store', async () => {
  using folder = temporaryFolder()
  await (await serve(folder.path)).stop()
  const data = join(folder.path, 'data')
  const commands = [serveArgs(folder.path), ['trail', '--data-dir', data], ['admin', 'reset-key', '--data-dir', data]]
  const store = new DatabaseSync(join(data, 'store.db'))
  store.exec('pragma user_version = 9999')
  store.close()
  for (const command of commands) assertRefused(await runCoffer(command), /has version 9999.* a newer Coffer/)
  writeFileSync(join(data, 'store.db'), 'x'.repeat(5000))
  for (const command of commands) assertRefused(await runCoffer(command), /data: .*not a database/)
})

describe('a data directory with a foreign thing in place of a file of its own is refused with advice', () => {
  const refused: readonly [what: string, place: (path: string) => void, sentence: RegExp][] = [
    [
      'trail.reserve is a folder',
      (data) => mkdirSync(join(data, 'trail.reserve')),
      /Cannot start the writer of the store: .*trail\.reserve: it is not a regular file\. Move it away/,
    ],
    [
      'lock holds other bytes',
      (data) => writeFileSync(join(data, 'lock'), 'garbage'),
      /data\/lock: it holds something that Coffer did not write\. Make sure that no Coffer uses the directory, remove this file/,
    ],
    [
      'lock is a folder',
      (data) => mkdirSync(join(data, 'lock')),
      /data\/lock: it is not a regular file\. Move it away/,
    ],
    [
      'trail.db is a folder',
      (data) => mkdirSync(join(data, 'trail.db')),
      /data\/trail\.db: it is not a regular file\. Move it away/,
    ],
  ]
  for (const [what, place, sentence] of refused)
    test(what, async () => {
      using folder = temporaryFolder()
      await (await serve(folder.path)).stop()
      const data = join(folder.path, 'data')
      for (const name of ['trail.reserve', 'lock', 'trail.db'])
        if (what.startsWith(name)) rmSync(join(data, name), { force: true })
      place(data)
      assertRefused(await runCoffer(serveArgs(folder.path)), sentence)
    })

  test('a server starts again once garbage in lock was removed', async () => {
    using folder = temporaryFolder()
    await (await serve(folder.path)).stop()
    const lock = join(folder.path, 'data', 'lock')
    writeFileSync(lock, 'x'.repeat(5000))
    assertRefused(await runCoffer(serveArgs(folder.path)), /it holds something that Coffer did not write/)
    rmSync(lock)
    await using _server = await serve(folder.path)
  })
})
