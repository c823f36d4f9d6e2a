import type { Group, ManagedPolicy, Role, User } from '../identity/entities.ts'
import { type Holder, type KeyHolder, MissingReferenceError } from '../identity/identity-store.ts'
import { toAccessKey } from './access-key-rows.ts'
import type { Engine } from './engine.ts'
import { GenerationCache } from './generation-cache.ts'
import { referenceTo, referredStatements, storedReferences } from './identity-references.ts'
import { toEntity } from './identity-rows.ts'
import type { RowMac } from './row-mac.ts'
import { type Row, sql } from './sql.ts'

/** Holders kept between requests; any change of an identity empties the caches. */
const CACHED_HOLDERS = 10_000
/** Groups and policies kept, each once for all who have it. */
const CACHED_REFERRED = 10_000
/** How often a holder is read again because identities changed between the reads it takes. */
const READ_ATTEMPTS = 10

type Referred = Group | ManagedPolicy
interface Read<V> {
  readonly value: V
  readonly generation: number
}

/**
 * Who makes requests, with everything that decides about them, all of one generation. Rows are checked once per generation: what was read under
 * an older one is not used. What refers to something that is not there, or is forged, is not returned: nothing is decided by a part.
 */
export class Holders {
  readonly #engine: Engine
  readonly #mac: RowMac
  readonly #byKey = new GenerationCache<KeyHolder>(CACHED_HOLDERS)
  readonly #byId = new GenerationCache<Holder<User | Role>>(CACHED_HOLDERS)
  readonly #referred = new GenerationCache<Referred>(CACHED_REFERRED)

  constructor(engine: Engine, mac: RowMac) {
    this.#engine = engine
    this.#mac = mac
  }

  byKey(accessKeyId: string): Promise<KeyHolder | undefined> {
    return this.#current(this.#byKey, accessKeyId, async () => {
      // Names of users are ASCII, which every engine lowers alike.
      const { results, generations } = await this.#engine.read([
        sql`select * from access_keys where access_key_id = ${accessKeyId}`,
        sql`select i.* from access_keys k join identities i on i.account = k.account and i.kind = 'user'
          and i.name_key = lower(k.user_name) where k.access_key_id = ${accessKeyId}`,
      ])
      const [keyRow] = results[0] ?? []
      const [userRow] = results[1] ?? []
      if (!keyRow || !userRow) return undefined
      const key = toAccessKey(keyRow, this.#mac)
      const user = toEntity('user', userRow, this.#mac)
      if (user.name !== key.userName) return undefined
      const generation = generations.identity
      const holder = await this.#complete(user, generation)
      return holder === 'moved' ? holder : { value: { key, ...holder }, generation }
    })
  }

  byId(kind: 'user' | 'role', id: string): Promise<Holder<User | Role> | undefined> {
    return this.#current(this.#byId, `${kind} ${id}`, async () => {
      const { results, generations } = await this.#engine.read([sql`select * from identities where id = ${id}`])
      const [row] = results[0] ?? []
      if (row?.kind !== kind) return undefined
      const generation = generations.identity
      const holder = await this.#complete<User | Role>(toEntity(kind, row, this.#mac), generation)
      return holder === 'moved' ? holder : { value: holder, generation }
    })
  }

  /** From the cache while nothing has changed, else read anew until nothing changes meanwhile. */
  async #current<V>(
    cache: GenerationCache<V>,
    name: string,
    read: () => Promise<Read<V> | 'moved' | undefined>,
  ): Promise<V | undefined> {
    const cached = cache.get(name)
    if (cached && cached.generation === (await this.#engine.read([])).generations.identity) return cached.value
    for (let attempt = 0; attempt < READ_ATTEMPTS; attempt++) {
      const found = await read()
      if (found === 'moved') continue
      if (found) cache.set(name, found.value, found.generation)
      return found?.value
    }
    throw new Error(`Cannot read an identity: ${name}: identities changed between the reads ${READ_ATTEMPTS} times`)
  }

  /** An entity with its groups and all their policies; `moved` when they can no longer be had as of that generation. */
  async #complete<E extends User | Role>(entity: E, generation: number): Promise<Holder<E> | 'moved'> {
    const found = new Map<string, Referred>()
    let wanted = storedReferences(entity)
    while (wanted.length > 0) {
      const { results, generations } = await this.#engine.read(referredStatements(entity.account, wanted))
      if (generations.identity !== generation) return 'moved'
      const rows = results.flat().filter(({ account }) => account === entity.account)
      const read = new Map(
        rows.map((row) => this.#toReferred(row, generation)).map((each) => [referenceTo(each), each]),
      )
      for (const reference of wanted) {
        const referred = read.get(reference)
        if (!referred) throw new MissingReferenceError(entity.id, reference)
        found.set(reference, referred)
      }
      // What groups have is known only now.
      wanted = [...new Set([...read.values()].flatMap(storedReferences))].filter((reference) => !found.has(reference))
    }
    const all = [...found]
    return {
      entity,
      groups: all.flatMap(([, each]) => (each.kind === 'group' ? [each] : [])),
      policies: new Map(all.flatMap(([arn, each]) => (each.kind === 'policy' ? [[arn, each]] : []))),
    }
  }

  #toReferred(row: Row, generation: number): Referred {
    const id = String(row.id)
    const known = this.#referred.get(id)
    if (known?.generation === generation) return known.value
    const referred = toEntity(row.kind === 'group' ? 'group' : 'policy', row, this.#mac)
    this.#referred.set(id, referred, generation)
    return referred
  }
}
