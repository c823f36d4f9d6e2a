import assert from 'node:assert/strict'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { assertRefused } from './assert-refused.ts'
import { clientOf, iamOf, readCredentials, runCoffer, serve, temporaryFolder } from './coffer.ts'
import { noTerminal, runOnTerminal } from './terminal.ts'

const PURPOSES = ['kms', 'access-key', 'session', 'page-token', 'trail', 'row-mac']

function askedBy(server: { readonly url: string }, folder: string) {
  const connection = ['--endpoint-url', server.url, '--data-dir', join(folder, 'data')]
  return (name: string, ...more: string[]) => ['keyring', name, ...connection, ...more]
}

describe('coffer keyring', () => {
  test('rotates while the server serves, says how far it is, and everything opens after a restart', async () => {
    using folder = temporaryFolder()
    {
      await using server = await serve(folder.path)
      const client = clientOf(server, folder.path)
      await client.createSecret({ Name: 'kept', SecretString: 'value' })
      const keyring = askedBy(server, folder.path)
      const before = await runCoffer(keyring('status'))
      assert.equal(before.stdout, PURPOSES.map((purpose) => `${purpose}: version 1\n`).join(''))
      const { code, stdout, stderr } = await runCoffer(keyring('rotate'))
      assert.deepEqual({ code, stderr }, { code: 0, stderr: '' })
      assert.match(stdout, /^New keys for kms, access-key, session, page-token, trail, row-mac\./)
      assert.match(stdout, /^kms: version 2, 1 of 1 resealed, 1 is kept until 20\d\d-\d\d-\d\d \d\d:\d\d UTC$/m)
      assert.match(stdout, /^row-mac: version 2, (\d+) of \1 resealed, /m)
      assert.match(stdout, /^session: version 2, 1 is kept until /m)
      assert.equal((await client.getSecretValue({ SecretId: 'kept' })).SecretString, 'value')

      const again = await runCoffer(keyring('rotate'))
      assert.match(again.stdout, /^A rotation is under way already\.\n/)
      const json = await runCoffer(keyring('status', '--json'))
      assert.deepEqual(
        JSON.parse(json.stdout).Purposes.map(({ Versions }: { Versions: number[] }) => Versions),
        PURPOSES.map(() => [1, 2]),
      )
    }
    await using server = await serve(folder.path)
    assert.equal((await clientOf(server, folder.path).getSecretValue({ SecretId: 'kept' })).SecretString, 'value')
    assert.match((await runCoffer(askedBy(server, folder.path)('status'))).stdout, /^access-key: version 2, /m)
  })

  test('is refused in one line without a server, and without permission', async () => {
    using folder = temporaryFolder()
    let url = ''
    {
      await using server = await serve(folder.path)
      url = server.url
      const iam = iamOf(server, readCredentials(join(folder.path, 'data.credentials')))
      await iam.createUser({ UserName: 'bob' })
      const { AccessKey } = await iam.createAccessKey({ UserName: 'bob' })
      const env = {
        AWS_ACCESS_KEY_ID: AccessKey?.AccessKeyId ?? '',
        AWS_SECRET_ACCESS_KEY: AccessKey?.SecretAccessKey ?? '',
      }
      for (const name of ['rotate', 'status'])
        assertRefused(
          await runCoffer(['keyring', name, '--endpoint-url', url], { env }),
          /user\/bob is not authorized to perform: coffer:(Rotate|Describe)Keyring/,
          3,
        )
    }
    for (const name of ['rotate', 'status'])
      assertRefused(
        await runCoffer(askedBy({ url }, folder.path)(name)),
        /Cannot reach Coffer at .*: is it running\?/,
        4,
      )
  })

  test('fits a narrow terminal', { skip: noTerminal }, async () => {
    using folder = temporaryFolder()
    await using server = await serve(folder.path)
    const { code, stdout } = await runOnTerminal(askedBy(server, folder.path)('rotate'), { columns: 40 })
    assert.equal(code, 0, stdout)
    for (const line of stdout.split(/\r?\n/)) assert.ok(line.length <= 40, line)
  })
})
