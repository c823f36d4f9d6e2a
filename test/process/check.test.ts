import assert from 'node:assert/strict'
import { mkdirSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, test } from 'node:test'
import { damagePages } from '../storage/damage-pages.ts'
import { assertRefused } from './assert-refused.ts'
import { clientOf, runCoffer, serve, temporaryFolder } from './coffer.ts'
import { noTerminal, runOnTerminal } from './terminal.ts'

/** A stopped installation with a few secrets. */
async function installation(folder: string) {
  await using server = await serve(folder)
  const client = clientOf(server, folder)
  for (const Name of ['a', 'b', 'c'])
    await client.createSecret({ Name, SecretString: `value of ${Name}`, Description: 'x'.repeat(2_000) })
  const data = join(folder, 'data')
  return { data, store: join(data, 'store.db'), check: ['check', '--data-dir', data] }
}

function alter(path: string, statement: string): void {
  using db = new DatabaseSync(path)
  db.exec(statement)
}

describe('coffer check', { concurrency: 2 }, () => {
  test('ends with 0 when everything is intact, while the server is stopped and while it runs', async () => {
    using folder = temporaryFolder()
    const { check } = await installation(folder.path)
    const intact = /^The store is intact: \d+ rows checked, 3 values opened\./
    const stopped = await runCoffer(check)
    assert.deepEqual({ code: stopped.code, stderr: stopped.stderr }, { code: 0, stderr: '' })
    assert.match(stopped.stdout, intact)

    await using server = await serve(folder.path)
    await clientOf(server, folder.path).createSecret({ Name: 'd', SecretString: 'x' })
    const running = await runCoffer([...check, '--json'])
    assert.equal(running.code, 0)
    const { outcome, rows } = JSON.parse(running.stdout)
    assert.deepEqual([outcome, rows.secrets, rows.versions], ['intact', 4, 4])
    await clientOf(server, folder.path).getSecretValue({ SecretId: 'd' })
  })

  test('ends with 1 and names every damaged row, and shows nothing of what is in it', async () => {
    using folder = temporaryFolder()
    const { check, store } = await installation(folder.path)
    alter(store, `update secrets set description = 'forged text' where name = 'a'`)
    alter(
      store,
      `update versions set ciphertext = zeroblob(60) where secret_id = (select id from secrets where name = 'b')`,
    )
    alter(store, `delete from versions where secret_id = (select id from secrets where name = 'c')`)
    const { code, stdout } = await runCoffer(check)
    assert.equal(code, 1)
    const text = stdout.replaceAll(/\n +/g, ' ')
    assert.match(text, /^secrets arn:aws:secretsmanager:\S+:secret:a-\w{6}: its MAC does not fit/m)
    assert.match(
      text,
      /^versions arn:aws:secretsmanager:\S+:secret:b-\w{6} [\w-]{36}: what is sealed in it does not open$/m,
    )
    assert.match(text, /^versions arn:aws:secretsmanager:\S+:secret:c-\w{6} [\w-]{36}: it is missing/m)
    assert.match(text, /^The store is DAMAGED: 0 faults of its file, 3 damaged rows;/m)
    assert.doesNotMatch(stdout, /forged text|value of/)
    const json = await runCoffer([...check, '--json'])
    assert.equal(json.code, 1)
    const { outcome, damaged } = JSON.parse(json.stdout)
    assert.deepEqual([outcome, damaged.count], ['damaged', 3])
  })

  test('ends with 1 when pages of the file are damaged, and checks what can still be read', async () => {
    using folder = temporaryFolder()
    const { check, store } = await installation(folder.path)
    for (const table of ['secrets', 'keyring']) {
      damagePages(store, table)
      const { code, stdout } = await runCoffer(check)
      assert.equal(code, 1)
      assert.match(stdout, new RegExp(`^table ${table}: `, 'm'))
      assert.match(stdout, /^The store is DAMAGED: [1-9]/m)
    }
  })

  test('ends with 2 when nothing is damaged but the KMS key of a value is gone', async () => {
    using folder = temporaryFolder()
    const { check, store } = await installation(folder.path)
    for (const table of ['kms_aliases', 'kms_materials', 'kms_keys']) alter(store, `delete from ${table}`)
    const { code, stdout } = await runCoffer(check)
    assert.equal(code, 2)
    assert.match(stdout.replaceAll(/\n +/g, ' '), /^Nothing is damaged: .* Nothing can be said of 3 values/m)
  })

  test('shows on a terminal how far it is, and elsewhere nothing but the result', { skip: noTerminal }, async () => {
    using folder = temporaryFolder()
    const { check } = await installation(folder.path)
    const { code, stdout } = await runOnTerminal(check, { columns: 80 })
    assert.equal(code, 0)
    assert.match(stdout, /\rChecking the structure of secrets/)
    assert.match(stdout, /\rChecked 100% of \d+ rows/)
    assert.match(stdout, /\r +\rThe store is intact: /)
  })

  test('is refused without a store, and without its root key', async () => {
    using folder = temporaryFolder()
    const { check, data } = await installation(folder.path)
    renameSync(`${data}.key`, `${data}.away`)
    assertRefused(await runCoffer(check), /data\.key does not exist/)
    const empty = join(folder.path, 'empty')
    mkdirSync(empty, { mode: 0o700 })
    assertRefused(await runCoffer(['check', '--data-dir', empty]), /there is no Coffer data in it/)
  })
})
