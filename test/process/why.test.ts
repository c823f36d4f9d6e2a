import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { assertRefused } from './assert-refused.ts'
import { REGION, runCoffer, startCoffer, temporaryFolder } from './coffer.ts'
import { fits, type StaffedCoffer, staffedCoffer } from './staffed-coffer.ts'
import { noTerminal, runOnTerminal } from './terminal.ts'

const ACTION = 'secretsmanager:GetSecretValue'
const NOBODY = { AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE', AWS_SECRET_ACCESS_KEY: 'wJalrXUtnFEMI/K7MDENG' }

let coffer: StaffedCoffer
before(async () => {
  coffer = await staffedCoffer()
})
after(() => coffer[Symbol.asyncDispose]())

const arnOf = (who: string) => `arn:aws:iam::${coffer.account}:${who}`
/** The command that asks whether somebody may read the secret. */
const question = (who: string, more: readonly string[] = [], resource = coffer.secret) => [
  ...['why', '--principal', arnOf(who), '--action', ACTION, '--resource', resource],
  ...more,
]

async function answer(args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await coffer.ask(args)
  assert.deepEqual({ code, stderr }, { code: 0, stderr: '' })
  return stdout
}

describe('coffer why', { concurrency: 2 }, () => {
  test('says by which statement somebody may', async () => {
    const text = await answer(question('user/alice'))
    assert.match(text, /^ALLOWED: user\/alice may call secretsmanager:GetSecretValue on\narn:/)
    assert.match(text, /\nDecided by\n {2}Allow: statement ReadProd of policy policy-of-alice\n/)
  })

  test('says what was missing, and what of each statement did not fit', async () => {
    const text = await answer(question('user/bob'))
    assert.match(text, /^DENIED: user\/bob may not call /)
    assert.match(
      text.replaceAll('\n', ' '),
      /because no identity-based policy allows the secretsmanager:GetSecretValue/,
    )
    assert.match(text, /\nLooked at\n {2}Allow: statement ReadTeam of policy policy-of-bob: does not fit\n/)
    assert.match(
      text.replace(/\s+/g, ' '),
      /condition: StringEquals aws:ResourceTag\/team: the request has red; wanted blue/,
    )
  })

  test('says which statement denies', async () => {
    const text = await answer(question('user/dave'))
    assert.match(text.replaceAll('\n', ' '), /, with an explicit deny in an identity-based policy\./)
    assert.match(text, /\nDecided by\n {2}Deny: statement 1 of policy policy-of-dave\n/)
  })

  test('takes a user or role of the own account by its short name', async () => {
    const args = ['why', '--principal', 'user/alice', '--action', ACTION, '--resource', coffer.secret]
    assert.match(await answer(args), /^ALLOWED: user\/alice may call /)
  })

  test('supposes what the request would bring along', async () => {
    const suppose = (...context: string[]) =>
      answer(
        question(
          'user/carol',
          context.flatMap((each) => ['--context', each]),
        ),
      )
    assert.match(await suppose(), /^DENIED/)
    assert.match(await suppose('aws:SourceIp=192.0.2.7', 'aws:UserAgent=curl=1'), /^ALLOWED/)
    assert.match(await suppose('AWS:sourceip=198.51.100.7', 'aws:UserAgent=curl'), /^DENIED/)
  })

  test('finds a secret by its name in a Region, and says when there is none', async () => {
    const found = await answer(question('user/bob', ['--region', REGION], 'prod/db'))
    assert.match(found, /has red; wanted/)
    const text = await answer(question('user/bob', ['--region', 'eu-north-1'], 'prod/db'))
    assert.match(text, /\nThere is no such resource in eu-north-1: this is what the policies say of its\nname\.\n/)
  })

  test('prints the answer of the server as one line of JSON', async () => {
    const text = await answer(question('user/bob', ['--json']))
    assert.match(text, /^\{[^\n]*\}\n$/)
    const { Allowed, DecidedBy, Statements } = JSON.parse(text)
    assert.deepEqual({ Allowed, DecidedBy }, { Allowed: false, DecidedBy: [] })
    assert.equal(Statements[0].Sid, 'ReadTeam')
  })

  test('steers no terminal by what stands in a policy', async () => {
    const text = await answer(
      question('user/carol', ['--context', 'aws:SourceIp=192.0.2.7', '--context', 'aws:UserAgent=\x1b[2J\x9b31m']),
    )
    assert.match(text, /\u{FFFD}\[2J/u)
    assert.doesNotMatch(text.replaceAll('\n', ''), /\p{Cc}/u)
  })

  test('prints into a pipe what a terminal of 80 columns shows', { skip: noTerminal }, async () => {
    const env = coffer.environmentOf(coffer.administrator)
    const shown = await runOnTerminal(question('user/bob'), { columns: 80, env })
    assert.equal(shown.stdout, await answer(question('user/bob')))
  })

  test('can be read on a terminal of 40 columns, its help too', { skip: noTerminal }, async () => {
    const env = coffer.environmentOf(coffer.administrator)
    for (const args of [question('user/bob'), question('user/alice'), ['why', '--help']]) {
      const { code, stdout } = await runOnTerminal(args, { columns: 40, env })
      assert.equal(code, 0)
      assert.ok(fits(stdout, 40), stdout)
    }
  })
})

describe('coffer why takes its access key', { concurrency: 2 }, () => {
  test('from the file beside the data, whatever the environment holds', async () => {
    const args = question('user/alice', ['--data-dir', join(coffer.folder, 'data'), '--endpoint-url', coffer.url])
    const { code, stdout } = await runCoffer(args, { env: NOBODY })
    assert.equal(code, 0)
    assert.match(stdout, /^ALLOWED/)
  })

  test("from AWS's variables", async () => {
    const env = { AWS_ENDPOINT_URL: coffer.url, AWS_SHARED_CREDENTIALS_FILE: join(coffer.folder, 'data.credentials') }
    const { code, stdout } = await runCoffer(question('user/alice'), { env })
    assert.equal(code, 0)
    assert.match(stdout, /^ALLOWED/)
  })

  test('from a file that has it, or says that it has not', async () => {
    const file = join(coffer.folder, 'data.credentials')
    const args = question('user/alice', ['--endpoint-url', coffer.url])
    assertRefused(
      await runCoffer([...args, '--credentials-file', file], { env: { AWS_PROFILE: 'work' } }),
      /Cannot read the credentials: \S+: no access key of the profile work, which AWS_PROFILE names/,
    )
    assertRefused(
      await runCoffer([...args, '--credentials-file', join(coffer.folder, 'gone')]),
      /Cannot read the credentials: \S+gone: there is no such file or folder\. Give --credentials-file/,
    )
  })
})

describe('coffer why says in one sentence', { concurrency: 2 }, () => {
  const refused: readonly [what: string, args: () => readonly string[], sentence: RegExp, code?: 3 | 4][] = [
    [
      'that an option is missing',
      () => ['why', '--principal', 'x'],
      /required option '--action <action>' not specified/,
    ],
    ['what was typed wrong', () => question('user/bob', ['--jsn']), /unknown option '--jsn' \(Did you mean --json\?\)/],
    [
      'that an ARN is none',
      () => question('user/bob', [], 'arn:aws:secretsmanager'),
      /Cannot use the ARN: arn:aws:secr/,
    ],
    [
      'that a principal is none',
      () => question('usr/bob'),
      /Cannot explain the principal: \S+usr\/bob: wanted the ARN/,
    ],
    ['that nobody is called so', () => question('user/eve'), /There is no principal arn:aws:iam::\d+:user\/eve/, 3],
    [
      'that a context is none',
      () => question('user/bob', ['--context', 'aws:SourceIp']),
      /Cannot use the context: aws:S/,
    ],
    [
      'that an endpoint is none',
      () => question('user/bob', ['--endpoint-url', 'here']),
      /Cannot use the endpoint: here/,
    ],
    ['that a Region is none', () => question('user/bob', ['--region', 'Mars']), /Cannot use the region: Mars/],
    [
      'that an action is none',
      () => ['why', '--principal', arnOf('user/bob'), '--action', 'secretsmanager:Get*', '--resource', '*'],
      /Cannot explain the action: secretsmanager:Get\*: wanted service:Name/,
    ],
    [
      'that an action does not exist',
      () => ['why', '--principal', 'user/bob', '--action', 'secretsmanager:GetSecretValues', '--resource', '*'],
      /Cannot explain the action: secretsmanager:GetSecretValues: Coffer has no such action/,
    ],
    [
      'that a principal is of another account',
      () => ['why', '--principal', 'arn:aws:iam::999988887777:user/bob', '--action', ACTION, '--resource', '*'],
      /999988887777:user\/bob: it is of another account/,
    ],
    [
      'that no TLS is spoken there',
      () => question('user/bob', ['--endpoint-url', coffer.url.replace('http:', 'https:')]),
      /Cannot reach Coffer at https:\S+: it speaks no TLS/,
      4,
    ],
  ]
  for (const [what, args, sentence, code = 2] of refused)
    test(what, async () => assertRefused(await coffer.ask(args()), sentence, code))

  test('that the caller may not ask', async () => {
    const ended = await runCoffer(question('user/bob'), { env: coffer.environmentOf(coffer.bob) })
    assertRefused(ended, /user\/bob is not authorized to perform: iam:GetAccountAuthorizationDetails/, 3)
  })

  test('that the access key is unknown or its secret is wrong, and shows none', async () => {
    const secretAccessKey = NOBODY.AWS_SECRET_ACCESS_KEY
    for (const accessKeyId of [NOBODY.AWS_ACCESS_KEY_ID, coffer.administrator.accessKeyId]) {
      const env = coffer.environmentOf({ accessKeyId, secretAccessKey })
      const ended = await runCoffer(question('user/bob'), { env })
      assertRefused(ended, /Coffer at http:\S+ refuses the credentials of the environment: The /, 3)
      assert.ok(!ended.stderr.includes(secretAccessKey))
    }
  })

  test('that nothing listens there', async () => {
    const gone = await listen((_request, response) => response.end())
    await gone[Symbol.asyncDispose]()
    const ended = await coffer.ask(question('user/bob', ['--endpoint-url', gone.url]))
    assertRefused(ended, new RegExp(`Cannot reach Coffer at ${gone.url}: is it running\\?`), 4)
  })

  test('that what answers is no Coffer', async () => {
    await using other = await listen((_request, response) => response.writeHead(404).end('<h1>Not here</h1>'))
    const ended = await coffer.ask(question('user/bob', ['--endpoint-url', other.url]))
    assertRefused(ended, /What answers at http:\S+ is not a Coffer of this version/, 4)
  })

  test('what another server refuses, which steers no terminal', async () => {
    const body = JSON.stringify({ __type: 'x#OddException', message: `\x1b[2J\u202e\n${'long '.repeat(10_000)}` })
    await using other = await listen((_request, response) => response.writeHead(400).end(body))
    const ended = await coffer.ask(question('user/bob', ['--endpoint-url', other.url]))
    assertRefused(ended, /long long/, 3)
    assert.doesNotMatch(ended.stderr.trimEnd(), /[\p{Cc}\p{Cf}]/u)
    assert.ok(ended.stderr.length < 3000)
  })
})

test('over TLS, coffer why trusts whom the system and NODE_EXTRA_CA_CERTS trust', async () => {
  using folder = temporaryFolder()
  const file = (name: string) => fileURLToPath(new URL(`tls/${name}`, import.meta.url))
  const tls = ['--tls-cert', file('server.pem'), '--tls-key', file('server-key.pem')]
  await using server = await startCoffer(['dev', '--port', '0', ...tls], { env: { TMPDIR: folder.path } })
  const root = ['why', '--principal', 'arn:aws:iam::111122223333:root', '--action', ACTION, '--resource', '*']
  const env = { COFFER_ENDPOINT_URL: server.url, AWS_ACCESS_KEY_ID: '111122223333', AWS_SECRET_ACCESS_KEY: 'any' }
  assertRefused(await runCoffer(root, { env }), /its certificate comes from nobody that is trusted here/, 4)
  const trusting = await runCoffer(root, { env: { ...env, NODE_EXTRA_CA_CERTS: file('server.pem') } })
  assert.deepEqual({ code: trusting.code, stderr: trusting.stderr }, { code: 0, stderr: '' })
  assert.match(trusting.stdout, /^This Coffer does not enforce policies.*\n\nALLOWED: root may call /)
})

/** Something that listens and is no Coffer. */
async function listen(listener: RequestListener): Promise<{ readonly url: string } & AsyncDisposable> {
  const server = createServer(listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
