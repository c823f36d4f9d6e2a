import type { Change } from '../aws/change.ts'
import { DamagedRowError } from '../aws/damaged-row.ts'
import type { AnyEntity, Entities, Group, Kind, ManagedPolicy, Role, User } from './entities.ts'

export interface AccessKey {
  /** `AKIA…` */
  readonly accessKeyId: string
  readonly account: string
  readonly userName: string
  /** Sealed, bound to key id, account and owner. */
  readonly sealedSecret: Uint8Array
  readonly active: boolean
  readonly createdAt: number
}

/** Who may act, with everything stored that decides what they may do. The same object for as long as no identity changes. */
export interface Holder<E extends User | Role> {
  readonly entity: E
  readonly groups: readonly Group[]
  /** Managed policies of the account that the entity and its groups have, boundary included, by ARN. */
  readonly policies: ReadonlyMap<string, ManagedPolicy>
}

export interface KeyHolder extends Holder<User> {
  readonly key: AccessKey
}

/** What an identity has is not in the store although it must be: somebody wrote to the store behind the server's back. */
export class MissingReferenceError extends DamagedRowError {
  constructor(id: string, reference: string) {
    super({ table: 'identities', row: `${reference}, which ${id} has`, damage: 'missing' })
    this.name = 'MissingReferenceError'
  }
}

/** When and for what an access key or a role was last used. */
export interface LastUse {
  /** Access key id, or unique id of a role. */
  readonly id: string
  /** Milliseconds since the epoch. */
  readonly at: number
  /** Signing name of the service. */
  readonly service: string
  readonly region: string
}

/** A part of a list: entities in the order of their names, compared without regard to case. */
export interface ListQuery {
  /** Only paths that begin like this. */
  readonly pathPrefix?: string | undefined
  /** Only names behind this one. */
  readonly after?: string | undefined
  readonly limit: number
}

/**
 * Accounts, identities and access keys.
 *
 * A row whose MAC does not fit is never returned: the look-up rejects with ForgedRowError. A change of a revision that is no longer the stored one,
 * a second entity of a name and kind, and the removal of an entity that something has come to refer to since it was read commit as ConflictError.
 * Every change of an identity or a key raises the generation `identity` in its own transaction, so that it acts on the next request.
 */
export interface IdentityStore {
  /** The key with its owner and what decides about them; undefined for an unknown one. */
  findAccessKey(accessKeyId: string): Promise<KeyHolder | undefined>
  /** A user or role by unique id, with what decides about it. Rejects when a policy or group that it has is not there: nothing may be decided then. */
  findHolder<K extends 'user' | 'role'>(kind: K, id: string): Promise<Holder<Entities[K]> | undefined>

  /** Account ids, oldest first. */
  accounts(): Promise<readonly string[]>
  /** An entity by name, without regard to case. */
  find<K extends Kind>(kind: K, account: string, name: string): Promise<Entities[K] | undefined>
  /** Entities by unique id, those that exist, in no order. */
  findByIds<K extends Kind>(kind: K, ids: readonly string[]): Promise<readonly Entities[K][]>
  list<K extends Kind>(kind: K, account: string, query: ListQuery): Promise<readonly Entities[K][]>
  count(kind: Kind, account: string): Promise<number>
  /**
   * Entities of a kind that have a managed policy (by ARN, as attachment or boundary), are in a group (by id) or hold a role (by id). In the order of
   * their names.
   */
  referring<K extends 'user' | 'group' | 'role' | 'instance-profile'>(
    kind: K,
    account: string,
    reference: string,
    query: ListQuery,
  ): Promise<readonly Entities[K][]>

  createAccount(account: string, at: number): Change
  /** References of the entity must exist when this commits: each managed policy of the account, each group, the role. */
  create(entity: AnyEntity): Change
  /**
   * `entity` with the revision it was read with; the stored one is raised. References as with `create`. A user takes another name only while no
   * access key goes by the old one: keys are deleted before and created again after, in one change. A managed policy keeps its name and path.
   */
  update(entity: AnyEntity): Change
  /** Commits only while nothing refers to it, and a user only without access keys. `entity` is what was read, not a copy of it. */
  remove(entity: AnyEntity): Change

  /** Oldest first. */
  accessKeysOf(user: Pick<User, 'account' | 'name'>): Promise<readonly AccessKey[]>
  /** Commits only while the user (by id) exists. */
  createAccessKey(key: AccessKey, user: User): Change
  setAccessKeyActive(key: AccessKey, active: boolean): Change
  deleteAccessKey(key: AccessKey): Change

  /** Those of the ids that were used. */
  lastUses(ids: readonly string[]): Promise<ReadonlyMap<string, LastUse>>
  /** Remembers uses; an older one never replaces a newer one. Raises no generation. */
  recordUses(uses: readonly LastUse[]): Change
}
