import assert from 'node:assert/strict'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { startApp } from '../start-app.ts'
import { assertRefused } from './assert-refused.ts'
import { runCoffer, serve, temporaryFolder } from './coffer.ts'

const HOUR = 3_600_000

/** An installation with records of three hours ago, at rest. */
async function installation(folder: string) {
  const data = join(folder, 'data')
  const rootKey = { kind: 'file', path: `${data}.key`, chosen: false } as const
  await using app = await startApp({ dataDir: data, rootKey, behind: 3 * HOUR })
  await app.client.createSecret({ Name: 'a', SecretString: 'value' })
  await app.client.getSecretValue({ SecretId: 'a' })
  return { data, output: join(folder, 'export') }
}

describe('coffer trail export', () => {
  test('writes files that verify-export proves, with the public key or without, and says what was altered', async () => {
    using folder = temporaryFolder()
    const { data, output } = await installation(folder.path)
    const exported = await runCoffer(['trail', 'export', '--data-dir', data, '--output', output])
    assert.equal(exported.code, 0, exported.stderr)
    assert.match(exported.stdout, /^Exported \d+ records of [23] hours to /)
    const verify = (...more: string[]) => runCoffer(['trail', 'verify-export', output, ...more])
    const unproven = await verify()
    assert.equal(unproven.code, 2)
    assert.match(
      unproven.stdout.replace(/\s+/g, ' '),
      /^The export fits together: .* only a public key of the trail shows/,
    )
    const { stdout: key } = await runCoffer(['trail', 'public-key', '--data-dir', data])
    const proven = await verify('--public-key', key.trim())
    assert.deepEqual([proven.code, proven.stdout.startsWith('The export is intact: ')], [0, true])
    const state = JSON.parse(readFileSync(join(output, 'coffer-export.json'), 'utf8'))
    const [{ s3Object = '' } = {}] = Object.values<{ s3Object: string }>(state.digests)
    writeFileSync(join(output, `${s3Object}.metadata.json`), '{"x-amz-meta-signature":"00"}')
    const altered = await verify('--public-key', key.trim(), '--json')
    assert.equal(altered.code, 1)
    const { outcome, faults } = JSON.parse(altered.stdout)
    assert.deepEqual({ outcome, faults }, { outcome: 'altered', faults: [`${s3Object}: its signature does not fit`] })
  })

  test('of an hour that is not over yet has nothing to verify, and says so', async () => {
    using folder = temporaryFolder()
    const data = join(folder.path, 'data')
    const output = join(folder.path, 'export')
    {
      await using _server = await serve(folder.path)
    }
    const exported = await runCoffer(['trail', 'export', '--data-dir', data, '--output', output])
    assert.deepEqual([exported.code, exported.stderr], [0, ''])
    const empty = await runCoffer(['trail', 'verify-export', output])
    assert.deepEqual(
      [empty.code, empty.stdout.replace(/\s+/g, ' ')],
      [2, 'There is nothing in the export yet: no whole hour was exported to this folder. '],
    )
    const asJson = await runCoffer(['trail', 'verify-export', output, '--json'])
    assert.equal(JSON.parse(asJson.stdout).outcome, 'empty')
  })

  test('from which every exported file was removed is altered', async () => {
    using folder = temporaryFolder()
    const { data, output } = await installation(folder.path)
    await runCoffer(['trail', 'export', '--data-dir', data, '--output', output])
    rmSync(join(output, 'AWSLogs'), { recursive: true })
    const { code, stdout } = await runCoffer(['trail', 'verify-export', output])
    assert.equal(code, 1)
    assert.match(stdout.replace(/\s+/g, ' '), /there is no digest in it: all were removed The export was ALTERED/)
  })

  test('refuses what it cannot use in one line', async () => {
    using folder = temporaryFolder()
    const { data, output } = await installation(folder.path)
    const none = join(folder.path, 'none')
    assertRefused(
      await runCoffer(['trail', 'verify-export', none]),
      /^coffer: Cannot verify the export: .*no such folder/,
    )
    assertRefused(
      await runCoffer(['trail', 'export', '--data-dir', data, '--output', output, '--since', 'yesterday']),
      /^coffer: option '--since <time>' argument 'yesterday' is invalid\. Wanted 2026-01-31/,
      2,
    )
    const key = ['--root-key-file', none]
    assertRefused(
      await runCoffer(['trail', 'export', '--data-dir', data, '--output', output, ...key]),
      /^coffer: Cannot read the root key|^coffer: .*none/,
    )
  })
})
