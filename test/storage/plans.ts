import assert from 'node:assert/strict'
import { after, before, describe } from 'node:test'
import type { Change } from '../../src/aws/change.ts'
import type { Engine, SqlChange } from '../../src/storage/engine.ts'
import type { Sql } from '../../src/storage/sql.ts'
import { openSqlite, type SqliteUnderTest } from './open-sqlite.ts'

// What the plan of a query has to look like, in SQLite's words.

export const planOf = ({ engine }: SqliteUnderTest, statement: Sql) => engine.explain(statement)

/** An engine that notes the plan of every statement it reads by. */
export function planning({ engine }: SqliteUnderTest, plans: string[]): Engine {
  return {
    append: (entry, writes) => engine.append(entry, writes),
    newestEntries: (limit) => engine.newestEntries(limit),
    settleTrail: () => engine.settleTrail(),
    trailRows: (query) => engine.trailRows(query),
    chain: engine.chain,
    erase: () => engine.erase(),
    ping: () => engine.ping(),
    explain: (statement) => engine.explain(statement),
    close: () => engine.close(),
    async read(statements) {
      for (const statement of statements) plans.push(await engine.explain(statement))
      return engine.read(statements)
    },
  }
}

export function assertUses(plan: string, ...anyOf: readonly string[]): void {
  assert.ok(
    anyOf.some((detail) => plan.includes(detail)),
    `none of\n${anyOf.join('\n')}\nin\n${plan}`,
  )
}

/** No table is read whole, and nothing is gathered in a temporary tree but what is said to be small. */
export function assertFrugal(plan: string, allowed: readonly string[] = [], what = ''): void {
  const costly = plan
    .split('\n')
    .filter(
      (line) =>
        /^SCAN (?!json_each|CONSTANT ROW|\d+-ROW VALUES|\d+ CONSTANT ROWS|\(subquery|d$|c$|l$|p$)/.test(line) ||
        /TEMP B-TREE/.test(line),
    )
    .filter((line) => !allowed.includes(line))
  assert.deepEqual(costly, [], `${what}\n${plan}`)
}

/** Every statement of these changes goes by an index. */
export async function assertFrugalChanges(store: SqliteUnderTest, changes: readonly Change[]): Promise<void> {
  for (const { writes, describes } of changes as readonly SqlChange[])
    for (const { statement } of writes) assertFrugal(await planOf(store, statement), [], describes)
}

/** Runs a suite on a filled store, with statistics and without, and on an empty one. */
export function onEveryStore(
  what: string,
  fill: (store: SqliteUnderTest) => Promise<void>,
  suite: (store: () => SqliteUnderTest) => void,
): void {
  const stores = {
    [`with ${what}, without statistics`]: fill,
    [`with ${what}, after somebody ran ANALYZE`]: async (store: SqliteUnderTest) => {
      await fill(store)
      await store.alter('analyze')
      await store.reopen()
    },
    'in an empty store': async () => {},
  }
  for (const [name, prepare] of Object.entries(stores))
    describe(name, () => {
      let store: SqliteUnderTest
      before(async () => {
        store = await openSqlite()
        await prepare(store)
      })
      after(() => store[Symbol.asyncDispose]())
      suite(() => store)
    })
}
