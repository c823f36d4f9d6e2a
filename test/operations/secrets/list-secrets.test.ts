import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import {
  type Filter,
  type ListSecretsCommandInput,
  paginateListSecrets,
  type SecretListEntry,
  type SecretsManager,
} from '@aws-sdk/client-secrets-manager'
import { sql } from '../../../src/storage/sql.ts'
import { BAD_TOKEN, denied, tooLong, tooShort, violations } from '../../expected-errors.ts'
import { recordedSearches } from '../../filters/searches.ts'
import { startApp } from '../../start-app.ts'
import { forge, storeAttributes, storeSecrets } from '../../stored-data.ts'

const DAY = 86_400_000

type Input = ListSecretsCommandInput

async function all(client: SecretsManager, input: Input = {}): Promise<SecretListEntry[]> {
  const entries: SecretListEntry[] = []
  for await (const page of paginateListSecrets({ client }, input)) entries.push(...(page.SecretList ?? []))
  return entries
}
const names = async (client: SecretsManager, input: Input = {}) =>
  (await all(client, input)).map((entry) => entry.Name ?? '')
const only = (Key: string, ...Values: string[]): Filter => ({ Key: Key as Filter['Key'], Values })

describe('decoding and constraints', async () => {
  const app = await startApp()
  after(() => app.close())
  const filters = (...list: unknown[]) => ({ Filters: list as Filter[] })

  const unreadable: [input: object, message: string][] = [
    [{ MaxResults: '5' }, 'STRING_VALUE can not be converted to an Integer'],
    [{ MaxResults: true }, 'TRUE_VALUE can not be converted to an Integer'],
    [{ NextToken: 5 }, 'NUMBER_VALUE can not be converted to a String'],
    [{ Filters: 'name' }, 'Expected list or null'],
    [{ Filters: [{ Key: 'name', Values: 'a' }] }, 'Expected list or null'],
    [{ Filters: [{ Key: 5, Values: ['a'] }] }, 'NUMBER_VALUE can not be converted to a String'],
    [{ Filters: [{ Key: 'name', Values: [5] }] }, 'NUMBER_VALUE can not be converted to a String'],
  ]
  for (const [input, message] of unreadable)
    test(`${JSON.stringify(input)} cannot be read`, async () => {
      await assert.rejects(app.client.listSecrets(input), { name: 'SerializationException', message })
    })

  const eleven = Array.from({ length: 11 }, (_, index) => `v${index}`)
  const valueRules =
    'satisfy constraint: [Member must have length less than or equal to 512, ' +
    'Member must satisfy regular expression pattern: ^\\!?[a-zA-Z0-9 :_@\\/\\+\\=\\.\\-\\!]*$]'
  const long = (length: number) => 'x'.repeat(length)
  const refused: [title: string, input: object, expected: object][] = [
    ['MaxResults 0', { MaxResults: 0 }, violations(['0', 'maxResults', 'have value greater than or equal to 1'])],
    ['MaxResults 101', { MaxResults: 101 }, violations(['101', 'maxResults', 'have value less than or equal to 100'])],
    ['an empty token', { NextToken: '' }, violations(['', 'nextToken', tooShort(1)])],
    ['a token of 4097 characters', { NextToken: long(4097) }, violations([long(4097), 'nextToken', tooLong(4096)])],
    ['an unknown order', { SortOrder: 'up' }, violations(['up', 'sortOrder', 'satisfy enum value set: [asc, desc]'])],
    [
      'an unknown sort key',
      { SortBy: 'size' },
      violations([
        'size',
        'sortBy',
        'satisfy enum value set: [created-date, last-accessed-date, last-changed-date, name]',
      ]),
    ],
    [
      'an unknown filter key',
      filters({ Key: 'invalid', Values: ['a'] }),
      violations([
        'invalid',
        'filters.1.member.key',
        'satisfy enum value set: [all, name, tag-key, description, tag-value, primary-region, owning-service]',
      ]),
    ],
    [
      'no filter value',
      filters({ Key: 'name', Values: [] }),
      violations(['[]', 'filters.1.member.values', tooShort(1)]),
    ],
    [
      'eleven values, in the second filter',
      filters(only('name', 'a'), only('name', ...eleven)),
      violations([`[${eleven.join(', ')}]`, 'filters.2.member.values', tooLong(10)]),
    ],
    ['a value with #', filters(only('all', 'a#b')), violations(['[a#b]', 'filters.1.member.values', valueRules])],
    [
      'a value of 513 characters beside a good one',
      filters(only('all', 'a', long(513))),
      violations([`[a, ${long(513)}]`, 'filters.1.member.values', valueRules]),
    ],
  ]
  for (const [title, input, expected] of refused)
    test(`${title} is refused`, async () => {
      await assert.rejects(app.client.listSecrets(input), expected)
    })

  test('eleven filters are refused', async () => {
    const message =
      /^1 validation error detected: Value '\[.*\]' at 'filters' failed to satisfy constraint: Member must have length less than or equal to 10$/
    const call = app.client.listSecrets(filters(...eleven.map((value) => only('name', value))))
    await assert.rejects(call, { name: 'ValidationException', message })
  })

  test('ten filters of ten values of 512 characters are accepted', async () => {
    const filter = only('all', ...Array.from({ length: 10 }, () => 'x'.repeat(512)))
    const { SecretList } = await app.client.listSecrets(filters(...Array.from({ length: 10 }, () => filter)))
    assert.deepEqual(SecretList, [])
  })

  test('a filter without a key or without values is refused', async () => {
    const name = 'InvalidParameterException'
    await assert.rejects(app.client.listSecrets(filters({ Values: ['a'] })), { name, message: 'Invalid filter key' })
    const message = 'Invalid filter values for key: tag-key'
    await assert.rejects(app.client.listSecrets(filters({ Key: 'tag-key' })), { name, message })
  })
})

describe('the list', async () => {
  const app = await startApp()
  after(() => app.close())

  test('of an empty account is an empty list without a token', async () => {
    const { $metadata, ...output } = await app.clientFor({ region: 'empty-1' }).listSecrets({})
    assert.deepEqual(output, { SecretList: [] })
  })

  test('shows of a secret what it has, and no more', async () => {
    const client = app.clientFor({ region: 'members-1' })
    const { ARN } = await client.createSecret({ Name: 'bare' })
    const [bare] = await all(client)
    const { CreatedDate, LastChangedDate } = bare ?? {}
    assert.ok(CreatedDate instanceof Date && LastChangedDate instanceof Date)
    assert.deepEqual(bare, { ARN, Name: 'bare', CreatedDate, LastChangedDate })
  })

  test('shows everything but values', async () => {
    const client = app.clientFor({ region: 'members-2' })
    const created = await client.createSecret({
      Name: 'full',
      SecretString: 'hidden',
      Description: 'text',
      KmsKeyId: 'alias/aws/secretsmanager',
      Type: 'partner',
      Tags: [{ Key: 'k', Value: 'v' }],
    })
    const { ARN = '', VersionId = '' } = created
    await client.putSecretValue({ SecretId: ARN, SecretString: 'hidden', VersionStages: ['AWSPENDING', 'blue'] })
    await client.getSecretValue({ SecretId: ARN })
    await client.deleteSecret({ SecretId: ARN })
    const [full, ...others] = await all(client, { IncludePlannedDeletion: true })
    const { SecretVersionsToStages = {} } = full ?? {}
    assert.deepEqual(others, [])
    assert.deepEqual(Object.keys(full ?? {}).sort(), [
      'ARN',
      'CreatedDate',
      'DeletedDate',
      'Description',
      'KmsKeyId',
      'LastAccessedDate',
      'LastChangedDate',
      'Name',
      'SecretVersionsToStages',
      'Tags',
      'Type',
    ])
    assert.deepEqual(SecretVersionsToStages[VersionId], ['AWSCURRENT'])
    assert.deepEqual(Object.values(SecretVersionsToStages).sort(), [['AWSCURRENT'], ['AWSPENDING', 'blue']])
    assert.deepEqual(full?.Tags, [{ Key: 'k', Value: 'v' }])
  })

  test('leaves out versions without labels', async () => {
    const client = app.clientFor({ region: 'members-3' })
    const { VersionId = '' } = await client.createSecret({ Name: 'a', SecretString: '1' })
    for (const SecretString of ['2', '3']) await client.putSecretValue({ SecretId: 'a', SecretString })
    const [entry] = await all(client)
    assert.deepEqual(Object.values(entry?.SecretVersionsToStages ?? {}).sort(), [['AWSCURRENT'], ['AWSPREVIOUS']])
    assert.ok(!(VersionId in (entry?.SecretVersionsToStages ?? {})))
  })

  test('holds the secrets of one Region', async () => {
    const here = app.clientFor({ region: 'scope-1' })
    const there = app.clientFor({ region: 'scope-2' })
    await here.createSecret({ Name: 'here' })
    await there.createSecret({ Name: 'there' })
    assert.deepEqual(await names(here), ['here'])
    assert.deepEqual(await names(there), ['there'])
  })

  test('is refused when a secret on it was altered in the store', async () => {
    const client = app.clientFor({ region: 'forged-1' })
    for (const Name of ['a', 'b']) await client.createSecret({ Name })
    const altered = [sql`description = 'forged'`, sql`tags = 'no json'`]
    for (const alteration of altered) {
      await forge(app, sql`update secrets set ${alteration} where region = 'forged-1' and name = 'b'`)
      await assert.rejects(client.listSecrets({}), { name: 'InternalServiceError' })
      assert.deepEqual((await client.listSecrets({ MaxResults: 1 })).SecretList?.length, 1)
    }
  })

  test('hides what is marked for deletion, unless asked, until it is restored', async () => {
    const client = app.clientFor({ region: 'deleted-1' })
    for (const Name of ['a', 'b', 'c']) await client.createSecret({ Name })
    await client.deleteSecret({ SecretId: 'b' })
    await client.deleteSecret({ SecretId: 'c', ForceDeleteWithoutRecovery: true })
    assert.deepEqual(await names(client), ['a'])
    assert.deepEqual(await names(client, { IncludePlannedDeletion: false }), ['a'])
    const both = await all(client, { IncludePlannedDeletion: true })
    assert.deepEqual(
      both.map(({ Name, DeletedDate }) => [Name, DeletedDate instanceof Date]),
      [
        ['a', false],
        ['b', true],
      ],
    )
    assert.deepEqual(await names(client, { IncludePlannedDeletion: true, Filters: [only('name', 'b')] }), ['b'])
    assert.deepEqual(await names(client, { Filters: [only('name', 'b')] }), [])
    await client.restoreSecret({ SecretId: 'b' })
    assert.deepEqual(await names(client), ['a', 'b'])
  })
})

describe('order', async () => {
  const app = await startApp()
  after(() => app.close())
  const { client, clock } = app
  for (const Name of ['b', 'B', 'a/1', 'a-1', 'c']) {
    await client.createSecret({ Name, SecretString: 'x' })
    clock.advance(DAY)
  }
  await client.getSecretValue({ SecretId: 'B' })
  await client.updateSecret({ SecretId: 'a/1', Description: 'changed' })
  clock.advance(DAY)
  await client.getSecretValue({ SecretId: 'c' })
  await client.getSecretValue({ SecretId: 'b' })
  await client.tagResource({ SecretId: 'b', Tags: [{ Key: 'k', Value: 'v' }] })

  const created = ['b', 'B', 'a/1', 'a-1', 'c']
  const orders: [Input['SortBy'], string[]][] = [
    [undefined, created],
    ['created-date', created],
    ['name', ['B', 'a-1', 'a/1', 'b', 'c']],
    ['last-changed-date', ['B', 'a-1', 'c', 'a/1', 'b']],
    // Never read is oldest; what was read on the same day stays in order of creation.
    ['last-accessed-date', ['a/1', 'a-1', 'B', 'b', 'c']],
  ]
  for (const [SortBy, order] of orders) {
    const title = SortBy ?? 'creation when nothing is said'
    test(`by ${title}, ascending`, async () => {
      assert.deepEqual(await names(client, { SortBy }), order)
      assert.deepEqual(await names(client, { SortBy, SortOrder: 'asc' }), order)
      assert.deepEqual(await names(client, { SortBy, SortOrder: 'asc', MaxResults: 1 }), order)
    })
    test(`by ${title}, descending`, async () => {
      const reversed = order.toReversed()
      assert.deepEqual(await names(client, { SortBy, SortOrder: 'desc' }), reversed)
      assert.deepEqual(await names(client, { SortBy, SortOrder: 'desc', MaxResults: 1 }), reversed)
      const filtered = { SortBy, SortOrder: 'desc' as const, Filters: [only('name', 'a', 'b')], MaxResults: 1 }
      assert.deepEqual(
        await names(client, filtered),
        reversed.filter((name) => /^[ab]/.test(name)),
      )
    })
  }

  test('of creation is a sequence, whatever the clock says', async () => {
    const client = app.clientFor({ region: 'sequence-1' })
    await client.createSecret({ Name: 'first' })
    clock.advance(-3_600_000)
    await client.createSecret({ Name: 'second' })
    clock.advance(3_600_000)
    assert.deepEqual(await names(client), ['first', 'second'])
  })
})

describe('filters', async () => {
  const app = await startApp()
  after(() => app.close())

  recordedSearches().forEach(({ title, secrets, searches }, index) => {
    describe(`recorded on AWS: ${title}`, async () => {
      const client = app.clientFor({ region: `recorded-${index}` })
      for (const secret of secrets) await client.createSecret(secret)
      for (const { filters, finds } of searches)
        test(`${filters.map(({ Key, Values }) => `${Key} ${Values?.join(' or ')}`).join(' and ')}`, async () => {
          assert.deepEqual(await names(client, { Filters: filters }), finds)
          assert.deepEqual(await names(client, { Filters: filters, MaxResults: 1 }), finds)
        })
    })
  })

  describe('every key', async () => {
    const client = app.clientFor({ region: 'keys-1' })
    const attributes = { primaryRegion: 'eu-west-1', owningService: 'rds' }
    const full = await client.createSecret({
      Name: 'prod/Db',
      Description: 'READ-only. Do NOT share',
      Tags: [
        { Key: 'Team', Value: 'Blue' },
        { Key: 'env', Value: 'Prod' },
      ],
    })
    await storeAttributes(app, full.ARN ?? '', attributes)
    await client.createSecret({ Name: 'bare' })
    const find = (...Filters: Filter[]) => names(client, { Filters })

    const found: Filter[] = [
      only('name', 'prod/D'),
      only('description', 'read-ONLY. do not'),
      only('description', 'READ'),
      only('tag-key', 'Te'),
      only('tag-key', 'env'),
      only('tag-value', 'Pr'),
      only('primary-region', 'eu-w'),
      only('owning-service', 'rd'),
      ...['PROD', 'db', 'team', 'blue', 'ENV', 'west eu', 'rds', 'read-only. do not share'].map((value) =>
        only('all', value),
      ),
    ]
    for (const filter of found)
      test(`${filter.Key} finds ${filter.Values}`, async () => {
        assert.deepEqual(await find(filter), ['prod/Db'])
        assert.deepEqual(await find(only(filter.Key ?? '', `!${filter.Values}`)), ['bare'])
      })

    const missed: Filter[] = [
      only('name', 'Prod'),
      only('name', 'rod'),
      only('description', 'only'),
      only('tag-key', 'team'),
      only('tag-key', 'nv'),
      only('tag-key', 'Blue'),
      only('tag-value', 'prod'),
      only('tag-value', 'Team'),
      only('primary-region', 'EU'),
      only('owning-service', 'RDS'),
      only('all', 'team blue'),
      only('all', 'prod share'),
    ]
    for (const filter of missed)
      test(`${filter.Key} does not find ${filter.Values}`, async () => {
        assert.deepEqual(await find(filter), [])
        assert.deepEqual(await find(only(filter.Key ?? '', `!${filter.Values}`)), ['prod/Db', 'bare'])
      })

    test('values are alternatives, filters must all hold', async () => {
      assert.deepEqual(await find(only('name', 'x', 'bar', 'prod')), ['prod/Db', 'bare'])
      assert.deepEqual(await find(only('name', 'prod', 'bare'), only('tag-key', 'x', 'env')), ['prod/Db'])
      assert.deepEqual(await find(only('name', 'prod'), only('name', 'bare')), [])
      assert.deepEqual(await find(only('tag-key', 'Team'), only('tag-value', 'Prod')), ['prod/Db'])
    })

    test('a negated value is an alternative like the others', async () => {
      assert.deepEqual(await find(only('name', 'bare', '!x')), ['prod/Db', 'bare'])
      assert.deepEqual(await find(only('name', '!prod', '!bare')), ['prod/Db', 'bare'])
      assert.deepEqual(await find(only('name', '!prod'), only('name', '!bare')), [])
    })

    test('only the first exclamation mark negates', async () => {
      await client.createSecret({ Name: '!odd' })
      assert.deepEqual(await find(only('name', '!!odd')), ['prod/Db', 'bare'])
      await client.deleteSecret({ SecretId: '!odd', ForceDeleteWithoutRecovery: true })
    })

    test('an empty value begins every name and is no word', async () => {
      for (const key of ['name', 'tag-key', 'tag-value', 'primary-region', 'owning-service'])
        assert.deepEqual(await find(only(key, '')), ['prod/Db', 'bare'], key)
      for (const key of ['description', 'all']) assert.deepEqual(await find(only(key, '')), [], key)
      for (const key of ['name', 'all']) assert.deepEqual(await find(only(key, '!')), [], key)
    })

    test('no filter at all finds everything', async () => {
      assert.deepEqual(await find(), ['prod/Db', 'bare'])
    })
  })

  test('a search sees each change at once', async () => {
    const client = app.clientFor({ region: 'changes-1' })
    const find = (...Filters: Filter[]) => names(client, { Filters })
    await client.createSecret({ Name: 'a', Description: 'old words', Tags: [{ Key: 'k', Value: 'v' }] })
    await client.updateSecret({ SecretId: 'a', Description: 'new text' })
    await client.untagResource({ SecretId: 'a', TagKeys: ['k'] })
    await client.tagResource({ SecretId: 'a', Tags: [{ Key: 'l', Value: 'w' }] })
    for (const gone of [only('description', 'old'), only('all', 'words'), only('tag-key', 'k'), only('tag-value', 'v')])
      assert.deepEqual(await find(gone), [])
    for (const here of [only('description', 'text'), only('all', 'w'), only('tag-key', 'l'), only('tag-value', 'w')])
      assert.deepEqual(await find(here), ['a'])
    await client.updateSecret({ SecretId: 'a', Description: '' })
    assert.deepEqual(await find(only('description', 'new')), [])
    assert.deepEqual(await find(only('all', 'text')), [])
  })
})

describe('pages', async () => {
  const app = await startApp()
  after(() => app.close())

  test('hold a hundred secrets unless fewer are asked for', async () => {
    const region = 'pages-1'
    const client = app.clientFor({ region })
    const numbered = Array.from({ length: 201 }, (_, index) => `s${index}`)
    await storeSecrets(
      app,
      numbered.map((name) => ({ name, region })),
    )
    const sizes = async (input: Input) => {
      const counts = []
      for await (const page of paginateListSecrets({ client }, input)) counts.push(page.SecretList?.length)
      return counts
    }
    assert.deepEqual(await sizes({}), [100, 100, 1])
    assert.deepEqual(await sizes({ MaxResults: 67 }), [67, 67, 67])
    assert.deepEqual(await sizes({ Filters: [only('name', 's1')], MaxResults: 40 }), [40, 40, 31])
    assert.deepEqual(await names(client), numbered)
  })

  test('end without a token, also when the last one is full', async () => {
    const client = app.clientFor({ region: 'pages-2' })
    for (const Name of ['a', 'b', 'c', 'd']) await client.createSecret({ Name })
    const first = await client.listSecrets({ MaxResults: 2 })
    assert.ok(first.NextToken)
    const last = await client.listSecrets({ MaxResults: 2, NextToken: first.NextToken })
    assert.deepEqual(
      last.SecretList?.map(({ Name }) => Name),
      ['c', 'd'],
    )
    assert.ok(!('NextToken' in last))
  })

  test('may change their size on the way', async () => {
    const client = app.clientFor({ region: 'pages-3' })
    for (const Name of ['a', 'b', 'c', 'd']) await client.createSecret({ Name })
    const { NextToken } = await client.listSecrets({ MaxResults: 1 })
    const { SecretList } = await client.listSecrets({ MaxResults: 50, NextToken })
    assert.deepEqual(
      SecretList?.map(({ Name }) => Name),
      ['b', 'c', 'd'],
    )
  })

  test('go on where they were when the secret they ended with is gone', async () => {
    const client = app.clientFor({ region: 'pages-4' })
    for (const Name of ['a', 'b', 'c']) await client.createSecret({ Name })
    for (const SortBy of ['name', 'created-date', 'last-changed-date', 'last-accessed-date'] as const) {
      await client.createSecret({ Name: 'aa' })
      const { NextToken } = await client.listSecrets({ SortBy, MaxResults: 1 })
      await client.deleteSecret({ SecretId: 'a', ForceDeleteWithoutRecovery: true })
      const { SecretList } = await client.listSecrets({ SortBy, NextToken })
      assert.deepEqual(SecretList?.map(({ Name }) => Name).sort(), ['aa', 'b', 'c'], SortBy)
      for (const Name of ['aa', 'b', 'c'])
        await client.deleteSecret({ SecretId: Name, ForceDeleteWithoutRecovery: true })
      for (const Name of ['a', 'b', 'c']) await client.createSecret({ Name })
    }
  })

  test('examine five thousand secrets at most, and may hold nothing but a token', async () => {
    const region = 'pages-5'
    const client = app.clientFor({ region })
    const filler = Array.from({ length: 10_500 }, (_, index) => ({ name: `filler/${index}`, region }))
    await storeSecrets(app, [...filler, { name: 'needle', region }])
    const pages = []
    // No index answers a negated value.
    for await (const page of paginateListSecrets({ client }, { Filters: [only('name', '!filler')] }))
      pages.push([page.SecretList?.map(({ Name }) => Name), 'NextToken' in page])
    assert.deepEqual(pages, [
      [[], true],
      [[], true],
      [['needle'], false],
    ])
    // A positive value finds it at once.
    const { SecretList, NextToken } = await client.listSecrets({ Filters: [only('name', 'need')] })
    assert.deepEqual(
      SecretList?.map(({ Name }) => Name),
      ['needle'],
    )
    assert.equal(NextToken, undefined)
  })
})

describe('tokens', () => {
  const Filters = [only('name', 's')]
  const query: Input = { Filters, SortBy: 'name', SortOrder: 'desc', IncludePlannedDeletion: true, MaxResults: 1 }

  async function walkBegun() {
    const app = await startApp()
    for (const Name of ['s1', 's2', 's3']) await app.client.createSecret({ Name })
    const { NextToken = '' } = await app.client.listSecrets(query)
    return { app, NextToken }
  }

  test('continue their own query, as often as wanted', async () => {
    const { app, NextToken } = await walkBegun()
    await using _ = app
    for (const _time of [1, 2]) {
      const { SecretList } = await app.client.listSecrets({ ...query, NextToken })
      assert.deepEqual(
        SecretList?.map(({ Name }) => Name),
        ['s2'],
      )
    }
  })

  test('continue no other query', async () => {
    const { app, NextToken } = await walkBegun()
    await using _ = app
    const others: Input[] = [
      { ...query, Filters: [only('name', 't')] },
      { ...query, Filters: [only('all', 's')] },
      { ...query, Filters: [only('name', '!s')] },
      { ...query, Filters: [only('name', 's', 's')] },
      { ...query, Filters: [...Filters, ...Filters] },
      { ...query, Filters: [] },
      { ...query, Filters: undefined },
      { ...query, SortBy: 'created-date' },
      { ...query, SortBy: undefined },
      { ...query, SortOrder: 'asc' },
      { ...query, SortOrder: undefined },
      { ...query, IncludePlannedDeletion: false },
      { ...query, IncludePlannedDeletion: undefined },
    ]
    for (const other of others)
      await assert.rejects(app.client.listSecrets({ ...other, NextToken }), BAD_TOKEN, JSON.stringify(other))
  })

  test('are not told apart by what is said of the default', async () => {
    const { app } = await walkBegun()
    await using _ = app
    const { NextToken } = await app.client.listSecrets({ MaxResults: 1 })
    const { SecretList } = await app.client.listSecrets({
      SortBy: 'created-date',
      SortOrder: 'asc',
      IncludePlannedDeletion: false,
      Filters: [],
      MaxResults: 1,
      NextToken,
    })
    assert.deepEqual(
      SecretList?.map(({ Name }) => Name),
      ['s2'],
    )
  })

  test('are refused with any character altered, cut, or added', async () => {
    const { app, NextToken } = await walkBegun()
    await using _ = app
    const altered = [...NextToken].map(
      (character, index) => NextToken.slice(0, index) + (character === 'A' ? 'B' : 'A') + NextToken.slice(index + 1),
    )
    const last = NextToken.slice(0, -1)
    const ends = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'].map((end) => last + end)
    const others = [
      last,
      NextToken.slice(1),
      `${NextToken}A`,
      `${NextToken}=`,
      ` ${NextToken}`,
      `${NextToken}\n`,
      'a',
      '?',
    ]
    for (const token of [...altered, ...ends.filter((end) => end !== NextToken), ...others])
      await assert.rejects(app.client.listSecrets({ ...query, NextToken: token }), BAD_TOKEN, token)
  })

  test('say nothing of what they hold', async () => {
    const { app, NextToken } = await walkBegun()
    await using _ = app
    assert.match(NextToken, /^[A-Za-z0-9_-]+$/)
    assert.ok(!Buffer.from(NextToken, 'base64url').toString('latin1').includes('s3'))
    const again = await app.client.listSecrets(query)
    assert.notEqual(again.NextToken, NextToken)
  })

  test('are none of another Region', async () => {
    const { app, NextToken } = await walkBegun()
    await using _ = app
    const elsewhere = app.clientFor({ region: 'us-east-1' })
    await assert.rejects(elsewhere.listSecrets({ ...query, NextToken }), BAD_TOKEN)
  })

  test('are none of another operation', async () => {
    const { app } = await walkBegun()
    await using _ = app
    const listed = await app.client.listSecrets({ Filters, MaxResults: 1 })
    const read = await app.client.batchGetSecretValue({ Filters, MaxResults: 1 })
    await assert.rejects(app.client.listSecrets({ Filters, NextToken: read.NextToken }), BAD_TOKEN)
    await assert.rejects(app.client.batchGetSecretValue({ Filters, NextToken: listed.NextToken }), BAD_TOKEN)
    const SecretId = 's1'
    await assert.rejects(app.client.listSecretVersionIds({ SecretId, NextToken: listed.NextToken }), BAD_TOKEN)
  })

  test('are none of another account', async () => {
    await using app = await startApp({ verify: false })
    const as = (accessKeyId: string) => app.clientFor({ credentials: { accessKeyId, secretAccessKey: 'any' } })
    for (const account of ['111111111111', '222222222222'])
      for (const Name of ['a', 'b']) await as(account).createSecret({ Name })
    const { NextToken } = await as('111111111111').listSecrets({ MaxResults: 1 })
    await assert.rejects(as('222222222222').listSecrets({ NextToken }), BAD_TOKEN)
    assert.equal((await as('111111111111').listSecrets({ NextToken })).SecretList?.length, 1)
  })

  test('hold for a day and no longer', async () => {
    const { app, NextToken } = await walkBegun()
    await using _ = app
    app.clock.advance(DAY - 60_000)
    assert.equal((await app.client.listSecrets({ ...query, NextToken })).SecretList?.length, 1)
    app.clock.advance(60_001)
    await assert.rejects(app.client.listSecrets({ ...query, NextToken }), BAD_TOKEN)
  })

  test('outlive a restart, and are worth nothing to another installation', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'coffer-test-'))
    const options = {
      dataDir: join(folder, 'data'),
      rootKey: { kind: 'file', path: join(folder, 'root.key'), chosen: true } as const,
    }
    let token: string | undefined
    {
      await using app = await startApp(options)
      for (const Name of ['s1', 's2', 's3']) await app.client.createSecret({ Name })
      token = (await app.client.listSecrets(query)).NextToken
    }
    {
      await using app = await startApp(options)
      const { SecretList } = await app.client.listSecrets({ ...query, NextToken: token })
      assert.deepEqual(
        SecretList?.map(({ Name }) => Name),
        ['s2'],
      )
    }
    await using other = await startApp()
    await assert.rejects(other.client.listSecrets({ ...query, NextToken: token }), BAD_TOKEN)
    await rm(folder, { recursive: true })
  })
})

describe('access', () => {
  test('a user whom nothing allows is refused, and no resource is named', async () => {
    await using app = await startApp()
    const lister = await app.as('lister')
    await assert.rejects(
      lister.listSecrets({ Filters: [only('name', 'a')] }),
      denied(`arn:aws:iam::${app.account}:user/lister`, 'ListSecrets'),
    )
  })

  test('secrets of other accounts are never listed', async () => {
    await using app = await startApp({ verify: false })
    const as = (accessKeyId: string) => app.clientFor({ credentials: { accessKeyId, secretAccessKey: 'any' } })
    await as('111111111111').createSecret({ Name: 'a', Description: 'text', Tags: [{ Key: 'k', Value: 'v' }] })
    await as('222222222222').createSecret({ Name: 'b' })
    assert.deepEqual(await names(as('222222222222')), ['b'])
    for (const [key, value] of [
      ['name', 'a'],
      ['description', 'text'],
      ['tag-key', 'k'],
      ['tag-value', 'v'],
      ['all', 'text'],
    ] as const)
      assert.deepEqual(await names(as('222222222222'), { Filters: [only(key, value)] }), [], key)
  })

  test('a list leaves one record, with what was asked and not what was found', async () => {
    await using app = await startApp()
    await app.client.createSecret({ Name: 'listed', Description: 'shown' })
    const Filters = [only('name', 'l')]
    const { $metadata } = await app.client.listSecrets({ Filters, MaxResults: 7, SortOrder: 'desc' })
    const [entry] = await app.trail(1)
    assert.equal(entry?.id, $metadata.requestId)
    assert.equal(entry?.operation, 'ListSecrets')
    assert.equal(entry?.caller.userName, 'administrator')
    assert.deepEqual(entry?.parameters, { MaxResults: 7, Filters, SortOrder: 'desc' })
    assert.equal(entry?.arn, undefined)
    assert.equal(entry?.items, undefined)
    assert.ok(!JSON.stringify(entry).includes('listed'))
  })

  test('a list that is refused leaves its record with the error', async () => {
    await using app = await startApp()
    const lister = await app.as('lister')
    await assert.rejects(lister.listSecrets({ MaxResults: 5 }), { name: 'AccessDeniedException' })
    await assert.rejects(app.client.listSecrets({ NextToken: 'forged' }), BAD_TOKEN)
    const [denied, forged] = await app.trail(2)
    assert.equal(denied?.caller.userName, 'lister')
    assert.equal(denied?.error?.code, 'AccessDeniedException')
    assert.deepEqual(denied?.parameters, { MaxResults: 5 })
    assert.deepEqual(forged?.error, { code: BAD_TOKEN.name, message: BAD_TOKEN.message })
  })
})
