import { KEYS, neededMaterials } from './key-rows.ts'
import { type Covered, rowName } from './row-mac.ts'
import { type Resealing, type SealedTable, sealedTables } from './sealed-tables.ts'
import { SECRETS } from './secrets-store.ts'
import { type Row, raw } from './sql.ts'
import { bytesOf } from './statement-rows.ts'

/** A value with all that it is bound to. */
export interface StoredValue {
  readonly arn: string
  readonly account: string
  readonly region: string
  readonly versionId: string
  readonly binary: boolean
  readonly dataKey: Uint8Array
  readonly ciphertext: Uint8Array
}

/** What rows are checked with. Damage goes to the `report` of its MAC. */
export interface Opening {
  readonly resealing: Resealing
  /** Opens a value and forgets it. `no key` when its KMS key, or the material, is gone. */
  readonly openValue: (value: StoredValue) => Promise<'opens' | 'damaged' | 'no key'>
  /** Called for a value whose KMS key is gone. */
  readonly onUnopened: (row: string) => void
}

/** A table whose rows can be proven to be as Coffer wrote them. */
export interface CheckedTable extends Pick<SealedTable, 'name' | 'key' | 'beside'> {
  check(row: Row, opening: Opening): void | Promise<void>
}

/** What a row names in another table, as `held` beside it. */
const heldBeside = (column: string, table: string, condition: string): SealedTable['beside'] => ({
  columns: raw(`(select json_group_array(o.${column}) from ${table} o where ${condition}) as held`),
  join: raw(''),
})

/** The tables that the keyring seals, each once: putting a row under the newest keys verifies and opens all of it. */
function checkedByReseal(): CheckedTable[] {
  const names = sealedTables.map(({ name }) => name)
  const once = sealedTables.filter(({ name }, index) => names.indexOf(name) === index)
  return once.map((table) => {
    const named = NAMED.get(table.name)
    return {
      name: table.name,
      key: table.key,
      beside: named?.beside ?? table.beside,
      check(row, { resealing }) {
        const isIntact = table.reseal(row, resealing) !== undefined
        if (isIntact && named) reportMissing(row, named, resealing)
      },
    }
  })
}

/** Rows of another table that rows name: when one is missing, something other than Coffer removed it. */
interface NamedRows {
  readonly of: Covered
  readonly table: string
  readonly beside: SealedTable['beside']
  readonly needed: (row: Row) => readonly (string | number)[]
}

const NAMED: ReadonlyMap<string, NamedRows> = new Map([
  [
    SECRETS.table,
    {
      of: SECRETS,
      table: 'versions',
      beside: heldBeside('version_id', 'versions', 'o.secret_id = t.id'),
      needed: (row) => (JSON.parse(String(row.stages)) as [string, unknown][]).map(([versionId]) => versionId),
    },
  ],
  [
    KEYS.table,
    {
      of: KEYS,
      table: 'kms_materials',
      beside: heldBeside('version', 'kms_materials', 'o.region = t.region and o.key_id = t.key_id'),
      needed: neededMaterials,
    },
  ],
])

function reportMissing(row: Row, { of, table, needed }: NamedRows, { mac }: Resealing): void {
  const held = new Set(JSON.parse(String(row.held)) as (string | number)[])
  for (const one of needed(row))
    if (!held.has(one)) mac.report?.({ table, row: `${rowName(of.named, row)} ${one}`, damage: 'missing' })
}

/** Values, each sealed by a data key that a KMS key sealed. */
function values(): CheckedTable {
  return {
    name: 'versions',
    key: ['id'],
    beside: { columns: raw('s.arn, s.account, s.region'), join: raw('left join secrets s on s.id = t.secret_id') },
    async check(row, { resealing, openValue, onUnopened }) {
      const name = rowName(['arn', 'version_id'], row)
      const outcome = await openValue(storedValue(row))
      if (outcome === 'damaged') resealing.mac.report?.({ table: 'versions', row: name, damage: 'seal' })
      if (outcome === 'no key') onUnopened(name)
    },
  }
}

const storedValue = (row: Row): StoredValue => ({
  arn: String(row.arn),
  account: String(row.account),
  region: String(row.region),
  versionId: String(row.version_id),
  binary: row.is_binary === 1,
  dataKey: bytesOf(row.data_key),
  ciphertext: bytesOf(row.ciphertext),
})

/** Every table with rows that carry a MAC or hold something sealed. */
export const checkedTables: readonly CheckedTable[] = [...checkedByReseal(), values()]
