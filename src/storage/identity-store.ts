import type { Change } from '../aws/change.ts'
import { ForgedRowError } from '../aws/damaged-row.ts'
import { type AnyEntity, arnOf, type Entities, type Kind, referencesOf, type User } from '../identity/entities.ts'
import type { AccessKey, Holder, IdentityStore, KeyHolder, LastUse, ListQuery } from '../identity/identity-store.ts'
import { toAccessKey, toAccessKeyRow } from './access-key-rows.ts'
import type { Engine, SqlChange, Write } from './engine.ts'
import { Holders } from './holders.ts'
import { guardWrites, linkWrites, referenceTo } from './identity-references.ts'
import { guardsOf, nameKey, toEntity, toIdentityRow } from './identity-rows.ts'
import { type Covered, macFits, macOf, type RowMac } from './row-mac.ts'
import { chunks, join, list, ROWS_PER_INSERT, type Row, raw, type Sql, sql, startsWith } from './sql.ts'

export const ACCOUNTS: Covered = { table: 'accounts', named: ['account'], columns: ['account', 'created_at'] }

/** Identities on any engine. */
export class SqlIdentityStore implements IdentityStore {
  readonly #engine: Engine
  readonly #mac: RowMac
  readonly #holders: Holders

  constructor(engine: Engine, mac: RowMac) {
    this.#engine = engine
    this.#mac = mac
    this.#holders = new Holders(engine, mac)
  }

  findAccessKey(accessKeyId: string): Promise<KeyHolder | undefined> {
    return this.#holders.byKey(accessKeyId)
  }

  findHolder<K extends 'user' | 'role'>(kind: K, id: string): Promise<Holder<Entities[K]> | undefined> {
    return this.#holders.byId(kind, id) as Promise<Holder<Entities[K]> | undefined>
  }

  async accounts(): Promise<readonly string[]> {
    const rows = await this.#rows(sql`select * from accounts order by created_at, account`)
    return rows.map((row) => {
      if (!macFits(this.#mac, ACCOUNTS, row)) throw new ForgedRowError('accounts', String(row.account))
      return String(row.account)
    })
  }

  async find<K extends Kind>(kind: K, account: string, name: string): Promise<Entities[K] | undefined> {
    const [row] = await this.#rows(
      sql`select * from identities where account = ${account} and kind = ${kind} and name_key = ${nameKey(name)}`,
    )
    return row && toEntity(kind, row, this.#mac)
  }

  async findByIds<K extends Kind>(kind: K, ids: readonly string[]): Promise<readonly Entities[K][]> {
    if (ids.length === 0) return []
    const rows = await this.#rows(sql`select * from identities where id in ${list(ids)}`)
    return rows.filter((row) => row.kind === kind).map((row) => toEntity(kind, row, this.#mac))
  }

  async list<K extends Kind>(kind: K, account: string, query: ListQuery): Promise<readonly Entities[K][]> {
    const rows = await this.#rows(sql`select * from identities i where i.account = ${account} and i.kind = ${kind}
      ${within(query, 'i')} order by i.name_key limit ${query.limit}`)
    return rows.map((row) => toEntity(kind, row, this.#mac))
  }

  async count(kind: Kind, account: string): Promise<number> {
    const [row] = await this.#rows(
      sql`select count(*) as count from identities where account = ${account} and kind = ${kind}`,
    )
    return Number(row?.count)
  }

  async referring<K extends 'user' | 'group' | 'role' | 'instance-profile'>(
    kind: K,
    account: string,
    reference: string,
    query: ListQuery,
  ): Promise<readonly Entities[K][]> {
    const found: Entities[K][] = []
    const { limit } = query
    for (let { after } = query; found.length < limit; ) {
      const rows = await this.#rows(referringStatement(kind, account, reference, { ...query, after }))
      const entities = rows.map((row) => toEntity(kind, row, this.#mac))
      // A link is no proof: the entity itself must say so.
      found.push(...entities.filter((entity) => referencesOf(entity).includes(reference)))
      after = entities.at(-1)?.name
      if (rows.length < limit) break
    }
    return found.slice(0, limit)
  }

  createAccount(account: string, at: number): Change {
    const mac = macOf(this.#mac, ACCOUNTS, { account, created_at: at })
    return change(`create account ${account}`, [
      { statement: sql`insert into accounts (account, created_at, mac) values (${account}, ${at}, ${mac})` },
    ])
  }

  create(entity: AnyEntity): Change {
    return change(`create ${arnOf(entity)}`, [
      { statement: insertIdentity({ ...entity, revision: 1 }, this.#mac) },
      ...guardWrites(entity),
      ...linkWrites(entity),
    ])
  }

  update(entity: AnyEntity): Change {
    const row = toIdentityRow({ ...entity, revision: entity.revision + 1 }, this.#mac)
    return change(`update ${arnOf(entity)}`, [
      {
        statement: sql`update identities set name = ${row.name}, name_key = ${row.name_key}, path = ${row.path},
            document = ${row.document}, revision = ${row.revision}, mac = ${row.mac}
          where id = ${row.id} and account = ${row.account} and kind = ${row.kind} and revision = ${entity.revision}
            ${whileItMayBeCalledSo(entity)}`,
        expect: 1,
      },
      ...guardWrites(entity),
      ...linkWrites(entity),
    ])
  }

  remove(entity: AnyEntity): Change {
    const { id, account, name, revision } = entity
    const reference = referenceTo(entity)
    const noKeys =
      entity.kind === 'user'
        ? sql` and not exists (select 1 from access_keys where account = ${account} and user_name = ${name})`
        : raw('')
    return change(`remove ${arnOf(entity)}`, [
      {
        statement: sql`delete from identities where id = ${id} and revision = ${revision} and guards = ${guardsOf(entity)}
          and not exists (select 1 from identity_links where account = ${account} and target = ${reference})${noKeys}`,
        expect: 1,
      },
      { statement: sql`delete from identity_links where id = ${id}` },
      { statement: sql`delete from last_uses where id = ${id}` },
    ])
  }

  async accessKeysOf({ account, name }: Pick<User, 'account' | 'name'>): Promise<readonly AccessKey[]> {
    const rows = await this.#rows(sql`select * from access_keys where account = ${account} and user_name = ${name}
      order by created_at, access_key_id`)
    return rows.map((row) => toAccessKey(row, this.#mac))
  }

  createAccessKey(key: AccessKey, user: User): Change {
    const row = toAccessKeyRow(key, this.#mac)
    return change(`create access key ${key.accessKeyId}`, [
      {
        statement: sql`update identities set guards = guards + 1
          where id = ${user.id} and account = ${key.account} and kind = 'user' and name = ${key.userName}`,
        expect: 1,
      },
      {
        statement: sql`insert into access_keys (access_key_id, account, user_name, sealed_secret, active, created_at, mac)
          values (${row.access_key_id}, ${row.account}, ${row.user_name}, ${row.sealed_secret}, ${row.active},
            ${row.created_at}, ${row.mac})`,
      },
    ])
  }

  setAccessKeyActive(key: AccessKey, active: boolean): Change {
    const old = toAccessKeyRow(key, this.#mac)
    const row = toAccessKeyRow({ ...key, active }, this.#mac)
    return change(`${active ? 'activate' : 'deactivate'} access key ${key.accessKeyId}`, [
      {
        statement: sql`update access_keys set active = ${row.active}, mac = ${row.mac}
          where access_key_id = ${old.access_key_id} and account = ${old.account} and user_name = ${old.user_name}
            and sealed_secret = ${old.sealed_secret} and active = ${old.active} and created_at = ${old.created_at}`,
        expect: 1,
      },
    ])
  }

  deleteAccessKey(key: AccessKey): Change {
    return change(`delete access key ${key.accessKeyId}`, [
      { statement: sql`delete from access_keys where access_key_id = ${key.accessKeyId}`, expect: 1 },
      { statement: sql`delete from last_uses where id = ${key.accessKeyId}` },
    ])
  }

  async lastUses(ids: readonly string[]): Promise<ReadonlyMap<string, LastUse>> {
    if (ids.length === 0) return new Map()
    const rows = await this.#rows(sql`select * from last_uses where id in ${list(ids)}`)
    return new Map(rows.map((row) => [String(row.id), toLastUse(row)]))
  }

  recordUses(uses: readonly LastUse[]): Change {
    // Once for each id: an engine may refuse a statement that comes to the same row twice.
    const newest = new Map(uses.toSorted((left, right) => left.at - right.at).map((use) => [use.id, use]))
    const rows = [...newest.values()].map(({ id, at, service, region }) => sql`(${id}, ${at}, ${service}, ${region})`)
    const writes = chunks(rows, ROWS_PER_INSERT).map((chunk) => ({
      statement: sql`insert into last_uses (id, at, service, region) values ${join(chunk, ', ')}
        on conflict (id) do update set at = excluded.at, service = excluded.service, region = excluded.region
        where last_uses.at < excluded.at`,
      expendable: true,
    }))
    return { describes: 'record uses', writes } as SqlChange
  }

  async #rows(statement: Sql): Promise<readonly Row[]> {
    const { results } = await this.#engine.read([statement])
    return results[0] ?? []
  }
}

/** The statement that writes a new entity, as it is, with its MAC. */
export function insertIdentity(entity: AnyEntity, mac: RowMac): Sql {
  const row = toIdentityRow(entity, mac)
  return sql`insert into identities (id, account, kind, name, name_key, path, document, revision, mac)
    values (${row.id}, ${row.account}, ${row.kind}, ${row.name}, ${row.name_key}, ${row.path}, ${row.document},
      ${row.revision}, ${row.mac})`
}

/** What a link leads to, unless the two contradict each other. */
function referringStatement(kind: Kind, account: string, reference: string, query: ListQuery): Sql {
  return sql`select i.* from identity_links l join identities i
      on i.id = l.id and i.account = l.account and i.kind = l.kind and i.name_key = l.name_key
    where l.account = ${account} and l.target = ${reference} and l.kind = ${kind}
      ${within(query, 'l')} order by l.name_key limit ${query.limit}`
}

/** The part of a list that is asked for; names stand in the table `names`, paths in identities. */
function within({ after, pathPrefix }: ListQuery, names: 'i' | 'l'): Sql {
  const behind = after === undefined ? raw('') : sql`and ${raw(names)}.name_key > ${nameKey(after)}`
  return pathPrefix === undefined ? behind : sql`${behind} and ${startsWith(raw('i.path'), pathPrefix)}`
}

/** Access keys go by the name of their user, and attachments by the ARN of their policy: neither may be left behind by a new name. */
function whileItMayBeCalledSo({ kind, account, name, path }: AnyEntity): Sql {
  if (kind === 'policy') return sql`and name = ${name} and path = ${path}`
  if (kind !== 'user') return raw('')
  return sql`and (name = ${name} or not exists
    (select 1 from access_keys k where k.account = ${account} and k.user_name = identities.name))`
}

function toLastUse(row: Row): LastUse {
  return { id: String(row.id), at: Number(row.at), service: String(row.service), region: String(row.region) }
}

/** Every change of an identity raises the generation in its own transaction. */
function change(describes: string, writes: readonly Write[]): SqlChange {
  return {
    describes,
    writes: [
      ...writes,
      { statement: sql`update generations set value = value + 1 where name = 'identity'`, expect: 1 },
    ],
  }
}
