import assert from 'node:assert/strict'
import { chmod, mkdir, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { describe, type TestContext, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { assertRefused, runCoffer, serve, temporaryFolder } from './run-coffer.ts'

const tls = (name: string) => fileURLToPath(new URL(`tls/${name}`, import.meta.url))

interface Refused {
  readonly what: string
  readonly args: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  readonly message: RegExp
}

const port = ['--port', '0'] as const
const refused: readonly Refused[] = [
  { what: 'a command that is none', args: ['srve'], message: /unknown command 'srve' \(Did you mean serve\?\)/ },
  {
    what: 'a tool that is none',
    args: ['root-key', 'exprt'],
    message: /unknown command 'exprt' \(Did you mean export\?\)/,
  },
  {
    what: 'a typing error',
    args: ['serve', '--prot', '1'],
    message: /unknown option '--prot' \(Did you mean --port\?\)/,
  },
  { what: 'an option without its value', args: ['serve', '--port'], message: /--port <number>' argument missing/ },
  { what: 'an argument too many', args: ['serve', 'here'], message: /too many arguments/ },
  {
    what: 'an argument too few',
    args: ['root-key', 'import', '--root-key-file', 'k'],
    message: /missing required argument/,
  },
  { what: 'an import to nowhere', args: ['root-key', 'import', 'export.txt'], message: /--root-key-file/ },
  {
    what: 'a port that is no number',
    args: ['serve', '--port', 'http'],
    message: /port: http: wanted a whole number from 0/,
  },
  { what: 'a port that is too large', args: ['dev', '--port', '65536'], message: /port: 65536/ },
  { what: 'such a port in the environment', args: ['dev'], env: { COFFER_PORT: '1e3' }, message: /port: 1e3/ },
  { what: 'no number of records', args: ['trail', '--limit', '0'], message: /limit: 0: wanted a whole number from 1/ },
  { what: 'an account that is none', args: ['serve', '--account', '123'], message: /123: an account has 12 digits/ },
  {
    what: 'plain HTTP for the network',
    args: ['serve', '--host', '0.0.0.0'],
    message: /without TLS: .*--tls-cert .*--plaintext-behind-proxy/,
  },
  { what: 'the same by environment', args: ['serve'], env: { COFFER_HOST: '::' }, message: /without TLS/ },
  {
    what: 'a host that is a URL',
    args: ['serve', '--host', 'http://here'],
    message: /wanted an address or a host name/,
  },
  {
    what: 'an address of another machine',
    args: ['dev', '--host', '192.0.2.1', ...port],
    message: /Cannot listen on 192\.0\.2\.1/,
  },
  { what: 'a proxy that is none', args: ['serve', '--trusted-proxy', '10.0.0.0/99'], message: /10\.0\.0\.0\/99/ },
  { what: 'a certificate alone', args: ['serve', '--tls-cert', 'c.pem'], message: /--tls-key/ },
  {
    what: 'a certificate that is not there',
    args: ['serve', ...port, '--tls-cert', '/none/c.pem', '--tls-key', tls('server-key.pem')],
    message: /TLS certificate: \/none\/c\.pem: there is no such file/,
  },
  {
    what: 'a certificate that is none',
    args: ['serve', ...port, '--tls-cert', tls('server-key.pem'), '--tls-key', tls('server-key.pem')],
    message: /wanted a certificate in PEM form/,
  },
  {
    what: 'a key that is none',
    args: ['dev', ...port, '--tls-cert', tls('server.pem'), '--tls-key', tls('server.pem')],
    message: /wanted a private key in PEM form/,
  },
  {
    what: 'a key behind a passphrase',
    args: ['dev', ...port, '--tls-cert', tls('server.pem'), '--tls-key', tls('encrypted-key.pem')],
    message: /without a passphrase/,
  },
  {
    what: 'the key of another certificate',
    args: ['dev', ...port, '--tls-cert', tls('server.pem'), '--tls-key', tls('other-key.pem')],
    message: /it does not belong to the certificate/,
  },
  {
    what: 'a root key that is none',
    args: ['serve', ...port],
    env: { COFFER_ROOT_KEY: 'hunter2' },
    message: /COFFER_ROOT_KEY is not a root key/,
  },
  {
    what: 'an empty root key',
    args: ['serve', ...port],
    env: { COFFER_ROOT_KEY: '' },
    message: /COFFER_ROOT_KEY is empty/,
  },
  {
    what: 'two root keys',
    args: ['serve'],
    env: { COFFER_ROOT_KEY: 'x', COFFER_ROOT_KEY_FILE: 'y' },
    message: /both set/,
  },
  {
    what: 'half an access key',
    args: ['serve'],
    env: { COFFER_ADMIN_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE' },
    message: /belong together/,
  },
  { what: 'data that is not there', args: ['trail'], message: /there is no Coffer data in it/ },
  { what: 'an administrator who is not there', args: ['admin', 'reset-key'], message: /there is no Coffer data in it/ },
  { what: 'a root key that is not there', args: ['root-key', 'export'], message: /data\.key does not exist/ },
  {
    what: 'a folder under a file',
    args: ['serve', ...port, '--data-dir', 'file/data'],
    message: /Cannot make the data directory/,
  },
  {
    what: 'a file as folder',
    args: ['serve', ...port, '--data-dir', 'file'],
    message: /Cannot (make|use) the data directory/,
  },
  {
    what: 'a folder that nobody can write to',
    args: ['serve', ...port, '--data-dir', '/proc/coffer'],
    message: /Cannot make the data directory/,
  },
  {
    what: 'a folder that others can enter',
    args: ['serve', ...port, '--data-dir', 'open'],
    message: /others can enter it \(mode 755\)\. Run: chmod 700 /,
  },
]

/** A folder with a file and an open folder in it. */
async function place(t: TestContext): Promise<string> {
  const folder = await temporaryFolder(t)
  await writeFile(join(folder, 'file'), '')
  await mkdir(join(folder, 'open'))
  await chmod(join(folder, 'open'), 0o755)
  return folder
}

describe('refused in one line', { concurrency: 4 }, () => {
  for (const { what, args, env, message } of refused)
    test(what, { skip: /\/proc/.test(args.join()) && process.platform !== 'linux' && 'needs Linux' }, async (t) => {
      const folder = await place(t)
      const ended = await runCoffer(args, { folder, env: { COFFER_DATA_DIR: join(folder, 'data'), ...env } })
      assertRefused(ended, message)
      assert.doesNotMatch(ended.stderr, /hunter2/)
    })

  test('a port that is taken', async (t) => {
    const folder = await place(t)
    const other = createServer().listen(0, '127.0.0.1')
    t.after(() => other.close())
    await new Promise((resolve) => other.once('listening', resolve))
    const { port: taken } = other.address() as { port: number }
    assertRefused(await runCoffer(['dev', '--port', String(taken)], { folder }), /another program has that port/)
  })

  test('a port that is not for everybody', {
    skip: process.getuid?.() === 0 && 'root may open any port',
  }, async (t) => {
    assertRefused(await runCoffer(['dev', '--port', '1'], { folder: await place(t) }), /may not open that port/)
  })

  test('a store of a newer Coffer, and one that is none', async (t) => {
    const folder = await place(t)
    const server = await serve(t, { folder })
    await server.stop()
    const { DatabaseSync } = await import('node:sqlite')
    const store = new DatabaseSync(join(folder, 'data', 'store.db'))
    store.exec('pragma user_version = 9999')
    store.close()
    for (const command of [['serve', ...port], ['trail'], ['admin', 'reset-key']])
      assertRefused(await runCoffer([...command, '--data-dir', 'data'], { folder }), /has version 9999.*newer Coffer/)
    await writeFile(join(folder, 'data', 'store.db'), 'x'.repeat(5000))
    for (const command of [['serve', ...port], ['trail'], ['admin', 'reset-key']])
      assertRefused(await runCoffer([...command, '--data-dir', 'data'], { folder }), /data: .*not a database/)
  })
})
