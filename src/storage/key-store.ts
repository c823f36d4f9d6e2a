import { type Change, ForgedRowError } from '../aws/change.ts'
import { keyArn } from '../kms/key.ts'
import type { KeyReference, KeyState, KeyStore, KmsKey } from '../kms/key-store.ts'
import type { Engine, SqlChange } from './engine.ts'
import { GenerationCache } from './generation-cache.ts'
import { type Covered, macFits, macOf, type RowMac } from './row-mac.ts'
import { policyIn, policyText } from './rows.ts'
import { type Row, type Sql, sql } from './sql.ts'

const KEYS: Covered = {
  table: 'kms_keys',
  columns: ['key_id', 'account', 'region', 'manager', 'state', 'created_at', 'current_version'],
  added: ['policy'],
}
const ALIASES: Covered = { table: 'kms_aliases', columns: ['account', 'region', 'alias', 'key_id'] }

/** Keys kept between requests; any change of a key empties the cache. */
const CACHED_KEYS = 1_000

/** KMS keys on any engine. Rows are checked once per generation: what was read under an older one is not used. */
export class SqlKeyStore implements KeyStore {
  readonly #engine: Engine
  readonly #mac: RowMac
  readonly #cache = new GenerationCache<KmsKey>(CACHED_KEYS)

  constructor(engine: Engine, mac: RowMac) {
    this.#engine = engine
    this.#mac = mac
  }

  async find(reference: KeyReference): Promise<KmsKey | undefined> {
    const name = JSON.stringify(reference)
    const cached = this.#cache.get(name)
    if (cached && cached.generation === (await this.#engine.read([])).generations.keys) return cached.value
    const ofKey =
      'keyId' in reference ? sql`select ${reference.keyId} as key_id` : sql`select key_id from ${aliasOf(reference)}`
    const { results, generations } = await this.#engine.read([
      sql`select * from kms_keys where key_id in (${ofKey})`,
      sql`select * from kms_materials where key_id in (${ofKey}) order by version`,
      ...('keyId' in reference ? [] : [sql`select * from ${aliasOf(reference)}`]),
    ])
    const [row] = results[0] ?? []
    const [alias] = results[2] ?? []
    if (alias && !macFits(this.#mac, ALIASES, alias)) throw new ForgedRowError('kms_aliases', String(alias.alias))
    if (!row) return undefined
    if (!macFits(this.#mac, KEYS, row)) throw new ForgedRowError('kms_keys', String(row.key_id))
    const key = toKey(row, results[1] ?? [])
    this.#cache.set(name, key, generations.keys)
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
      policy: policyText(key.policy),
    }
    const aliasRow = { account: key.account, region: key.region, alias, key_id: key.keyId }
    const change: SqlChange = {
      describes: `create ${key.arn}`,
      writes: [
        {
          statement: sql`insert into kms_keys (key_id, account, region, manager, state, created_at, current_version,
              policy, mac)
            values (${row.key_id}, ${row.account}, ${row.region}, ${row.manager}, ${row.state}, ${row.created_at},
              ${row.current_version}, ${row.policy}, ${macOf(this.#mac, KEYS, row)})`,
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
}

function aliasOf({ account, region, alias }: Exclude<KeyReference, { keyId: string }>): Sql {
  return sql`kms_aliases where account = ${account} and region = ${region} and alias = ${alias}`
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
    policy: policyIn(row.policy),
  }
}
