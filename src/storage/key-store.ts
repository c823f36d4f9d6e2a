import type { Change } from '../aws/change.ts'
import type { Alias, Grant, KeyReference, KeyScope, KeyStore, KmsKey, PageOf } from '../kms/key-store.ts'
import type { Engine, SqlChange, Write } from './engine.ts'
import { SOMETHING_TO_ERASE } from './erasure-mark.ts'
import { GenerationCache } from './generation-cache.ts'
import { toAlias, toAliasRow, toGrant, toGrantRow, toKey, toKeyRow } from './key-rows.ts'
import * as statements from './key-statements.ts'
import type { RowMac } from './row-mac.ts'
import { type Row, type Sql, sql } from './sql.ts'

/** Keys, and grants of callers, kept between requests; any change of a key empties the caches. */
const CACHED_KEYS = 1_000
const CACHED_GRANTS = 1_000

type OfKey = Pick<KmsKey, 'region' | 'keyId'>

/** Every change tells all nodes that what they have cached is old. */
const NEXT_GENERATION: Write = {
  statement: sql`update generations set value = value + 1 where name = 'keys'`,
  expect: 1,
}

/** KMS keys on any engine. Rows are checked once per generation: what was read under an older one is not used. */
export class SqlKeyStore implements KeyStore {
  readonly #engine: Engine
  readonly #mac: RowMac
  readonly #keys = new GenerationCache<KmsKey>(CACHED_KEYS)
  readonly #grants = new GenerationCache<readonly Grant[]>(CACHED_GRANTS)

  constructor(engine: Engine, mac: RowMac) {
    this.#engine = engine
    this.#mac = mac
  }

  async find(reference: KeyReference): Promise<KmsKey | undefined> {
    const name = JSON.stringify(reference)
    const cached = this.#keys.get(name)
    if (cached && cached.generation === (await this.#generation())) return cached.value
    const { results, generations } = await this.#engine.read(statements.findKeyStatements(reference))
    const [[row], materials = [], aliases = [], grants = [], [alias] = []] = results as [Row[], ...Row[][]]
    if (alias) toAlias(alias, this.#mac)
    if (!row) return undefined
    const key = toKey(row, { materials, aliases, hasGrants: grants.length > 0 }, this.#mac)
    this.#keys.set(name, key, generations.keys)
    return key
  }

  async relatives(keyId: string): Promise<readonly KmsKey[]> {
    return this.#findAll(statements.relativesStatement(keyId))
  }

  async keys(scope: KeyScope, page: PageOf): Promise<readonly KmsKey[]> {
    return this.#findAll(statements.keysStatement(scope, page))
  }

  async due(now: number, limit: number): Promise<readonly KmsKey[]> {
    return this.#findAll(statements.dueStatement(now, limit))
  }

  async alias(scope: KeyScope, name: string): Promise<Alias | undefined> {
    const [row] = await this.#rows(statements.aliasStatement(scope, name))
    return row && toAlias(row, this.#mac)
  }

  async aliases(scope: KeyScope, page: PageOf & { readonly keyId?: string | undefined }): Promise<readonly Alias[]> {
    return (await this.#rows(statements.aliasesStatement(scope, page))).map((row) => toAlias(row, this.#mac))
  }

  async grant(key: OfKey, grantId: string): Promise<Grant | undefined> {
    const [row] = await this.#rows(statements.grantStatement(key, grantId))
    return row && toGrant(row, this.#mac)
  }

  async grants(key: OfKey, page: PageOf & { readonly grantee?: string | undefined }): Promise<readonly Grant[]> {
    return (await this.#rows(statements.grantsStatement(key, page))).map((row) => toGrant(row, this.#mac))
  }

  async grantCounts(key: OfKey, grantee: string) {
    const { results } = await this.#engine.read(statements.grantCountStatements(key, grantee))
    const [all = 0, toGrantee = 0] = results.map(([row]) => Number(row?.count))
    return { all, toGrantee }
  }

  async grantsTo(key: OfKey, grantees: readonly string[]): Promise<readonly Grant[]> {
    const name = JSON.stringify([key.region, key.keyId, grantees])
    const cached = this.#grants.get(name)
    if (cached && cached.generation === (await this.#generation())) return cached.value
    const statement = statements.grantsToStatement(key, grantees)
    const { results, generations } = await this.#engine.read([statement])
    const grants = (results[0] ?? []).map((row) => toGrant(row, this.#mac))
    this.#grants.set(name, grants, generations.keys)
    return grants
  }

  async retirable(region: string, principal: string, page: PageOf): Promise<readonly Grant[]> {
    const rows = await this.#rows(statements.retirableStatement(region, principal, page))
    return rows.map((row) => toGrant(row, this.#mac))
  }

  create(key: KmsKey): Change {
    const row = toKeyRow(key, this.#mac)
    return change(`create ${key.arn}`, [
      {
        statement: sql`insert into kms_keys (region, key_id, account, manager, state, created_at, current_version,
            policy, document, revision, due_at, mac)
          values (${row.region}, ${row.key_id}, ${row.account}, ${row.manager}, ${row.state}, ${row.created_at},
            ${row.current_version}, ${row.policy}, ${row.document}, ${row.revision}, ${row.due_at}, ${row.mac})`,
      },
      ...materialWrites(key),
    ])
  }

  update(key: KmsKey): Change {
    const row = toKeyRow({ ...key, revision: key.revision + 1 }, this.#mac)
    return change(`update ${key.arn}`, [
      {
        statement: sql`update kms_keys set state = ${row.state}, current_version = ${row.current_version},
            policy = ${row.policy}, document = ${row.document}, revision = ${row.revision}, due_at = ${row.due_at},
            mac = ${row.mac}
          where region = ${row.region} and key_id = ${row.key_id} and coalesce(revision, 1) = ${key.revision}`,
        expect: 1,
      },
      { statement: sql`delete from kms_materials where region = ${row.region} and key_id = ${row.key_id}` },
      ...materialWrites(key),
      // Material that was there may be gone now.
      ...(key.materials.some(({ sealed }) => !sealed) ? [SOMETHING_TO_ERASE] : []),
    ])
  }

  remove({ arn, region, keyId, revision }: KmsKey): Change {
    return change(`remove ${arn}`, [
      {
        statement: sql`delete from kms_keys
          where region = ${region} and key_id = ${keyId} and coalesce(revision, 1) = ${revision}`,
        expect: 1,
      },
      { statement: sql`delete from kms_materials where region = ${region} and key_id = ${keyId}` },
      { statement: sql`delete from kms_aliases where region = ${region} and key_id = ${keyId}` },
      { statement: sql`delete from kms_grants where region = ${region} and key_id = ${keyId}` },
      SOMETHING_TO_ERASE,
    ])
  }

  addAlias(alias: Alias): Change {
    const row = toAliasRow(alias, this.#mac)
    return change(`add ${alias.name}`, [
      {
        statement: sql`insert into kms_aliases (account, region, alias, key_id, created_at, updated_at, mac)
          values (${row.account}, ${row.region}, ${row.alias}, ${row.key_id}, ${row.created_at}, ${row.updated_at},
            ${row.mac})`,
      },
    ])
  }

  moveAlias(alias: Alias, keyId: string, now: number): Change {
    const row = toAliasRow({ ...alias, keyId, updatedAt: now }, this.#mac)
    return change(`move ${alias.name}`, [
      {
        statement: sql`update kms_aliases set key_id = ${row.key_id}, created_at = ${row.created_at},
            updated_at = ${row.updated_at}, mac = ${row.mac} where ${aliasPlace(alias)}`,
        expect: 1,
      },
    ])
  }

  removeAlias(alias: Alias): Change {
    return change(`remove ${alias.name}`, [
      { statement: sql`delete from kms_aliases where ${aliasPlace(alias)}`, expect: 1 },
    ])
  }

  addGrant(grant: Grant): Change {
    const row = toGrantRow(grant, this.#mac)
    return change(`grant ${grant.grantId}`, [
      {
        statement: sql`insert into kms_grants (region, key_id, grant_id, account, grantee, retiring, document, mac)
          values (${row.region}, ${row.key_id}, ${row.grant_id}, ${row.account}, ${row.grantee}, ${row.retiring},
            ${row.document}, ${row.mac})`,
      },
    ])
  }

  removeGrant(grant: Grant): Change {
    return change(`end grant ${grant.grantId}`, [
      { statement: sql`delete from kms_grants where ${statements.grantPlace(grant)}`, expect: 1 },
    ])
  }

  erase(): Promise<void> {
    return this.#engine.erase()
  }

  async #generation(): Promise<number> {
    return (await this.#engine.read([])).generations.keys
  }

  async #rows(statement: Sql): Promise<readonly Row[]> {
    return (await this.#engine.read([statement])).results[0] ?? []
  }

  /** The keys whose places a statement gives, in its order; those that went meanwhile are left out. */
  async #findAll(places: Sql): Promise<readonly KmsKey[]> {
    const rows = await this.#rows(places)
    const keys = rows.map(({ region, key_id }) => this.find({ region: String(region), keyId: String(key_id) }))
    return (await Promise.all(keys)).filter((key) => key !== undefined)
  }
}

function change(describes: string, writes: readonly Write[]): Change {
  const made: SqlChange = { describes, writes: [...writes, NEXT_GENERATION] }
  return made
}

/** An alias that still leads to the key it names. */
function aliasPlace({ account, region, name, keyId }: Alias): Sql {
  return sql`account = ${account} and region = ${region} and alias = ${name} and key_id = ${keyId}`
}

function materialWrites({ region, keyId, materials }: KmsKey): readonly Write[] {
  return materials.flatMap(({ version, sealed }) =>
    sealed
      ? [
          {
            statement: sql`insert into kms_materials (region, key_id, version, sealed)
              values (${region}, ${keyId}, ${version}, ${sealed})`,
          },
        ]
      : [],
  )
}
