import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { startApp } from '../start-app.ts'
import { assertRefused } from './assert-refused.ts'
import { runCoffer, temporaryFolder } from './coffer.ts'

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
