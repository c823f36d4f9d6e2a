import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, test } from 'node:test'
import { checkStructure } from '../../src/storage/structure-check.ts'
import { clientOf, serve, temporaryFolder } from '../process/coffer.ts'
import { damagePages } from './damage-pages.ts'

/** A database with two tables of many pages. */
function database(folder: string): string {
  const path = join(folder, 'store.db')
  using db = new DatabaseSync(path)
  db.exec('begin')
  for (const name of ['intact', 'victim']) {
    db.exec(`create table ${name} (id integer primary key, text text)`)
    for (let row = 0; row < 1_000; row++) db.exec(`insert into ${name} (text) values ('${'x'.repeat(200)}')`)
  }
  db.exec('commit')
  return path
}

describe('the structure of a store', () => {
  for (const [where, atOnceBytes] of [
    ['at once', Number.MAX_SAFE_INTEGER],
    ['in a thread', 0],
  ] as const)
    test(`is checked ${where}, table by table, and damage is reported with its table`, async () => {
      using folder = temporaryFolder()
      const path = database(folder.path)
      damagePages(path, 'victim')
      const damaged: string[] = []
      const check = await checkStructure(path, {
        onDamage: ({ table, faults }) => damaged.push(`${table} ${faults.length > 0}`),
        onFailure: assert.ifError,
        atOnceBytes,
      })
      await check.ended
      assert.deepEqual(damaged, ['victim true'])
      await check.close()
    })

  test('that is large does not delay a start: the check continues and reports later', async () => {
    using folder = temporaryFolder()
    const path = database(folder.path)
    damagePages(path, 'victim')
    const damaged = Promise.withResolvers<string>()
    const before: string[] = []
    const check = await checkStructure(path, {
      onDamage: ({ table }) => {
        before.push(table)
        damaged.resolve(table)
      },
      onFailure: damaged.reject,
      atOnceBytes: 0,
      startWaitsMs: 0,
    })
    assert.deepEqual(before, [], 'the start went on first')
    assert.equal(await damaged.promise, 'victim')
    await check.close()
  })

  test('that cannot be read at all is a failure that is reported', async () => {
    using folder = temporaryFolder()
    const path = join(folder.path, 'store.db')
    writeFileSync(path, 'This is no database. '.repeat(1_000))
    for (const atOnceBytes of [0, Number.MAX_SAFE_INTEGER]) {
      const failures: string[] = []
      const onFailure = ({ message }: Error) => failures.push(message)
      const check = await checkStructure(path, { onDamage: () => assert.fail(), onFailure, atOnceBytes })
      await check.ended
      assert.deepEqual(failures, ['file is not a database'])
    }
  })
})

test('a server that starts on a damaged file says so in the log and the security log, and serves what is intact', async () => {
  using folder = temporaryFolder()
  const data = join(folder.path, 'data')
  {
    await using server = await serve(folder.path)
    const client = clientOf(server, folder.path)
    for (let index = 0; index < 10; index++)
      await client.createSecret({ Name: `s/${index}`, SecretString: 'value', Description: 'x'.repeat(2_048) })
  }
  damagePages(join(data, 'store.db'), 'secrets')
  const server = await serve(folder.path)
  const { SecretString } = await clientOf(server, folder.path).getSecretValue({ SecretId: 's/0' })
  assert.equal(SecretString, 'value')
  const { stderr } = await server.stop()
  const [line, ...more] = stderr.split('\n').filter((text) => text.includes('the file of the store is damaged'))
  assert.deepEqual(more, [])
  assert.equal(JSON.parse(line ?? '{}').table, 'secrets')
  const events = readFileSync(join(data, 'security.log'), 'utf8')
    .trim()
    .split('\n')
    .map((text) => JSON.parse(text))
  assert.deepEqual(
    events.map(({ code, table }) => [code, table]),
    [['DamagedStore', 'secrets']],
  )
})
