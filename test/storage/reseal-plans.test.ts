import assert from 'node:assert/strict'
import { test } from 'node:test'
import { rowsStatement } from '../../src/storage/keyring-store.ts'
import { sealedTables } from '../../src/storage/sealed-tables.ts'
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
