import type { Change } from '../aws/change.ts'
import { keyArn } from '../kms/key.ts'
import type { KeyReference, KeyState, KeyStore, KmsKey } from '../kms/key-store.ts'
import type { Engine, Generations, SqlChange } from './engine.ts'
import { type Covered, ForgedRowError, macFits, macOf, type RowMac } from './row-mac.ts'
import { type Row, sql } from './sql.ts'

const KEYS: Covered = {
  table: 'kms_keys',
  columns: ['key_id', 'account', 'region', 'manager', 'state', 'created_at', 'current_version'],
}
const ALIASES: Covered = { table: 'kms_aliases', columns: ['account', 'region', 'alias', 'key_id'] }

/** Keys kept between requests; any change of a key empties the cache. */
const CACHED_KEYS = 1_000

/** KMS keys on any engine. Rows are checked once per generation: what was read under an older one is not used. */
export class SqlKeyStore implements KeyStore {
  readonly #engine: Engine
  readonly #mac: RowMac
  readonly #cache = new Map<string, KmsKey>()
  #generation = -1

  constructor(engine: Engine, mac: RowMac) {
    this.#engine = engine
    this.#mac = mac
  }

  async find(reference: KeyReference): Promise<KmsKey | undefined> {
    const name = JSON.stringify(reference)
    if (this.#cache.has(name)) {
      const { generations } = await this.#engine.read([])
      if (this.#isCurrent(generations)) return this.#cache.get(name)
    }
    const ofKey =
      'keyId' in reference
        ? sql`select ${reference.keyId} as key_id`
        : sql`select key_id from kms_aliases where account = ${reference.account} and region = ${reference.region}
            and alias = ${reference.alias}`
    const { results, generations } = await this.#engine.read([
      sql`select * from kms_keys where key_id in (${ofKey})`,
      sql`select * from kms_materials where key_id in (${ofKey}) order by version`,
      'keyId' in reference
        ? sql`select 1 from kms_keys where 1 = 0`
        : sql`select * from kms_aliases where account = ${reference.account} and region = ${reference.region}
            and alias = ${reference.alias}`,
    ])
    const [row] = results[0] ?? []
    const [alias] = results[2] ?? []
    if (alias && !macFits(this.#mac, ALIASES, alias)) throw new ForgedRowError('kms_aliases', String(alias.alias))
    if (!row) return undefined
    if (!macFits(this.#mac, KEYS, row)) throw new ForgedRowError('kms_keys', String(row.key_id))
    const key = toKey(row, results[1] ?? [])
    this.#isCurrent(generations)
    if (this.#cache.size >= CACHED_KEYS) this.#cache.clear()
    this.#cache.set(name, key)
    return key
  }

  create(key: KmsKey, alias: string): Change {
    const row = {
      key_id: key.keyId,
      account: key.account,
      region: key.region,
      manager: key.manager,
      state: key.state,
      created_at: key.createdAt,
      current_version: key.currentVersion,
    }
    const aliasRow = { account: key.account, region: key.region, alias, key_id: key.keyId }
    const change: SqlChange = {
      describes: `create ${key.arn}`,
      writes: [
        {
          statement: sql`insert into kms_keys (key_id, account, region, manager, state, created_at, current_version, mac)
            values (${row.key_id}, ${row.account}, ${row.region}, ${row.manager}, ${row.state}, ${row.created_at},
              ${row.current_version}, ${macOf(this.#mac, KEYS, row)})`,
        },
        ...key.materials.map(({ version, sealed }) => ({
          statement: sql`insert into kms_materials (key_id, version, sealed) values (${key.keyId}, ${version}, ${sealed})`,
        })),
        {
          statement: sql`insert into kms_aliases (account, region, alias, key_id, mac)
            values (${key.account}, ${key.region}, ${alias}, ${key.keyId}, ${macOf(this.#mac, ALIASES, aliasRow)})`,
        },
        { statement: sql`update generations set value = value + 1 where name = 'keys'`, expect: 1 },
      ],
    }
    return change
  }

  /** Empties the cache when the keys have changed since it was filled. */
  #isCurrent({ keys }: Generations): boolean {
    if (keys === this.#generation) return true
    this.#cache.clear()
    this.#generation = keys
    return false
  }
}

function toKey(row: Row, materials: readonly Row[]): KmsKey {
  const { account, region, key_id: keyId } = row
  return {
    account: String(account),
    region: String(region),
    keyId: String(keyId),
    arn: keyArn(String(region), String(account), String(keyId)),
    manager: row.manager === 'AWS' ? 'AWS' : 'CUSTOMER',
    state: row.state as KeyState,
    createdAt: Number(row.created_at),
    currentVersion: Number(row.current_version),
    materials: materials.map((material) => ({
      version: Number(material.version),
      sealed: material.sealed as Uint8Array,
    })),
  }
}
