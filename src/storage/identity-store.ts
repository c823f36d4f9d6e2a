import { type Change, ForgedRowError } from '../aws/change.ts'
import type { AccessKey, IdentityStore, User } from '../identity/identity-store.ts'
import type { Engine, SqlChange, Write } from './engine.ts'
import { GenerationCache } from './generation-cache.ts'
import { type Covered, macFits, macOf, type RowMac } from './row-mac.ts'
import { type Row, sql } from './sql.ts'

const ACCOUNTS: Covered = { table: 'accounts', columns: ['account', 'created_at'] }
const USERS: Covered = {
  table: 'users',
  columns: ['account', 'user_name', 'user_id', 'managed_policies', 'created_at'],
}
const ACCESS_KEYS: Covered = {
  table: 'access_keys',
  columns: ['access_key_id', 'account', 'user_name', 'sealed_secret', 'active', 'created_at'],
}

type KeyWithUser = { readonly key: AccessKey; readonly user: User }

/** Keys with their owners kept between requests; any change of an identity empties the cache. */
const CACHED_KEYS = 10_000

/** Identities on any engine. Rows are checked once per generation: what was read under an older one is not used. */
export class SqlIdentityStore implements IdentityStore {
  readonly #engine: Engine
  readonly #mac: RowMac
  readonly #cache = new GenerationCache<KeyWithUser>(CACHED_KEYS)

  constructor(engine: Engine, mac: RowMac) {
    this.#engine = engine
    this.#mac = mac
  }

  async findAccessKey(accessKeyId: string): Promise<KeyWithUser | undefined> {
    const cached = this.#cache.get(accessKeyId)
    if (cached && cached.generation === (await this.#engine.read([])).generations.identity) return cached.value
    const { results, generations } = await this.#engine.read([
      sql`select * from access_keys where access_key_id = ${accessKeyId}`,
      sql`select u.* from users u join access_keys k on u.account = k.account and u.user_name = k.user_name
        where k.access_key_id = ${accessKeyId}`,
    ])
    const [keyRow] = results[0] ?? []
    const [userRow] = results[1] ?? []
    if (!keyRow || !userRow) return undefined
    const found = { key: this.#toAccessKey(keyRow), user: this.#toUser(userRow) }
    this.#cache.set(accessKeyId, found, generations.identity)
    return found
  }

  async accounts(): Promise<readonly string[]> {
    const { results } = await this.#engine.read([sql`select * from accounts order by created_at, account`])
    return (results[0] ?? []).map((row) => {
      if (!macFits(this.#mac, ACCOUNTS, row)) throw new ForgedRowError('accounts', String(row.account))
      return String(row.account)
    })
  }

  async findUser(account: string, userName: string): Promise<User | undefined> {
    const { results } = await this.#engine.read([
      sql`select * from users where account = ${account} and user_name = ${userName}`,
    ])
    const [row] = results[0] ?? []
    return row && this.#toUser(row)
  }

  async accessKeysOf(user: User): Promise<readonly AccessKey[]> {
    const { results } = await this.#engine.read([
      sql`select * from access_keys where account = ${user.account} and user_name = ${user.userName}
        order by created_at, access_key_id`,
    ])
    return (results[0] ?? []).map((row) => this.#toAccessKey(row))
  }

  createAccount(account: string, at: number): Change {
    const mac = macOf(this.#mac, ACCOUNTS, { account, created_at: at })
    return change(`create account ${account}`, {
      statement: sql`insert into accounts (account, created_at, mac) values (${account}, ${at}, ${mac})`,
    })
  }

  createUser(user: User): Change {
    const row = {
      account: user.account,
      user_name: user.userName,
      user_id: user.userId,
      managed_policies: JSON.stringify(user.managedPolicies),
      created_at: user.createdAt,
    }
    return change(`create ${user.arn}`, {
      statement: sql`insert into users (account, user_name, user_id, managed_policies, created_at, mac)
        values (${row.account}, ${row.user_name}, ${row.user_id}, ${row.managed_policies}, ${row.created_at},
          ${macOf(this.#mac, USERS, row)})`,
    })
  }

  createAccessKey(key: AccessKey): Change {
    const row = {
      access_key_id: key.accessKeyId,
      account: key.account,
      user_name: key.userName,
      sealed_secret: key.sealedSecret,
      active: key.active ? 1 : 0,
      created_at: key.createdAt,
    }
    return change(`create access key ${key.accessKeyId}`, {
      statement: sql`insert into access_keys (access_key_id, account, user_name, sealed_secret, active, created_at, mac)
        values (${row.access_key_id}, ${row.account}, ${row.user_name}, ${row.sealed_secret}, ${row.active},
          ${row.created_at}, ${macOf(this.#mac, ACCESS_KEYS, row)})`,
    })
  }

  deleteAccessKey(key: AccessKey): Change {
    return change(`delete access key ${key.accessKeyId}`, {
      statement: sql`delete from access_keys where access_key_id = ${key.accessKeyId}`,
      expect: 1,
    })
  }

  #toUser(row: Row): User {
    if (!macFits(this.#mac, USERS, row)) throw new ForgedRowError('users', `${row.account}/${row.user_name}`)
    return {
      account: String(row.account),
      userName: String(row.user_name),
      userId: String(row.user_id),
      arn: `arn:aws:iam::${row.account}:user/${row.user_name}`,
      managedPolicies: JSON.parse(String(row.managed_policies)),
      createdAt: Number(row.created_at),
    }
  }

  #toAccessKey(row: Row): AccessKey {
    if (!macFits(this.#mac, ACCESS_KEYS, row)) throw new ForgedRowError('access_keys', String(row.access_key_id))
    return {
      accessKeyId: String(row.access_key_id),
      account: String(row.account),
      userName: String(row.user_name),
      sealedSecret: row.sealed_secret as Uint8Array,
      active: row.active === 1,
      createdAt: Number(row.created_at),
    }
  }
}

/** Every change of an identity raises the generation in its own transaction. */
function change(describes: string, write: Write): SqlChange {
  return {
    describes,
    writes: [write, { statement: sql`update generations set value = value + 1 where name = 'identity'`, expect: 1 }],
  }
}
