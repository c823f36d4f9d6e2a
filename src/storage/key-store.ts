import type { Change } from '../aws/change.ts'
import { ForgedRowError } from '../aws/damaged-row.ts'
import type { Alias, Grant, KeyReference, KeyScope, KeyStore, KmsKey, PageOf } from '../kms/key-store.ts'
import type { Engine, SqlChange, Write } from './engine.ts'
import { GenerationCache } from './generation-cache.ts'
import { dueAt, type KeyRows, keyRows, toAlias, toGrant, toKey } from './key-rows.ts'
import * as statements from './key-statements.ts'
import * as writes from './key-writes.ts'
import type { RowMac } from './row-mac.ts'
import { type Row, type Sql, sql } from './sql.ts'

/** Keys, and grants of callers with the callers who have none, kept between requests; any change of a key empties the caches. */
const CACHED_KEYS = 1_000
const CACHED_GRANTS = 10_000

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
    const { region } = reference
    const name = JSON.stringify(
      'keyId' in reference ? [region, reference.keyId] : [reference.account, region, reference.alias],
    )
    const cached = this.#keys.get(name)
    if (cached && cached.generation === (await this.#generation())) return cached.value
    const { results, generations } = await this.#engine.read(statements.keyStatements(statements.named(reference)))
    const [rows] = keyRows(results)
    if (!rows) return undefined
    const key = toKey(rows, this.#mac)
    this.#keys.set(name, key, generations.keys)
    return key
  }

  relatives(keyId: string): Promise<readonly KmsKey[]> {
    return this.#keysWhere(statements.withId(keyId))
  }

  keys(scope: KeyScope, page: PageOf): Promise<readonly KmsKey[]> {
    return this.#keysWhere(statements.inScope(scope, page))
  }

  async due(now: number, limit: number): Promise<readonly KmsKey[]> {
    const found: KmsKey[] = []
    for (let last: Row | undefined; found.length < limit; ) {
      const { results } = await this.#engine.read(statements.keyStatements(statements.dueBy(now, limit, last)))
      const page = keyRows(results)
      // No MAC covers what the index says: a forged row, or one that is not due in truth, destroys nothing and holds up nothing.
      const keys = page.map((rows) => this.#unlessForged(rows)).filter((key) => key !== undefined)
      found.push(...keys.filter((key) => (dueAt(key) ?? Number.POSITIVE_INFINITY) <= now))
      last = page.at(-1)?.key
      if (page.length < limit) break
    }
    return found.slice(0, limit)
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
    this.#grants.set(name, grants, generations.keys, 1 + grants.length)
    return grants
  }

  async retirable(
    region: string,
    principal: string,
    page: PageOf & { readonly account?: string | undefined },
  ): Promise<readonly Grant[]> {
    const rows = await this.#rows(statements.retirableStatement(region, principal, page))
    return rows.map((row) => toGrant(row, this.#mac))
  }

  create(key: KmsKey): Change {
    return change(`create ${key.arn}`, writes.createKey(key, this.#mac))
  }

  update(key: KmsKey): Change {
    return change(`update ${key.arn}`, writes.updateKey(key, this.#mac))
  }

  remove(key: KmsKey): Change {
    return change(`remove ${key.arn}`, writes.removeKey(key))
  }

  addAlias(alias: Alias): Change {
    return change(`add ${alias.name}`, [writes.addAlias(alias, this.#mac)])
  }

  moveAlias(alias: Alias, keyId: string, now: number): Change {
    return change(`move ${alias.name}`, [writes.moveAlias(alias, { ...alias, keyId, updatedAt: now }, this.#mac)])
  }

  removeAlias(alias: Alias): Change {
    return change(`remove ${alias.name}`, [writes.removeAlias(alias)])
  }

  addGrant(grant: Grant): Change {
    return change(`grant ${grant.grantId}`, [writes.addGrant(grant, this.#mac)])
  }

  removeGrant(grant: Grant): Change {
    return change(`end grant ${grant.grantId}`, [writes.removeGrant(grant)])
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

  /** The keys that a condition means, in its order. */
  async #keysWhere(condition: Sql): Promise<readonly KmsKey[]> {
    const { results } = await this.#engine.read(statements.keyStatements(condition))
    return keyRows(results).map((rows) => toKey(rows, this.#mac))
  }

  #unlessForged(rows: KeyRows): KmsKey | undefined {
    try {
      return toKey(rows, this.#mac)
    } catch (error) {
      if (error instanceof ForgedRowError) return undefined
      throw error
    }
  }
}

function change(describes: string, changes: readonly Write[]): Change {
  const made: SqlChange = { describes, writes: [...changes, NEXT_GENERATION] }
  return made
}
