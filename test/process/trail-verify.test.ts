import assert from 'node:assert/strict'
import { cpSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, test } from 'node:test'
import { headOf } from '../../src/audit/trail-head.ts'
import { openTrail } from '../../src/storage/read-chain.ts'
import { assertRefused } from './assert-refused.ts'
import { clientOf, runCoffer, serve, temporaryFolder } from './coffer.ts'

/** An installation with some records, at rest. */
async function installation(path: string) {
  const data = join(path, 'data')
  await using server = await serve(path)
  const client = clientOf(server, path)
  await client.createSecret({ Name: 'kept', SecretString: 'value' })
  await client.getSecretValue({ SecretId: 'kept' })
  // While it runs, what is not signed yet is at least chained.
  assert.ok([0, 2].includes((await runCoffer(['trail', 'verify', '--data-dir', data])).code ?? -1))
  return { data, verify: (...more: string[]) => runCoffer(['trail', 'verify', '--data-dir', data, ...more]) }
}

describe('coffer trail verify', () => {
  test('ends with 0 and says up to where it proves, by the root key or a public key', async () => {
    using folder = temporaryFolder()
    const { data, verify } = await installation(folder.path)
    const { code, stdout } = await verify()
    assert.equal(code, 0)
    assert.match(stdout, /^The trail is intact: \d+ rows? with \d+ entries\.\nProven up to row \d+, by head \d+ of 2/)
    const { stdout: key } = await runCoffer(['trail', 'public-key', '--data-dir', data])
    assert.match(key, /^1:[A-Za-z0-9+/]{43}=\n$/)
    const nowhere = ['--root-key-file', join(folder.path, 'none')]
    assert.equal((await verify('--public-key', key.trim(), ...nowhere)).code, 0)
    const other = await verify('--public-key', `1:${Buffer.alloc(32, 9).toString('base64')}`, ...nowhere)
    assert.equal(other.code, 1)
    assert.match(other.stdout, /^statement 1 is not signed by this installation\n/)
  })

  test('ends with 2 and says so where nothing is there that could prove it', async () => {
    using folder = temporaryFolder()
    const { data } = await installation(folder.path)
    using copy = temporaryFolder()
    const moved = join(copy.path, 'data')
    cpSync(data, moved, { recursive: true })
    const ended = await runCoffer(['trail', 'verify', '--data-dir', moved])
    assert.equal(ended.code, 2)
    assert.match(ended.stdout.replace(/\s+/g, ' '), /^NOT PROVEN: the hashes of .* can compute them\./)
  })

  test('refuses a head of a time that no calendar has, and prints a cut of such a time', async () => {
    using folder = temporaryFolder()
    const { data, verify } = await installation(folder.path)
    using trail = openTrail(data)
    const head = join(folder.path, 'head.jsonl')
    writeFileSync(head, JSON.stringify({ ...headOf([...trail.heads()].at(-1)!), at: Number.MAX_SAFE_INTEGER }))
    assertRefused(await verify('--head', head), /there is no head of a trail in it/)
    using db = new DatabaseSync(join(data, 'trail.db'))
    db.exec(`update statements set kind = 'cut', at = ${Number.MAX_SAFE_INTEGER} where kind = 'head'`)
    const { code, stdout } = await verify('--json')
    assert.equal(code, 1)
    assert.equal(JSON.parse(stdout).removed.at, null)
  })

  test('ends with 1 and a line for each fault; a head kept elsewhere shows what was cut off', async () => {
    using folder = temporaryFolder()
    const { data, verify } = await installation(folder.path)
    using trail = openTrail(data)
    const head = join(folder.path, 'head.jsonl')
    writeFileSync(head, `{"eventName":"other"}\n${JSON.stringify(headOf([...trail.heads()].at(-1)!))}\n`)
    assert.equal((await verify('--head', head)).code, 0)
    const kept = headOf([...trail.heads()].at(-1)!)
    for (const line of [{ TrailHead: kept }, { Records: [], Heads: [kept] }]) {
      const file = join(folder.path, 'sink.jsonl')
      writeFileSync(file, `${JSON.stringify(line)}\n`)
      const alone = await verify('--head', file, '--public-key', `9:${Buffer.alloc(32).toString('base64')}`)
      assert.equal(alone.code, 0, 'a head proves without any key')
    }
    {
      using db = new DatabaseSync(join(data, 'trail.db'))
      db.exec('delete from statements where number > 1; delete from trail where seq > 1')
    }
    const { code, stdout } = await verify('--head', head, '--json')
    assert.equal(code, 1)
    const { outcome, faults } = JSON.parse(stdout)
    assert.equal(outcome, 'altered')
    assert.match(faults[0].message, /^the trail was cut off: the head that was given is statement \d+, of 2/)
  })

  test('only a head kept elsewhere shows that the whole folder was replaced by an older copy', async () => {
    using folder = temporaryFolder()
    const { data, verify } = await installation(folder.path)
    const older = join(folder.path, 'older')
    cpSync(data, older, { recursive: true })
    {
      await using server = await serve(folder.path)
      await clientOf(server, folder.path).createSecret({ Name: 'later', SecretString: 'value' })
    }
    const head = join(folder.path, 'head.jsonl')
    {
      using trail = openTrail(data)
      writeFileSync(head, JSON.stringify(headOf([...trail.heads()].at(-1)!)))
    }
    rmSync(data, { recursive: true })
    renameSync(older, data)
    assert.equal((await verify()).code, 0, 'without it, nothing shows')
    const { code, stdout } = await verify('--head', head)
    assert.equal(code, 1)
    assert.match(stdout, /^the trail was cut off/)
  })

  test('never ends with 0 where no head is there that proves something', async () => {
    using folder = temporaryFolder()
    const { data, verify } = await installation(folder.path)
    {
      // As a version left it that did not keep a mark of the trail in the store.
      using store = new DatabaseSync(join(data, 'store.db'))
      store.exec('drop table trail_mark; pragma user_version = 7')
    }
    const take = (what: string) => {
      using trail = new DatabaseSync(join(data, 'trail.db'))
      trail.exec(what)
    }
    take(`delete from statements where kind <> 'enrolment'`)
    const unsigned = await verify()
    assert.equal(unsigned.code, 2)
    assert.match(
      unsigned.stdout.replace(/\s+/g, ' '),
      /^NOT PROVEN: no head has been signed yet that could prove \d+ rows/,
    )
    take('delete from statements; delete from trail')
    const empty = await verify()
    assert.equal(empty.code, 2)
    assert.match(empty.stdout, /^NOT PROVEN: the trail is empty\. /)
    truncateSync(join(data, 'trail.db'))
    assertRefused(await verify(), /^coffer: Cannot read the trail: .*: trail\.db is empty\. Put the right file back/)
    rmSync(join(data, 'trail.db'))
    assertRefused(await verify(), /^coffer: Cannot read the trail: .*: trail\.db is missing\. Put the right file back/)
  })

  test('refuses what it cannot use in one line', async () => {
    using folder = temporaryFolder()
    const { verify } = await installation(folder.path)
    assertRefused(await verify('--public-key', 'x'), /^coffer: Cannot use the public key: x: wanted its version/)
    const none = join(folder.path, 'none')
    assertRefused(await verify('--head', none), /^coffer: Cannot read the heads: .*there is no such file/)
    writeFileSync(none, '{}\n')
    assertRefused(await verify('--head', none), /^coffer: Cannot use .*: there is no head of a trail in it/)
    assertRefused(
      await runCoffer(['trail', 'verify', '--data-dir', folder.path]),
      /^coffer: Cannot read the trail: .*there is no Coffer data in it/,
    )
  })
})
