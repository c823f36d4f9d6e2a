import assert from 'node:assert/strict'
import { after, before, describe } from 'node:test'
import type { Change } from '../../src/aws/change.ts'
import type { Engine, SqlChange } from '../../src/storage/engine.ts'
import type { Sql } from '../../src/storage/sql.ts'
import { openSqlite, type SqliteUnderTest } from './open-sqlite.ts'

// What the plan of a query has to look like, in SQLite's words.

/** The same tests on a full store, with statistics and without, and on an empty one. */
export function describeStores(
  full: string,
  fill: (store: SqliteUnderTest) => Promise<unknown>,
  tests: (store: () => SqliteUnderTest) => void,
): void {
  const stores: readonly [name: string, prepare: (store: SqliteUnderTest) => Promise<unknown>][] = [
    [`with ${full}, without statistics`, fill],
    [`with ${full}, after somebody ran ANALYZE`, (store) => fill(store).then(() => analyze(store))],
    ['in an empty store', async () => {}],
  ]
  for (const [name, prepare] of stores)
    describe(name, () => {
      let store: SqliteUnderTest
      before(async () => {
        store = await openSqlite()
        await prepare(store)
      })
      after(() => store[Symbol.asyncDispose]())
      tests(() => store)
    })
}

async function analyze(store: SqliteUnderTest): Promise<void> {
  await store.alter('analyze')
  await store.reopen()
}

export const planOf = ({ engine }: SqliteUnderTest, statement: Sql) => engine.explain(statement)

/** An engine that notes the plan of every statement it reads by. */
export function planning({ engine }: SqliteUnderTest, plans: string[]): Engine {
  return {
    append: (entry, writes) => engine.append(entry, writes),
    newestEntries: (limit) => engine.newestEntries(limit),
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
