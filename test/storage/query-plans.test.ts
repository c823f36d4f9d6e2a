import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Alternative, FilterKey } from '../../src/secrets/filters.ts'
import type { PageQuery, SortKey } from '../../src/secrets/secrets-store.ts'
import {
  countStatement,
  drivenStatement,
  newestDateStatement,
  rowsStatement,
  walkStatements,
} from '../../src/storage/search-statements.ts'
import {
  expiredStatement,
  findStatement,
  rotationsDueStatement,
  versionStatement,
  versionsStatement,
} from '../../src/storage/secrets-store.ts'
import { create, find, NOW, newEntry, newSecret, newVersion, SCOPE, storesOn, versionId } from './engine-under-test.ts'
import type { SqliteUnderTest } from './open-sqlite.ts'
import { assertFrugal, assertFrugalChanges, assertUses, onEveryStore, planOf } from './plans.ts'

// A query that reads a whole table is fast on a small store and stops a large one. So the plan of every shape of query is fixed here, as
// SQLite makes it without statistics; Coffer gathers none, and forgets those that somebody else gathered.

const SECRETS = 20_000
const ROTATION = { enabled: true, lambdaArn: 'a', since: NOW, next: { opensAt: NOW, closesAt: NOW } }

onEveryStore(`${SECRETS} secrets`, fill, plans)

function plans(store: () => SqliteUnderTest): void {
  const byName = (name: string, region = SCOPE.region) => ({ scope: { ...SCOPE, region }, name })
  const finds = {
    'one name': [byName('a')],
    'twenty names': Array.from({ length: 20 }, (_, index) => byName(`n${index}`)),
    'one ARN': [{ arn: 'a' }],
    'names and ARNs, of two Regions': [byName('a'), byName('b', 'eu-west-1'), { arn: 'c' }, { arn: 'd' }],
  }
  for (const [shape, selectors] of Object.entries(finds))
    test(`find by ${shape}`, async () => {
      const plan = await planOf(store(), findStatement(selectors))
      assertUses(plan, 's USING INTEGER PRIMARY KEY')
      assertUses(plan, 'v USING INDEX versions_by_secret (secret_id=? AND version_id=?)')
      if (selectors.some((selector) => 'name' in selector))
        assertUses(plan, 'USING COVERING INDEX secrets_by_name (account=? AND region=? AND name=?)')
      if (selectors.some((selector) => 'arn' in selector))
        assertUses(plan, 'USING COVERING INDEX secrets_by_arn (arn=?)')
      assertFrugal(plan)
    })

  const walks: Readonly<Record<SortKey, { index: string; column: string; key: string | number }>> = {
    created: { index: 'secrets_by_creation', column: 'id', key: 5 },
    name: { index: 'secrets_by_name', column: 'name', key: 'team-1' },
    changed: { index: 'secrets_by_change', column: 'changed_at', key: NOW },
    accessed: { index: 'secrets_by_access', column: 'accessed_at', key: NOW },
  }
  for (const [sortBy, { index, column, key }] of Object.entries(walks) as [SortKey, (typeof walks)[SortKey]][])
    for (const descending of [false, true]) {
      const way = `walk by ${sortBy}${descending ? ' backwards' : ''}`
      const query = queryOf(sortBy, descending)
      const sign = descending ? '<' : '>'
      const along = (range: string) => `secrets USING INDEX ${index} (account=? AND region=?${range})`
      const isDate = sortBy === 'changed' || sortBy === 'accessed'

      test(way, async () => {
        const plans = await Promise.all(walkStatements(query, {}).map((statement) => planOf(store(), statement(21))))
        assert.deepEqual(plans, [`SEARCH ${along('')}`])
      })

      test(`${way} from a position`, async () => {
        const statements = walkStatements(query, { after: { key, id: 5 } })
        const plans = await Promise.all(statements.map((statement) => planOf(store(), statement(21))))
        const ranges = isDate
          ? [` AND ${column}=? AND id${sign}?`, ` AND ${column}${sign}?`]
          : [` AND ${column}${sign}?`]
        assert.deepEqual(
          plans.map(withoutRowid),
          ranges.map((range) => `SEARCH ${along(range)}`),
        )
      })

      if (isDate && !descending)
        test(`${way} from a position, to where it ends`, async () => {
          const [, beyond] = walkStatements(query, { after: { key, id: 5 }, until: NOW })
          const plan = await planOf(store(), beyond!(21))
          assert.equal(plan, `SEARCH ${along(` AND ${column}>? AND ${column}<?`)}`)
        })
    }

  for (const sortBy of ['changed', 'accessed'] as const)
    test(`the newest date by ${sortBy}`, async () => {
      const plan = await planOf(store(), newestDateStatement(queryOf(sortBy, false)))
      assertUses(plan, `USING COVERING INDEX ${walks[sortBy].index} (account=? AND region=?)`)
      assertFrugal(plan)
    })

  const drivers: Readonly<Record<FilterKey, { alternatives: readonly Alternative[]; ranges: readonly string[] }>> = {
    name: {
      alternatives: [{ prefix: 'team-1' }, { prefix: 'team-2' }],
      ranges: ['COVERING INDEX secrets_by_name (account=? AND region=? AND name>? AND name<?)'],
    },
    description: {
      alternatives: [{ prefix: 'data', word: 'data' }],
      ranges: [
        'COVERING INDEX secrets_by_description (account=? AND region=? AND description_head>? AND description_head<?)',
        'secret_words_1 (account=? AND region=? AND in_description=? AND word>? AND word<?)',
      ],
    },
    'tag-key': {
      alternatives: [{ prefix: 'st' }],
      ranges: ['secret_tags_1 (account=? AND region=? AND tag_key>? AND tag_key<?)'],
    },
    'tag-value': {
      alternatives: [{ prefix: 'pr' }],
      ranges: ['COVERING INDEX secret_tags_by_value (account=? AND region=? AND tag_value>? AND tag_value<?)'],
    },
    'primary-region': {
      alternatives: [{ prefix: 'eu' }],
      ranges: ['COVERING INDEX secrets_by_primary (account=? AND region=? AND primary_region>? AND primary_region<?)'],
    },
    'owning-service': {
      alternatives: [{ prefix: 'rds' }],
      ranges: ['COVERING INDEX secrets_by_owner (account=? AND region=? AND owning_service>? AND owning_service<?)'],
    },
    all: {
      alternatives: [{ word: 'a' }, { word: 'b' }],
      ranges: ['secret_words_1 (account=? AND region=? AND in_description=? AND word>? AND word<?)'],
    },
  }
  for (const [kind, { alternatives, ranges }] of Object.entries(drivers) as [
    FilterKey,
    (typeof drivers)[FilterKey],
  ][]) {
    const driver = { kind, alternatives }
    test(`count what ${kind} admits`, async () => {
      const plan = await planOf(store(), countStatement(SCOPE, driver, 5_001))
      for (const range of ranges) assertUses(plan, range)
      assertFrugal(plan)
    })
    for (const sortBy of Object.keys(walks) as SortKey[])
      for (const after of [undefined, { key: walks[sortBy].key, id: 5 }])
        test(`what ${kind} admits by ${sortBy}${after ? ' from a position' : ''}`, async () => {
          const plan = await planOf(store(), drivenStatement(queryOf(sortBy, false), { after }, driver))
          for (const range of ranges) assertUses(plan, range)
          assert.match(plan, /SEARCH s USING .*rowid=\?/)
          // What is sorted and told apart here is no more than was counted before: EXAMINED_PER_PAGE.
          assertFrugal(plan, ['USE TEMP B-TREE FOR ORDER BY', 'UNION USING TEMP B-TREE'])
        })
  }

  test('rows by their ids', async () => {
    const plan = await planOf(store(), rowsStatement([1, 2, 3]))
    assertUses(plan, 'secrets USING INTEGER PRIMARY KEY')
    assertFrugal(plan)
  })

  test('one version, all versions', async () => {
    const one = await planOf(store(), versionStatement(1, 'v'))
    assertUses(one, 'versions USING INDEX versions_by_secret (secret_id=? AND version_id=?)')
    const all = await planOf(store(), versionsStatement(1))
    assertUses(all, 'versions USING INDEX versions_by_secret (secret_id=?)')
    for (const plan of [one, all]) assertFrugal(plan)
  })

  test('secrets whose window has ended', async () => {
    const plan = await planOf(store(), expiredStatement(NOW, 100))
    assertUses(
      plan,
      'secrets USING INDEX secrets_by_purge (purge_at>? AND purge_at<?)',
      'secrets_by_purge (purge_at<?)',
    )
    assertFrugal(plan)
    const next = await planOf(store(), expiredStatement(NOW, 100, { purge_at: 1, id: 1 }))
    assertUses(next, 'secrets USING INDEX secrets_by_purge')
    assertFrugal(next)
  })

  test('secrets whose rotation is due', async () => {
    const plan = await planOf(store(), rotationsDueStatement(NOW, 100))
    assertUses(
      plan,
      'secrets USING INDEX secrets_by_rotation (rotate_at>? AND rotate_at<?)',
      'secrets_by_rotation (rotate_at<?)',
    )
    assertFrugal(plan)
    const next = await planOf(store(), rotationsDueStatement(NOW, 100, { rotate_at: 1, id: 1 }))
    assertUses(next, 'secrets USING INDEX secrets_by_rotation')
    assertFrugal(next)
  })

  test('every statement of every change of secrets goes by an index', async () => {
    const { secrets } = storesOn(store().engine)
    const secret = { ...newSecret('s', { description: 'd', tags: [{ Key: 'k', Value: 'v' }] }), id: 1, revision: 1 }
    const version = newVersion(versionId('v'))
    await assertFrugalChanges(store(), [
      secrets.create(secret, version),
      secrets.update(secret, { add: [version], remove: ['a', 'b'], reseal: [version] }),
      secrets.remove(secret),
      secrets.touch(secret, 'v', 1),
    ])
  })
}

/** A sequence may be called by its own name or by SQLite's. */
const withoutRowid = (plan: string) => plan.replaceAll('rowid', 'id')

function queryOf(sortBy: SortKey, descending: boolean): PageQuery {
  return { scope: SCOPE, sortBy, descending, limit: 20, drivers: [], matches: () => true }
}

async function fill({ engine }: SqliteUnderTest): Promise<void> {
  const stores = storesOn(engine)
  for (let start = 0; start < SECRETS; start += 2_000)
    await create(
      stores,
      ...Array.from({ length: 2_000 }, (_, offset) => {
        const index = start + offset
        return newSecret(`team-${index % 50}/service-${index}/db`, {
          description: `Database of service ${index}`,
          tags: [{ Key: 'stage', Value: index % 3 ? 'prod' : 'test' }],
          primaryRegion: index % 100 ? undefined : 'eu-west-1',
          owningService: index % 100 ? undefined : 'rds',
          purgeAt: index % 100 ? undefined : NOW,
          rotation: index % 100 ? undefined : ROTATION,
        })
      }),
    )
  const { secret } = await find(stores, 'team-0/service-0/db')
  await stores.trail.append(newEntry(), [stores.secrets.touch(secret, 'v', NOW)])
}
