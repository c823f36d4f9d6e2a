import assert from 'node:assert/strict'
import { existsSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { assertRefused, mustBeStopped } from './assert-refused.ts'
import { clientOf, iamOf, readCredentials, runCoffer, serve, temporaryFolder } from './coffer.ts'
import { noTerminal, runOnTerminal } from './terminal.ts'

const FULL_ACCESS = 'arn:aws:iam::aws:policy/AdministratorAccess'
const ADMINISTRATOR = { UserName: 'administrator' }
const PASSPHRASE = 'correct horse battery staple'
const env = { COFFER_ROOT_KEY_PASSPHRASE: PASSPHRASE }
const modeOf = (path: string) => statSync(path).mode & 0o777

/** An installation with a secret in it, at rest. */
async function installation(path: string): Promise<{ data: string; key: string; credentials: string }> {
  await using server = await serve(path)
  await clientOf(server, path).createSecret({ Name: 'kept', SecretString: 'value' })
  return { data: join(path, 'data'), key: join(path, 'data.key'), credentials: join(path, 'data.credentials') }
}

describe('coffer admin reset-key', () => {
  test('gives the administrator a new key, takes the old one away and leaves a record', async () => {
    using folder = temporaryFolder()
    const { data, credentials } = await installation(folder.path)
    const old = readCredentials(credentials)
    const reset = await runCoffer(['admin', 'reset-key', '--data-dir', data])
    assert.deepEqual({ code: reset.code, stderr: reset.stderr }, { code: 0, stderr: '' })
    assert.ok(reset.stdout.includes(credentials), reset.stdout)
    const renewed = readCredentials(credentials)
    assert.notEqual(renewed.accessKeyId, old.accessKeyId)
    assert.equal(modeOf(credentials), 0o600)
    assert.ok(!reset.stdout.includes(renewed.secretAccessKey))

    await using server = await serve(folder.path)
    await assert.rejects(clientOf(server, old).listSecrets(), { name: 'UnrecognizedClientException' })
    const { SecretString } = await clientOf(server, renewed).getSecretValue({ SecretId: 'kept' })
    assert.equal(SecretString, 'value')
    const { stdout } = await runCoffer(['trail', '--data-dir', data])
    const record = stdout.split('\n').find((line) => line.includes('ResetAdministratorKey'))
    const { eventType, requestParameters } = JSON.parse(record ?? '{}')
    assert.deepEqual(
      { eventType, requestParameters },
      { eventType: 'AwsServiceEvent', requestParameters: { userName: 'administrator' } },
    )
  })

  test('gives the administrator back what was taken away, and says so', async () => {
    using folder = temporaryFolder()
    const { data, credentials } = await installation(folder.path)
    {
      await using server = await serve(folder.path)
      const iam = iamOf(server, readCredentials(credentials))
      await iam.putUserPermissionsBoundary({ ...ADMINISTRATOR, PermissionsBoundary: FULL_ACCESS })
      await iam.detachUserPolicy({ ...ADMINISTRATOR, PolicyArn: FULL_ACCESS })
      await assert.rejects(iam.listUsers(), { name: 'AccessDenied' })
    }
    const { stdout } = await runCoffer(['admin', 'reset-key', '--data-dir', data])
    assert.match(stdout, /AdministratorAccess was attached again/)
    assert.match(stdout, /permissions boundary .* was taken away/)
    await using server = await serve(folder.path)
    assert.equal((await iamOf(server, readCredentials(credentials)).listUsers()).Users?.length, 1)
  })

  test('makes the administrator anew where it is gone', async () => {
    using folder = temporaryFolder()
    const { data, credentials } = await installation(folder.path)
    {
      await using server = await serve(folder.path)
      const iam = iamOf(server, readCredentials(credentials))
      const other = { UserName: 'other' }
      await iam.createUser(other)
      await iam.attachUserPolicy({ ...other, PolicyArn: FULL_ACCESS })
      const { AccessKey } = await iam.createAccessKey(other)
      const { AccessKeyId: accessKeyId = '', SecretAccessKey: secretAccessKey = '' } = AccessKey ?? {}
      const rival = iamOf(server, { accessKeyId, secretAccessKey })
      const { AccessKeyMetadata = [] } = await rival.listAccessKeys(ADMINISTRATOR)
      for (const { AccessKeyId } of AccessKeyMetadata) await rival.deleteAccessKey({ ...ADMINISTRATOR, AccessKeyId })
      await rival.detachUserPolicy({ ...ADMINISTRATOR, PolicyArn: FULL_ACCESS })
      await rival.deleteUser(ADMINISTRATOR)
    }
    assert.match((await runCoffer(['admin', 'reset-key', '--data-dir', data])).stdout, /the user was made anew/)
    await using server = await serve(folder.path)
    assert.equal((await iamOf(server, readCredentials(credentials)).listUsers()).Users?.length, 2)
  })

  test('is refused while a server runs, without the root key, for another account, and over a file of somebody else', async () => {
    using folder = temporaryFolder()
    const { data, key, credentials } = await installation(folder.path)
    const before = readFileSync(credentials, 'utf8')
    const reset = ['admin', 'reset-key', '--data-dir', data]
    {
      await using server = await serve(folder.path)
      for (const [command, doing] of [
        [reset, 'Cannot reset the access key'],
        [['admin', 'create-account', '--data-dir', data], 'Cannot make an account'],
      ] as const)
        assertRefused(await runCoffer(command), mustBeStopped(doing, data, server.process.pid))
    }
    assertRefused(await runCoffer([...reset, '--account', '000000000001']), /it holds no account 000000000001/)
    const foreign = join(folder.path, 'foreign')
    writeFileSync(foreign, '[default]\n')
    assertRefused(await runCoffer([...reset, '--credentials-file', foreign]), /a file that Coffer did not write/)
    renameSync(key, `${key}.away`)
    assertRefused(await runCoffer(reset), /it wants the root key with fingerprint [0-9a-f]{16}/)
    renameSync(`${key}.away`, key)
    assert.equal(readFileSync(credentials, 'utf8'), before)
    await using server = await serve(folder.path)
    await clientOf(server, folder.path).listSecrets()
  })
})

describe('coffer admin create-account', () => {
  test('makes an account with an administrator of its own, who sees nothing of the first', async () => {
    using folder = temporaryFolder()
    const { data, credentials } = await installation(folder.path)
    const before = readFileSync(credentials, 'utf8')
    const create = ['admin', 'create-account', '--data-dir', data, '--account', '444455556666']
    const { code, stdout, stderr } = await runCoffer(create)
    const file = join(folder.path, 'data.444455556666.credentials')
    assert.deepEqual({ code, stderr }, { code: 0, stderr: '' })
    assert.equal(stdout, `Made the account 444455556666 with its administrator: ${file}\n`)
    assert.equal(modeOf(file), 0o600)
    assert.equal(readFileSync(credentials, 'utf8'), before)
    assertRefused(await runCoffer(create), /Cannot make the account 444455556666: .*: it is there already/)

    await using server = await serve(folder.path)
    const other = readCredentials(file)
    assert.deepEqual((await clientOf(server, other).listSecrets({})).SecretList, [])
    const { User } = await iamOf(server, other).getUser({})
    assert.equal(User?.Arn, 'arn:aws:iam::444455556666:user/administrator')
    assert.equal((await clientOf(server, folder.path).listSecrets({})).SecretList?.length, 1)
  })
})

describe('coffer root-key', () => {
  test('exports to a file or to standard output, and brings back the same key', async () => {
    using folder = temporaryFolder()
    const { data, key } = await installation(folder.path)
    const original = readFileSync(key, 'utf8')
    const file = join(folder.path, 'export.txt')
    const toFile = await runCoffer(['root-key', 'export', '--data-dir', data, '--output', file], { env })
    assert.deepEqual({ code: toFile.code, stdout: toFile.stdout }, { code: 0, stdout: '' })
    assert.equal(modeOf(file), 0o600)
    const { stdout } = await runCoffer(['root-key', 'export', '--data-dir', data], { env })
    assert.match(stdout, /^-----BEGIN COFFER ROOT KEY-----\n/)
    for (const text of [stdout, readFileSync(file, 'utf8')]) assert.ok(!text.includes(original.trim().slice(-43)))

    rmSync(key)
    const back = await runCoffer(['root-key', 'import', '--root-key-file', key, file], { env })
    assert.equal(back.code, 0)
    assert.equal(readFileSync(key, 'utf8'), original)
    assert.equal(modeOf(key), 0o600)
    const copy = join(folder.path, 'copy.key')
    await runCoffer(['root-key', 'import', '--root-key-file', copy, '-'], { env, input: stdout })
    assert.equal(readFileSync(copy, 'utf8'), original)
    await using server = await serve(folder.path, ['--root-key-file', copy])
    assert.equal((await clientOf(server, folder.path).getSecretValue({ SecretId: 'kept' })).SecretString, 'value')
  })

  test('overwrites nothing, and makes nothing of a wrong passphrase', async () => {
    using folder = temporaryFolder()
    const { data, key } = await installation(folder.path)
    const original = readFileSync(key, 'utf8')
    const file = join(folder.path, 'export.txt')
    const exporting = ['root-key', 'export', '--data-dir', data, '--output', file]
    await runCoffer(exporting, { env })
    assertRefused(await runCoffer(exporting, { env }), /export\.txt: it exists already and is never overwritten/)
    const importing = (path: string) => ['root-key', 'import', '--root-key-file', path, file]
    assertRefused(await runCoffer(importing(key), { env }), /data\.key: it exists already and is never overwritten/)
    assert.equal(readFileSync(key, 'utf8'), original)
    const fresh = join(folder.path, 'fresh.key')
    const wrong = { env: { COFFER_ROOT_KEY_PASSPHRASE: 'another one' } }
    assertRefused(await runCoffer(importing(fresh), wrong), /the passphrase does not open the export of [0-9a-f]{16}/)
    assert.ok(!existsSync(fresh))
  })

  test('a passphrase of fewer than 12 characters exports nothing', async () => {
    using folder = temporaryFolder()
    const { data } = await installation(folder.path)
    const file = join(folder.path, 'export.txt')
    for (const passphrase of ['x', 'elevenchars'])
      assertRefused(
        await runCoffer(['root-key', 'export', '--data-dir', data, '--output', file], {
          env: { COFFER_ROOT_KEY_PASSPHRASE: passphrase },
        }),
        /Cannot export the root key: the passphrase has fewer than 12 characters/,
      )
    assert.ok(!existsSync(file))
  })

  test('a person who types no passphrase gets one of six words, which opens the export', {
    skip: noTerminal,
  }, async () => {
    using folder = temporaryFolder()
    const { data, key } = await installation(folder.path)
    const file = join(folder.path, 'export.txt')
    const made = (shown: string) => /^ {2}([a-z]{5}(?:-[a-z]{5}){5})\r?$/m.exec(shown)?.[1] ?? 'none was shown'
    const exported = await runOnTerminal(['root-key', 'export', '--data-dir', data, '--output', file], {
      columns: 80,
      answers: [
        { prompt: /Passphrase for the export, .*: $/, type: '\r' },
        { prompt: /once more: $/, type: (shown) => `${made(shown)}\r` },
      ],
    })
    assert.equal(exported.code, 0, exported.stdout)
    const copy = join(folder.path, 'copy.key')
    const importing = ['root-key', 'import', '--root-key-file', copy, file]
    await runCoffer(importing, { env: { COFFER_ROOT_KEY_PASSPHRASE: made(exported.stdout) } })
    assert.equal(readFileSync(copy, 'utf8'), readFileSync(key, 'utf8'))
  })

  test('asks for a passphrase only on a terminal', async () => {
    using folder = temporaryFolder()
    const { data } = await installation(folder.path)
    assertRefused(await runCoffer(['root-key', 'export', '--data-dir', data]), /set COFFER_ROOT_KEY_PASSPHRASE/)
  })

  test('asks twice on a terminal, and shows nothing of what is typed', { skip: noTerminal }, async () => {
    using folder = temporaryFolder()
    const { data, key } = await installation(folder.path)
    const file = join(folder.path, 'export.txt')
    const exporting = ['root-key', 'export', '--data-dir', data, '--output', file]
    const answer = (prompt: RegExp, type: string) => ({ prompt, type: `${type}\r` })
    const first = answer(/Passphrase for the export, .*: $/, PASSPHRASE)

    const typo = await runOnTerminal(exporting, { columns: 80, answers: [first, answer(/once more: $/, 'other')] })
    assert.equal(typo.code, 1)
    assert.match(typo.stdout, /coffer: The two passphrases differ: nothing was exported\n$/)
    const stopped = await runOnTerminal(exporting, { columns: 80, answers: [{ ...first, type: 'half\x03' }] })
    assert.equal(stopped.code, 1)
    assert.match(stopped.stdout, /coffer: Stopped: no passphrase was given\n$/)
    const short = await runOnTerminal(exporting, { columns: 80, answers: [{ ...first, type: 'elevenchars\r' }] })
    assert.equal(short.code, 1)
    assert.match(short.stdout, /coffer: Cannot export the root key: the passphrase has fewer than 12 characters\n$/)
    assert.ok(!existsSync(file))

    const same = await runOnTerminal(exporting, { columns: 80, answers: [first, answer(/once more: $/, PASSPHRASE)] })
    assert.equal(same.code, 0, same.stdout)
    const copy = join(folder.path, 'copy.key')
    const importing = ['root-key', 'import', '--root-key-file', copy, file]
    const back = await runOnTerminal(importing, {
      columns: 80,
      answers: [answer(/Passphrase of the export: $/, PASSPHRASE)],
    })
    assert.equal(back.code, 0, back.stdout)
    assert.equal(readFileSync(copy, 'utf8'), readFileSync(key, 'utf8'))
    for (const { stdout } of [typo, stopped, short, same, back])
      assert.doesNotMatch(stdout, /horse|other\b|half|eleven/)
  })
})
