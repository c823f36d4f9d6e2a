import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { compileFilters, drivers, type Filter, matches } from '../../../src/secrets/filters.ts'
import type { Secret } from '../../../src/secrets/secret.ts'
import {
  EXAMINED_PER_PAGE,
  type PageQuery,
  type Position,
  type SortKey,
  TamperedError,
} from '../../../src/secrets/secrets-store.ts'
import { create, find, NOW, newEntry, newSecret, type OpenEngine, SCOPE, storesOn } from '../engine-under-test.ts'

type Stores = ReturnType<typeof storesOn>

const SORT_KEYS: readonly SortKey[] = ['created', 'name', 'changed', 'accessed']
const KEY_OF: Record<SortKey, (secret: Secret) => string | number> = {
  created: (secret) => secret.id,
  name: (secret) => secret.name,
  changed: (secret) => secret.changedAt,
  accessed: (secret) => secret.accessedAt ?? 0,
}

/** Pages: in order, complete, by whichever index, while the store changes. */
export function searchSuite(open: OpenEngine): void {
  describe('search', () => {
    test('every order and direction walks all secrets of the scope once, in pages of any size', async () => {
      await using store = await open()
      const stores = storesOn(store.engine)
      await createMixed(stores, 60)
      for (const sortBy of SORT_KEYS)
        for (const descending of [false, true])
          for (const limit of [1, 7, 60, 100]) {
            const found = await walk(stores, { sortBy, descending, limit })
            assert.equal(new Set(found.map(({ name }) => name)).size, 60)
            assert.equal(found.length, 60)
            assertOrdered(found, sortBy, descending)
          }
    })

    test('an index finds what a look at every secret finds, in the same order', async () => {
      await using store = await open()
      const stores = storesOn(store.engine)
      await createMixed(stores, 120)
      for (const filters of SEARCHES)
        for (const sortBy of SORT_KEYS)
          for (const descending of [false, true]) {
            const indexed = await walk(stores, { filters, sortBy, descending, limit: 7 })
            const examined = await walk(stores, { filters, sortBy, descending, limit: 7, drivers: [] })
            assert.deepEqual(names(indexed), names(examined), JSON.stringify(filters))
          }
    })

    test('the search follows every change of description and tags, and removal', async () => {
      await using store = await open()
      const stores = storesOn(store.engine)
      const [before, after] = [['old words', 'k1', 'v1'] as const, ['new words', 'k2', 'v2'] as const]
      await create(stores, newSecret('s', { description: before[0], tags: [{ Key: before[1], Value: before[2] }] }))
      const finds = async (Key: string, value: string) =>
        (await walk(stores, { filters: [{ Key, Values: [value] }] })).length === 1
      const known = async ([description, key, value]: readonly [string, string, string]) => [
        await finds('description', description),
        await finds('all', description.split(' ')[0]!),
        await finds('tag-key', key),
        await finds('tag-value', value),
      ]
      assert.deepEqual(await known(before), [true, true, true, true])
      const change = async (attributes: Partial<Secret>) => {
        const { secret } = await find(stores, 's')
        await stores.trail.append(newEntry(), [stores.secrets.update({ ...secret, ...attributes })])
      }
      await change({ description: after[0], tags: [{ Key: after[1], Value: after[2] }] })
      assert.deepEqual(await known(before), [false, false, false, false])
      assert.deepEqual(await known(after), [true, true, true, true])
      await change({ tags: [{ Key: after[1], Value: 'v3' }] })
      assert.deepEqual([await finds('tag-value', after[2]), await finds('tag-value', 'v3')], [false, true])
      // A word that the description loses and a tag still holds is found by `all` only.
      await change({ description: undefined, tags: [{ Key: 'words', Value: '' }] })
      assert.deepEqual([await finds('description', 'words'), await finds('all', 'words')], [false, true])
      const { secret } = await find(stores, 's')
      await stores.trail.append(newEntry(), [stores.secrets.remove(secret)])
      assert.deepEqual(await known(after), [false, false, false, false])
    })

    test('nothing stands twice or is left behind in the indexes after any number of updates', async () => {
      await using store = await open()
      const stores = storesOn(store.engine)
      await create(stores, newSecret('s', { description: 'one two', tags: [{ Key: 'k', Value: 'v' }] }))
      for (let round = 0; round < 5; round++) {
        const { secret } = await find(stores, 's')
        const description = round % 2 ? 'one two' : 'two three'
        await stores.trail.append(newEntry(), [stores.secrets.update({ ...secret, description })])
      }
      const { secret } = await find(stores, 's')
      assert.deepEqual(await walk(stores, { filters: [{ Key: 'description', Values: ['one', 'two'] }] }), [
        { ...secret },
      ])
    })

    for (const sortBy of ['name', 'created'] as const)
      test(`by ${sortBy}, every secret that stays comes exactly once while others come and go`, async () => {
        await using store = await open()
        const stores = storesOn(store.engine)
        const kept = Array.from({ length: 40 }, (_, index) => `kept/${String(index).padStart(2, '0')}`)
        const passing = Array.from({ length: 40 }, (_, index) => `kept/${String(index).padStart(2, '0')}/passing`)
        await create(stores, ...kept.flatMap((name, index) => [newSecret(name), newSecret(passing[index]!)]))
        for (const filters of [[], [{ Key: 'name', Values: ['kept/'] }]]) {
          let step = 0
          const found = await walk(stores, { sortBy, limit: 3, filters }, async () => {
            const gone = passing[step++ % passing.length]!
            const [there] = await stores.secrets.findMany([{ scope: SCOPE, name: gone }])
            if (there && 'secret' in there) await stores.trail.append(newEntry(), [stores.secrets.remove(there.secret)])
            await create(stores, newSecret(`kept/${step % 40}/${filters.length}/${step}`))
            const { secret } = await find(stores, kept[step % 40]!)
            await stores.trail.append(newEntry(), [stores.secrets.update({ ...secret, description: `${step}` })])
          })
          const stayed = names(found).filter((name) => kept.includes(name))
          assert.deepEqual(stayed.toSorted(), kept)
        }
      })

    for (const descending of [false, true])
      test(`by the date of change, a walk ${descending ? 'backwards' : 'forwards'} ends although all it meets changes`, async () => {
        await using store = await open()
        const stores = storesOn(store.engine)
        await createMixed(stores, 30)
        let now = NOW + 1_000_000
        let pages = 0
        for (const filters of [[], [{ Key: 'name', Values: ['team-'] }]]) {
          const found = await walk(stores, { sortBy: 'changed', descending, limit: 5, filters }, async (page) => {
            assert.ok(++pages < 50)
            for (const { name } of page) {
              const { secret } = await find(stores, name)
              await stores.trail.append(newEntry(), [stores.secrets.update({ ...secret, changedAt: now++ })])
            }
          })
          assert.equal(new Set(names(found)).size, 30)
          assert.equal(found.length, 30)
        }
      })

    test('an entry of an index that leads into another scope leads nowhere', async () => {
      await using store = await open()
      const stores = storesOn(store.engine)
      await create(stores, newSecret('mine'), newSecret('foreign', { region: 'eu-west-1' }))
      const { region } = SCOPE
      await store.alter(`insert into secret_tags (account, region, tag_key, tag_value, secret_id)
        select account, '${region}', 'stolen', '', id from secrets where name = 'foreign'`)
      assert.deepEqual(await walk(stores, { filters: [{ Key: 'tag-key', Values: ['stolen'] }] }), [])
    })

    test('a page examines a bounded number of secrets, and says so by a position without items', async () => {
      await using store = await open()
      const stores = storesOn(store.engine)
      const many = Array.from({ length: EXAMINED_PER_PAGE + 50 }, (_, index) =>
        newSecret(`s${index}`, { stages: new Map() }),
      )
      for (let start = 0; start < many.length; start += 1_000) await create(stores, ...many.slice(start, start + 1_000))
      await create(stores, newSecret('wanted'))
      let examined = 0
      const query: PageQuery = {
        scope: SCOPE,
        sortBy: 'created',
        descending: false,
        limit: 20,
        drivers: [],
        matches: ({ name }) => {
          examined++
          return name === 'wanted'
        },
      }
      const first = await stores.secrets.page(query)
      assert.deepEqual(first.items, [])
      assert.equal(examined, EXAMINED_PER_PAGE)
      const second = await stores.secrets.page({ ...query, after: first.next })
      assert.equal(second.items.length, 1)
      assert.equal(second.next, undefined)
      // An index that admits too many answers no better than a walk, and is not taken.
      examined = 0
      await stores.secrets.page({ ...query, drivers: drivers(compileFilters([{ Key: 'name', Values: ['s'] }])) })
      assert.equal(examined, EXAMINED_PER_PAGE)
      examined = 0
      await stores.secrets.page({ ...query, drivers: drivers(compileFilters([{ Key: 'name', Values: ['s1', 'w'] }])) })
      assert.ok(examined < 1_200, `${examined} examined`)
    })
  })
}

const SEARCHES: readonly (readonly Filter[])[] = [
  [{ Key: 'name', Values: ['team-1'] }],
  [{ Key: 'name', Values: ['team-1', 'team-2/'] }],
  [{ Key: 'description', Values: ['data'] }],
  [{ Key: 'description', Values: ['Database of', 'x'] }],
  [{ Key: 'description', Values: ['team'] }],
  [{ Key: 'tag-key', Values: ['st'] }],
  [{ Key: 'tag-value', Values: ['prod'] }],
  [{ Key: 'primary-region', Values: ['eu-'] }],
  [{ Key: 'owning-service', Values: ['rds'] }],
  [{ Key: 'all', Values: ['prod'] }],
  [{ Key: 'all', Values: ['database', 'nothing'] }],
  [
    { Key: 'all', Values: ['team'] },
    { Key: 'tag-value', Values: ['!prod'] },
  ],
  [{ Key: 'name', Values: ['!team-1'] }],
  [{ Key: 'all', Values: ['nowhere'] }],
]

/** Secrets that differ in everything that is searched or sorted by, among others of another Region. */
async function createMixed(stores: Stores, count: number): Promise<void> {
  const secrets = Array.from({ length: count }, (_, index) =>
    newSecret(`team-${index % 5}/service-${(index * 37) % count}`, {
      description: index % 3 ? `Database of team ${index % 4}` : undefined,
      tags: index % 2 ? [{ Key: 'stage', Value: index % 4 === 1 ? 'prod' : 'test' }] : undefined,
      primaryRegion: index % 6 ? undefined : 'eu-west-1',
      owningService: index % 7 ? undefined : 'rds',
      changedAt: NOW + ((index * 13) % 10),
      stages: new Map(),
    }),
  )
  const elsewhere = secrets.slice(0, 5).map((secret) => ({ ...secret, region: 'eu-west-1', arn: `${secret.arn}-2` }))
  await create(stores, ...secrets, ...elsewhere)
  for (const [index, { name }] of secrets.entries()) {
    if (index % 4) continue
    const { secret } = await find(stores, name)
    await stores.trail.append(newEntry(), [stores.secrets.touch(secret, 'none', (1 + (index % 3)) * 86_400_000)])
  }
}

interface Walk {
  readonly filters?: readonly Filter[]
  readonly sortBy?: SortKey
  readonly descending?: boolean
  readonly limit?: number
  readonly drivers?: PageQuery['drivers']
}

/** All pages of a query, each as long as it may be. */
async function walk(
  stores: Stores,
  { filters = [], sortBy = 'created', descending = false, limit = 10, ...query }: Walk,
  between: (page: readonly Secret[]) => Promise<void> = async () => {},
): Promise<Secret[]> {
  const compiled = compileFilters(filters)
  const found: Secret[] = []
  let after: Position | undefined
  do {
    const page = await stores.secrets.page({
      scope: SCOPE,
      sortBy,
      descending,
      after,
      limit,
      drivers: query.drivers ?? drivers(compiled),
      matches: (secret) => matches(compiled, secret),
    })
    const items = page.items.map((item) => {
      if (item instanceof TamperedError) throw item
      return item
    })
    if (page.next) assert.equal(items.length, limit)
    found.push(...items)
    after = page.next
    await between(items)
  } while (after)
  return found
}

function assertOrdered(found: readonly Secret[], sortBy: SortKey, descending: boolean): void {
  const keys = found.map(KEY_OF[sortBy])
  const sorted = keys.toSorted((left, right) => (left < right ? -1 : left > right ? 1 : 0))
  assert.deepEqual(keys, descending ? sorted.toReversed() : sorted)
}

const names = (secrets: readonly Secret[]) => secrets.map(({ name }) => name)
