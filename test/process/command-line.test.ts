import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { assertRefused } from './assert-refused.ts'
import { runCoffer, serve, serveArgs, startCoffer, temporaryFolder } from './coffer.ts'

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))

let folder: ReturnType<typeof temporaryFolder>
before(() => {
  folder = temporaryFolder()
})
after(() => folder[Symbol.dispose]())

describe('help', { concurrency: 2 }, () => {
  const commands: readonly [command: string, mentions: RegExp][] = [
    ['', /Commands:\n {2}serve/],
    ['serve', /--plaintext-behind-proxy/],
    ['dev', /--verify/],
    ['trail', /--limit <number>/],
    ['check', /--json/],
    ['why', /--principal <arn>/],
    ['readers', /--secret <id>/],
    ['admin', /reset-key/],
    ['admin reset-key', /--credentials-file <file>/],
    ['admin create-account', /<data-dir>\.<account>\.credentials/],
    ['root-key', /export.*\n(.*\n)* *import/],
    ['root-key export', /--output <file>/],
    ['root-key import', /--root-key-file <file>/],
  ]
  for (const [command, mentions] of commands)
    test(`coffer ${command} --help says how it is used`, async () => {
      const { code, stdout, stderr } = await runCoffer([...command.split(' ').filter(Boolean), '--help'])
      assert.deepEqual({ code, stderr }, { code: 0, stderr: '' })
      assert.match(stdout, new RegExp(`^Usage: coffer ${command}`))
      assert.match(stdout, mentions)
      // What goes into a pipe has no colours.
      assert.ok(!stdout.includes('\u001b'))
    })

  test('coffer --version says the version', async () => {
    const { code, stdout, stderr } = await runCoffer(['--version'])
    assert.deepEqual({ code, stdout, stderr }, { code: 0, stdout: `${version}\n`, stderr: '' })
  })

  test('coffer alone says how it is used, and fails', async () => {
    const { code, stdout, stderr } = await runCoffer([])
    assert.deepEqual({ code, stdout }, { code: 2, stdout: '' })
    assert.match(stderr, /^Usage: coffer /)
  })
})

describe('what was typed wrong is refused in one sentence', { concurrency: 2 }, () => {
  const refused: readonly [args: string, sentence: RegExp, code?: 1][] = [
    ['trail serch', /unknown command 'serch' \(Did you mean search\?\)/],
    ['trail tail serch', /too many arguments/],
    ['serv', /unknown command 'serv' \(Did you mean serve\?\)/],
    ['serve --prot 1', /unknown option '--prot' \(Did you mean --port\?\)/],
    ['serve --port', /'--port <number>' argument missing/],
    ['serve --port eighty', /Cannot use the port: eighty: wanted a whole number from 0 to 65535/],
    ['dev --port 99999', /Cannot use the port: 99999/],
    ['serve extra', /too many arguments/],
    ['dev --host http://localhost', /Cannot listen on http:\/\/localhost/],
    ['dev --enforce', /Cannot enforce policies without verifying who calls: give --verify too/],
    ['dev --oidc-keys keys.json', /Cannot use the keys of an issuer: keys\.json: wanted https:\/\/issuer=file/],
    ['dev --organization-id 12', /Cannot use the organization id: 12: wanted o-/],
    ['dev --service-control-policy none.json', /give --enforce too/],
    [
      'dev --verify --enforce --service-control-policy none.json',
      /service control policy .*none\.json: there is no such file/,
      1,
    ],
    [
      'dev --verify --enforce --service-control-policy package.json',
      /service control policy .*package\.json: Syntax errors in policy/,
      1,
    ],
    ['serve --throttle none', /Cannot use the throttle: none: wanted off, or a number from 0\.01 to 1000/],
    ['dev --throttle 0', /Cannot use the throttle: 0: wanted off/],
    ['dev --account 12', /Cannot use the account: 12/],
    ['trail --limit many', /Cannot use the limit: many/],
    ['root-key import', /missing required argument 'export'|required option '--root-key-file <file>'/],
  ]
  for (const [args, sentence, code = 2] of refused)
    test(`coffer ${args}`, async () => assertRefused(await runCoffer(args.split(' ')), sentence, code))

  test('a service control policy with a date that no calendar has', async () => {
    const file = join(folder.path, 'denies-from-a-date.json')
    const Condition = { DateGreaterThan: { 'aws:CurrentTime': '2020-13-45' } }
    writeFileSync(file, JSON.stringify({ Statement: { Effect: 'Deny', Action: '*', Resource: '*', Condition } }))
    const refusal = await runCoffer(['dev', '--verify', '--enforce', '--service-control-policy', file])
    assertRefused(refusal, /service control policy .*denies-from-a-date\.json: The policy failed legacy parsing/)
  })

  test('a host beyond this machine without TLS', async () => {
    const refusal = await runCoffer(serveArgs(folder.path, ['--host', '0.0.0.0']))
    assertRefused(refusal, /Cannot listen on 0\.0\.0\.0 without TLS/, 2)
  })
})

describe('what the environment says wrong is refused in one sentence', { concurrency: 2 }, () => {
  const refused: readonly [env: Readonly<Record<string, string>>, sentence: RegExp, code?: 1][] = [
    [{ COFFER_PORT: '-1' }, /Cannot use the port: -1/],
    [{ COFFER_PLAINTEXT_BEHIND_PROXY: 'maybe' }, /COFFER_PLAINTEXT_BEHIND_PROXY: maybe/],
    [{ COFFER_TRUSTED_PROXY: 'anybody' }, /anybody/],
    [{ COFFER_THROTTLE: '10x' }, /Cannot use the throttle: 10x/],
    [{ COFFER_ROOT_KEY: '' }, /COFFER_ROOT_KEY is empty/, 1],
    [{ COFFER_ADMIN_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE' }, /belong together: one is missing/],
    [{ COFFER_TLS_CERT: '/nowhere.pem' }, /without its key: give --tls-key too/],
  ]
  for (const [env, sentence, code = 2] of refused)
    test(Object.entries(env).flat().join('='), async () => {
      const args = ['serve', '--data-dir', join(folder.path, 'data'), ...('COFFER_PORT' in env ? [] : ['--port', '0'])]
      assertRefused(await runCoffer(args, { env }), sentence, code)
    })

  test('a root key that is none is not shown', async () => {
    const ended = await runCoffer(serveArgs(folder.path), { env: { COFFER_ROOT_KEY: 'my-secret-phrase' } })
    assertRefused(ended, /COFFER_ROOT_KEY is not a root key/)
    assert.ok(!ended.stderr.includes('my-secret-phrase'))
  })
})

test('a variable that looks like one of ours is warned of, and has no effect', async () => {
  await using server = await startCoffer(['dev', '--port', '0'], { env: { COFFER_PROT: '1' } })
  assert.match(server.stderr(), /Unknown environment variable: COFFER_PROT: it has no effect/)
})

test('options of serve come from the environment', async () => {
  using own = temporaryFolder()
  const env = { COFFER_PORT: '0', COFFER_DATA_DIR: join(own.path, 'data'), COFFER_ACCOUNT: '111122223333' }
  await using server = await startCoffer(['serve'], { env })
  assert.match(server.stderr(), /account {6}111122223333\n/)
})

test('a server that is ready says so in exactly one line of standard output', async () => {
  using own = temporaryFolder()
  const server = await serve(own.path)
  const { code, stdout } = await server.stop()
  assert.equal(code, 0)
  assert.match(stdout, /^Coffer is listening on http:\/\/127\.0\.0\.1:\d+\n$/)
})
