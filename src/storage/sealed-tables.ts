import { ACCESS_KEYS, toAccessKey, toAccessKeyRow } from './access-key-rows.ts'
import { IDENTITIES } from './identity-rows.ts'
import { ACCOUNTS } from './identity-store.ts'
import { ALIASES, GRANTS, KEYS } from './key-rows.ts'
import { type Covered, macFits, macOf, type RowMac, rowName } from './row-mac.ts'
import { SECRETS } from './secrets-store.ts'
import { type Row, raw, type Sql, type SqlValue } from './sql.ts'
import { bytesOf, integerOf } from './statement-rows.ts'
import { TRAIL_MARK } from './trail-mark.ts'

/** Puts content under the newest version of the keyring; handed to the store by who owns it. Undefined for what does not open. */
export interface Resealing {
  readonly mac: RowMac
  accessKey(
    sealed: Uint8Array,
    of: { readonly accessKeyId: string; readonly account: string; readonly userName: string },
  ): Uint8Array | undefined
  material(
    sealed: Uint8Array,
    of: { readonly account: string; readonly region: string; readonly keyId: string; readonly version: number },
  ): Uint8Array | undefined
  /** With what everything begins that a version sealed. */
  prefixOf(version: number): Uint8Array
}

/** A table with something that a purpose of the keyring sealed. */
export interface SealedTable {
  readonly purpose: string
  readonly name: string
  /** Columns that name a row, in the order of their index. */
  readonly key: readonly string[]
  /** The column that a version sealed. */
  readonly sealed: string
  /** Further columns that a row must still have when it is resealed. */
  readonly unchanged?: readonly string[] | undefined
  /** The generation under which others keep such rows in memory. */
  readonly generation?: 'identity' | 'keys' | undefined
  /** What is read beside a row; the table itself is `t`. */
  readonly beside?: { readonly columns: Sql; readonly join: Sql } | undefined
  /** Columns to write; undefined for a row that is not as Coffer wrote it. */
  reseal(row: Row, resealing: Resealing): Readonly<Record<string, SqlValue>> | undefined
}

/** A table whose rows carry a MAC. */
const authenticated = (
  covered: Covered,
  key: readonly string[],
  generation?: SealedTable['generation'],
): SealedTable => ({
  purpose: 'row-mac',
  name: covered.table,
  key,
  sealed: 'mac',
  generation,
  reseal: (row, { mac }) => (macFits(mac, covered, row) ? { mac: macOf(mac, covered, row) } : undefined),
})

function reportUnopened(table: string, named: readonly string[], row: Row, { mac }: Resealing): void {
  mac.report?.({ table, row: rowName(named, row), damage: 'seal' })
}

/** Everything that the keyring sealed and the store holds. Of sessions and page tokens, nothing is stored. */
export const sealedTables: readonly SealedTable[] = [
  {
    purpose: 'kms',
    name: 'kms_materials',
    key: ['region', 'key_id', 'version'],
    sealed: 'sealed',
    generation: 'keys',
    beside: {
      columns: raw('k.account'),
      join: raw('left join kms_keys k on k.region = t.region and k.key_id = t.key_id'),
    },
    reseal(row, resealing) {
      const [account, region, keyId] = [String(row.account), String(row.region), String(row.key_id)]
      const of = { account, region, keyId, version: integerOf(row.version) }
      const sealed = resealing.material(bytesOf(row.sealed), of)
      if (!sealed) reportUnopened('kms_materials', ['region', 'key_id', 'version'], row, resealing)
      return sealed && { sealed }
    },
  },
  {
    purpose: 'access-key',
    name: 'access_keys',
    key: ['access_key_id'],
    sealed: 'sealed_secret',
    // It covers the sealed secret and everything else.
    unchanged: ['mac'],
    generation: 'identity',
    reseal(row, resealing) {
      if (!macFits(resealing.mac, ACCESS_KEYS, row)) return undefined
      const key = toAccessKey(row, resealing.mac)
      const sealedSecret = resealing.accessKey(key.sealedSecret, key)
      if (!sealedSecret) {
        reportUnopened(ACCESS_KEYS.table, ACCESS_KEYS.named, row, resealing)
        return undefined
      }
      const { sealed_secret, mac } = toAccessKeyRow({ ...key, sealedSecret }, resealing.mac)
      return { sealed_secret, mac }
    },
  },
  authenticated(ACCOUNTS, ['account']),
  authenticated(IDENTITIES, ['id'], 'identity'),
  authenticated(ACCESS_KEYS, ['access_key_id'], 'identity'),
  authenticated(KEYS, ['region', 'key_id'], 'keys'),
  authenticated(ALIASES, ['account', 'region', 'alias'], 'keys'),
  authenticated(GRANTS, ['region', 'key_id', 'grant_id'], 'keys'),
  authenticated(SECRETS, ['id']),
  authenticated(TRAIL_MARK, ['id']),
]
