import assert from 'node:assert/strict'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { assertRefused } from './assert-refused.ts'
import { clientOf, runCoffer, serve, temporaryFolder } from './coffer.ts'

const oneLine = (text: string) => text.replace(/\s+/g, ' ')

/** A server that was killed, and whose trail was removed. */
async function withoutTrail(folder: string) {
  const data = join(folder, 'data')
  const server = await serve(folder)
  await clientOf(server, folder).createSecret({ Name: 'kept', SecretString: 'value' })
  await server.stop('SIGKILL')
  for (const suffix of ['', '-wal', '-shm']) rmSync(join(data, `trail.db${suffix}`), { force: true })
  return {
    run: (command: string, ...more: string[]) => runCoffer(['trail', command, '--data-dir', data, ...more]),
  }
}

describe('coffer trail acknowledge', () => {
  test('a removed trail is an error in the log, verify ends with 1, and only an acknowledgement makes it 0 again', async () => {
    using folder = temporaryFolder()
    const { run } = await withoutTrail(folder.path)
    {
      await using server = await serve(folder.path)
      const log = await server.said(/No head of the trail is signed until the gap is acknowledged/)
      const line = JSON.parse(log.split('\n').find((each) => each.includes('"missing"')) ?? '{}')
      assert.equal(line.level, 50)
      assert.match(line.missing.join(), /is missing from trail\.db: there is no statement in it/)
      assert.equal(line.since, 'the beginning')
      const { SecretString } = await clientOf(server, folder.path).getSecretValue({ SecretId: 'kept' })
      assert.equal(SecretString, 'value')
      const found = await run('verify')
      assert.equal(found.code, 1)
      assert.match(
        oneLine(found.stdout),
        /INCOMPLETE: records or changes are missing since the beginning\. .* run: coffer trail acknowledge/,
      )
      assertRefused(await run('acknowledge'), /a Coffer server is using it/)
    }
    const { missing, outcome } = JSON.parse((await run('verify', '--json')).stdout)
    assert.equal(outcome, 'incomplete')
    assert.match(missing[0].message, /^head \d+ of 2/)

    const acknowledged = await run('acknowledge', '--reason', 'removed by mistake')
    assert.deepEqual({ code: acknowledged.code, stderr: acknowledged.stderr }, { code: 0, stderr: '' })
    assert.match(
      oneLine(acknowledged.stdout),
      /^head .* Acknowledged and recorded\. Heads of the trail are signed again\. $/,
    )
    const proven = await run('verify')
    assert.equal(proven.code, 0)
    assert.match(
      oneLine(proven.stdout),
      /The rows 1 to \d+ and statements 1 to \d+ are missing; the operator acknowledged it at 2/,
    )
    const { stdout } = await run('search', '--what', 'AcknowledgeTrailGap')
    assert.equal(JSON.parse(stdout).requestParameters.reason, 'removed by mistake')
    assert.match((await run('acknowledge')).stdout, /^There is nothing to acknowledge/)
    await using server = await serve(folder.path)
    await clientOf(server, folder.path).getSecretValue({ SecretId: 'kept' })
    assert.doesNotMatch(server.stderr(), /missing/)
  })

  test('is refused without the root key and where there is no data', async () => {
    using folder = temporaryFolder()
    const { run } = await withoutTrail(folder.path)
    assertRefused(await run('acknowledge', '--root-key-file', join(folder.path, 'none')), /it wants the root key with/)
    assertRefused(
      await runCoffer(['trail', 'acknowledge', '--data-dir', join(folder.path, 'none')]),
      /^coffer: Cannot acknowledge the gap: .*: there is no Coffer data in it/,
    )
  })
})
