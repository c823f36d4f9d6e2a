import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { describe, test } from 'node:test'
import { COFFER, environmentOf, runCoffer, temporaryFolder } from './run-coffer.ts'
import { noTerminal, runOnTerminal } from './terminal.ts'

const helps: readonly [args: string[], ...says: RegExp[]][] = [
  [['--help'], /serve/, /dev/, /trail/, /admin/, /root-key/],
  [['help', 'serve'], /--trusted-proxy/],
  [
    ['serve', '--help'],
    /--host/,
    /127\.0\.0\.1/,
    /--port/,
    /4566/,
    /--data-dir/,
    /--root-key-file/,
    /--tls-cert/,
    /--tls-key/,
    /--plaintext-behind-proxy/,
    /--trusted-proxy/,
    /--credentials-file/,
    /--account/,
    /COFFER_ADMIN_ACCESS_KEY_ID/,
  ],
  [['dev', '--help'], /--verify/, /thrown\s+away/],
  [['trail', '--help'], /--limit/, /--json/],
  [['admin', '--help'], /reset-key/],
  [['admin', 'reset-key', '--help'], /--root-key-file/],
  [['root-key', '--help'], /export/, /import/, /COFFER_ROOT_KEY_PASSPHRASE/],
  [['root-key', 'export', '--help'], /--output/],
  [['root-key', 'import', '--help'], /--root-key-file/],
]

describe('help', { concurrency: 4 }, () => {
  for (const [args, ...says] of helps)
    test(args.join(' '), async (t) => {
      const { code, stdout, stderr } = await runCoffer(args, { folder: await temporaryFolder(t) })
      assert.deepEqual({ code, stderr }, { code: 0, stderr: '' })
      for (const text of says) assert.match(stdout, text)
    })

  for (const args of [[], ['admin'], ['root-key']])
    test(`comes with an error where a command is missing: coffer ${args.join(' ')}`, async (t) => {
      const { code, stdout, stderr } = await runCoffer(args, { folder: await temporaryFolder(t) })
      assert.deepEqual({ code, stdout }, { code: 1, stdout: '' })
      assert.match(stderr, /^Usage: coffer/)
    })

  test('fits a terminal of 40 columns', { skip: noTerminal }, async (t) => {
    for (const args of [['--help'], ['serve', '--help'], ['root-key', 'export', '--help']]) {
      const { code, stdout } = await runOnTerminal(args, { folder: await temporaryFolder(t), columns: 40 })
      assert.equal(code, 0)
      // A path cannot be broken.
      for (const line of stdout.split('\n')) assert.ok(line.length <= 40 || /^\s*\S+$/.test(line), line)
    }
  })
})

test('the version is the one of the package', async (t) => {
  const { version } = JSON.parse(await readFile(new URL('../../package.json', import.meta.url), 'utf8'))
  const { code, stdout } = await runCoffer(['--version'], { folder: await temporaryFolder(t) })
  assert.deepEqual({ code, stdout }, { code: 0, stdout: `${version}\n` })
})

test('a reader who goes away is no reason to complain', async (t) => {
  const folder = await temporaryFolder(t)
  const child = spawn(process.execPath, [COFFER, 'serve', '--help'], {
    env: environmentOf({ folder }),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  child.stdout.destroy()
  let stderr = ''
  child.stderr.setEncoding('utf8').on('data', (text) => {
    stderr += text
  })
  const [, signal] = await once(child, 'close')
  assert.deepEqual({ stderr, signal }, { stderr: '', signal: null })
})
