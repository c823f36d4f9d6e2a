import type { Change } from '../aws/change.ts'
import type { KeyringStore, Step, StoredVersion } from '../keyring-api/keyring-store.ts'
import { advance, type Walk } from '../keyring-api/walk.ts'
import type { Engine, SqlChange, Write } from './engine.ts'
import { SOMETHING_TO_ERASE } from './erasure-mark.ts'
import type { StoredKey } from './installation.ts'
import { type Resealing, type SealedTable, sealedTables } from './sealed-tables.ts'
import { join, list, type Row, raw, type Sql, type SqlValue, sql } from './sql.ts'

/** Rows of one step: some hundred documents of identities, or a few milliseconds of MACs. */
const ROWS_PER_STEP = 100

type Purpose = StoredVersion['purpose']

/** The keyring, and what it sealed, on any engine. */
export class SqlKeyringStore implements KeyringStore {
  readonly #engine: Engine
  readonly #resealing: Resealing

  constructor(engine: Engine, resealing: Resealing) {
    this.#engine = engine
    this.#resealing = resealing
  }

  async versions(): Promise<readonly StoredVersion[]> {
    const rows = await this.#rows(sql`select purpose, version, made_at from keyring order by purpose, version`)
    return rows.map((row) => ({
      purpose: row.purpose as Purpose,
      version: Number(row.version),
      madeAt: Number(row.made_at),
    }))
  }

  async walks(): Promise<ReadonlyMap<Purpose, Walk>> {
    const rows = await this.#rows(sql`select purpose, walk from keyring_walks`)
    return new Map(
      rows.flatMap((row) => {
        const purpose = row.purpose as Purpose
        const walk = readWalk(purpose, String(row.walk))
        return walk ? [[purpose, walk] as const] : []
      }),
    )
  }

  async newWalk(purpose: Purpose, version: number): Promise<Walk> {
    const tables = tablesOf(purpose)
    const counts = tables.map(({ name }) => sql`select count(*) as count from ${raw(name)}`)
    const { results } = await this.#engine.read(counts)
    return {
      version,
      table: 0,
      tables: tables.map(({ name }, index) => ({
        name,
        total: Number(results[index]?.[0]?.count),
        done: 0,
        altered: 0,
      })),
    }
  }

  async step(purpose: Purpose, walk: Walk, now: number): Promise<Step> {
    const table = tablesOf(purpose)[walk.table]
    if (!table) throw new Error(`A walk through what ${purpose} sealed has no table ${walk.table}`)
    const rows = await this.#rows(rowsStatement(table, walk.after))
    const newest = this.#resealing.prefixOf(walk.version)
    const altered: string[] = []
    const writes: Write[] = []
    for (const row of rows) {
      if (beginsWith(row[table.sealed], newest)) continue
      const columns = table.reseal(row, this.#resealing)
      if (columns) writes.push(updateRow(table, row, columns))
      else altered.push([table.name, ...table.key.map((column) => row[column])].join(' '))
    }
    const last = rows.length < ROWS_PER_STEP ? undefined : rows.at(-1)
    const next = advance(
      walk,
      {
        done: rows.length - altered.length,
        altered: altered.length,
        resealed: writes.length > 0,
        after: last && table.key.map((column) => last[column] as string | number),
      },
      now,
    )
    if (writes.length > 0 && table.generation) writes.push(raiseGeneration(table.generation))
    await this.#engine.append(undefined, [...writes, saveWalk(purpose, next)])
    return { walk: next, altered }
  }

  add(keys: readonly StoredKey[], at: number): Change {
    const writes = keys.map(({ purpose, version, wrapped }) => ({
      statement: sql`insert into keyring (purpose, version, wrapped, made_at)
        values (${purpose}, ${version}, ${wrapped}, ${at})`,
    }))
    return change('add keys to the keyring', writes)
  }

  retire(purpose: Purpose, newest: number, versions: readonly number[]): Change {
    const prefix = this.#resealing.prefixOf(newest)
    const leftOver = tablesOf(purpose).map(
      ({ name, sealed }) =>
        sql` and not exists (select 1 from ${raw(name)} where substr(${raw(sealed)}, 1, ${prefix.byteLength}) <> ${prefix})`,
    )
    return change(`retire keys of ${purpose}`, [
      {
        statement: sql`delete from keyring where purpose = ${purpose} and version in ${list(versions)}${join(leftOver, '')}`,
        expect: versions.length,
      },
      { statement: sql`delete from keyring_walks where purpose = ${purpose}` },
      SOMETHING_TO_ERASE,
    ])
  }

  erase(): Promise<void> {
    return this.#engine.erase()
  }

  async #rows(statement: Sql): Promise<readonly Row[]> {
    return (await this.#engine.read([statement])).results[0] ?? []
  }
}

const tablesOf = (purpose: Purpose) => sealedTables.filter((table) => table.purpose === purpose)

/** Undefined for a walk that leads through other tables than this version has, or that nobody took: it begins anew then. */
function readWalk(purpose: Purpose, text: string): Walk | undefined {
  try {
    const walk = JSON.parse(text) as Walk
    const tables = tablesOf(purpose)
    const isOurs =
      walk.tables.length === tables.length &&
      walk.tables.every(({ name }, index) => name === tables[index]?.name) &&
      (walk.after === undefined || walk.after.length === tables[walk.table]?.key.length)
    return isOurs ? walk : undefined
  } catch {
    return undefined
  }
}

/** The next rows of a table in the order of their key. */
export function rowsStatement(
  { name, key, beside }: Pick<SealedTable, 'name' | 'key' | 'beside'>,
  after?: readonly (string | number)[],
): Sql {
  const key_ = raw(key.map((column) => `t.${column}`).join(', '))
  const behind = after ? sql`where (${key_}) > (${values(after)})` : raw('')
  return sql`select t.*${beside ? sql`, ${beside.columns}` : raw('')} from ${raw(name)} t ${beside?.join ?? raw('')}
    ${behind} order by ${key_} limit ${ROWS_PER_STEP}`
}

/** Writes columns of a row that is still as it was read; one that was changed meanwhile is under the newest version already. */
function updateRow(table: SealedTable, row: Row, columns: Readonly<Record<string, SqlValue>>): Write {
  const equals = (column: string, value: SqlValue) => sql`${raw(column)} = ${value}`
  const assignments = Object.entries(columns).map(([column, value]) => equals(column, value))
  const read = [...table.key, table.sealed, ...(table.unchanged ?? [])]
  const conditions = read.map((column) => equals(column, row[column] ?? null))
  return { statement: sql`update ${raw(table.name)} set ${join(assignments, ', ')} where ${join(conditions, ' and ')}` }
}

const raiseGeneration = (name: string): Write => ({
  statement: sql`update generations set value = value + 1 where name = ${name}`,
  expect: 1,
})

const saveWalk = (purpose: string, walk: Walk): Write => ({
  statement: sql`insert into keyring_walks (purpose, walk) values (${purpose}, ${JSON.stringify(walk)})
    on conflict (purpose) do update set walk = excluded.walk`,
})

const values = (items: readonly (string | number)[]) =>
  join(
    items.map((item) => sql`${item}`),
    ', ',
  )

const beginsWith = (value: SqlValue | undefined, prefix: Uint8Array): boolean =>
  value instanceof Uint8Array && Buffer.compare(value.subarray(0, prefix.byteLength), prefix) === 0

function change(describes: string, writes: readonly Write[]): Change {
  const made: SqlChange = { describes, writes }
  return made
}
