import assert from 'node:assert/strict'
import { test } from 'node:test'
import { rowsStatement } from '../../src/storage/keyring-store.ts'
import { sealedTables } from '../../src/storage/sealed-tables.ts'
import { sql } from '../../src/storage/sql.ts'
import { openSqlite } from './open-sqlite.ts'
import { planOf } from './plans.ts'

// As query-plans.test.ts, for the walk through everything that the keyring sealed.

for (const table of sealedTables)
  test(`the next rows of ${table.name} that ${table.purpose} sealed come by their key, wherever the walk is`, async () => {
    await using store = await openSqlite()
    const first = await planOf(store, rowsStatement(table))
    assert.doesNotMatch(first, /TEMP B-TREE/)
    const next = await planOf(
      store,
      rowsStatement(
        table,
        table.key.map(() => 'x'),
      ),
    )
    assert.doesNotMatch(next, /TEMP B-TREE|^SCAN/m)
    assert.match(next, /^SEARCH t USING /m)
  })

test('every table with a MAC, or with something sealed, is walked: none is left behind when a version is retired', async () => {
  await using store = await openSqlite()
  const { results } = await store.engine.read([
    sql`select t.name as name, c.name as sealed from sqlite_schema t join pragma_table_info(t.name) c
      where t.type = 'table' and (c.name = 'mac' or c.name like '%sealed%') order by t.name, c.name`,
  ])
  const found = (results[0] ?? []).map(({ name, sealed }) => `${name} ${sealed}`)
  const walked = sealedTables.map(({ name, sealed }) => `${name} ${sealed}`)
  // Users of store version 1 are identities before anybody can rotate.
  assert.deepEqual(found, [...walked, 'users mac'].sort())
})
