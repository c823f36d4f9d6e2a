import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import {
  type BatchGetSecretValueCommandInput,
  type BatchGetSecretValueCommandOutput,
  type Filter,
  paginateBatchGetSecretValue,
  type SecretsManager,
} from '@aws-sdk/client-secrets-manager'
import type { Engine } from '../../../src/storage/engine.ts'
import { sql } from '../../../src/storage/sql.ts'
import * as expected from '../../expected-errors.ts'
import { BAD_TOKEN, denied, deniedAcross, type Expected, tooLong, tooShort, violations } from '../../expected-errors.ts'
import { recordedSearches } from '../../filters/searches.ts'
import { REGION, startApp, type TestApp } from '../../start-app.ts'
import { forge, storeAttributes, storeKey, storeSecrets, storeSwapped, storeUnderKey } from '../../stored-data.ts'

type Input = BatchGetSecretValueCommandInput
type Output = BatchGetSecretValueCommandOutput

const DAY = 86_400_000
/** An error as it stands in `Errors`. */
const inErrors = ({ name, message }: Expected) => [name, message]
const NOT_FOUND = inErrors(expected.NOT_FOUND)
const MARKED = inErrors(expected.MARKED)
const INVALID_NAME = inErrors(expected.INVALID_NAME)
const UNREADABLE = inErrors(expected.UNREADABLE)
const NO_VALUE = inErrors(expected.noStage('AWSCURRENT'))

const only = (Key: string, ...Values: string[]): Filter => ({ Key: Key as Filter['Key'], Values })
const partialOf = (arn = '') => arn.slice(0, -7)
const names = ({ SecretValues = [] }: Output) => SecretValues.map(({ Name }) => Name)
const values = ({ SecretValues = [] }: Output) => SecretValues.map(({ SecretString }) => SecretString)
const failures = ({ Errors = [] }: Output) =>
  Errors.map(({ SecretId, ErrorCode, Message }) => [SecretId, ErrorCode, Message])

async function pagesOf(client: SecretsManager, input: Input): Promise<Output[]> {
  const pages: Output[] = []
  for await (const page of paginateBatchGetSecretValue({ client }, input)) pages.push(page)
  return pages
}

describe('decoding and constraints', async () => {
  const app = await startApp()
  after(() => app.close())
  const { client } = app
  const ids = (count: number) => Array.from({ length: count }, (_, index) => `id${index}`)
  const someFilters = [only('name', 'a')]

  const unreadable: [input: object, message: string][] = [
    [{ SecretIdList: 'a' }, 'Expected list or null'],
    [{ SecretIdList: [5] }, 'NUMBER_VALUE can not be converted to a String'],
    [{ SecretIdList: [['a']] }, 'Start of list found where not expected'],
    [{ Filters: someFilters, MaxResults: '20' }, 'STRING_VALUE can not be converted to an Integer'],
    [{ Filters: someFilters, NextToken: false }, 'FALSE_VALUE can not be converted to a String'],
  ]
  for (const [input, message] of unreadable)
    test(`${JSON.stringify(input)} cannot be read`, async () => {
      await assert.rejects(client.batchGetSecretValue(input), { name: 'SerializationException', message })
    })

  const long = 'x'.repeat(2049)
  const idRules =
    'satisfy constraint: [Member must have length less than or equal to 2048, Member must have length greater than or equal to 1]'
  const valueRules =
    'satisfy constraint: [Member must have length less than or equal to 512, ' +
    'Member must satisfy regular expression pattern: ^\\!?[a-zA-Z0-9 :_@\\/\\+\\=\\.\\-\\!]*$]'
  const refused: [title: string, input: object, expected: object][] = [
    ['an empty list of ids', { SecretIdList: [] }, violations(['[]', 'secretIdList', tooShort(1)])],
    [
      'a list of 21 ids',
      { SecretIdList: ids(21) },
      violations([`[${ids(21).join(', ')}]`, 'secretIdList', tooLong(20)]),
    ],
    ['an empty id', { SecretIdList: ['a', ''] }, violations(['[a, ]', 'secretIdList', idRules])],
    ['an id of 2049 characters', { SecretIdList: [long] }, violations([`[${long}]`, 'secretIdList', idRules])],
    [
      'MaxResults 21',
      { Filters: someFilters, MaxResults: 21 },
      violations(['21', 'maxResults', 'have value less than or equal to 20']),
    ],
    [
      'MaxResults 0',
      { Filters: someFilters, MaxResults: 0 },
      violations(['0', 'maxResults', 'have value greater than or equal to 1']),
    ],
    ['an empty token', { Filters: someFilters, NextToken: '' }, violations(['', 'nextToken', tooShort(1)])],
    [
      'eleven values',
      { Filters: [only('name', ...ids(11))] },
      violations([`[${ids(11).join(', ')}]`, 'filters.1.member.values', tooLong(10)]),
    ],
    [
      'an unknown filter key',
      { Filters: [only('Name', 'a')] },
      violations([
        'Name',
        'filters.1.member.key',
        'satisfy enum value set: [all, name, tag-key, description, tag-value, primary-region, owning-service]',
      ]),
    ],
    ['a value with *', { Filters: [only('all', '*')] }, violations(['[*]', 'filters.1.member.values', valueRules])],
    [
      'all at once, and before what the operation itself refuses,',
      { SecretIdList: [], Filters: someFilters, MaxResults: 21 },
      violations(['[]', 'secretIdList', tooShort(1)], ['21', 'maxResults', 'have value less than or equal to 20']),
    ],
  ]
  for (const [title, input, expected] of refused)
    test(`${title} is refused`, async () => {
      await assert.rejects(client.batchGetSecretValue(input), expected)
    })

  const selector = "Either 'SecretIdList' or 'Filters' must be provided, but not both."
  const maxResults = "'Filters' not specified. 'Filters' must also be specified when 'MaxResults' is provided."
  const token = "'NextToken' must come with the 'Filters' of the call that returned it."
  const combinations: [title: string, input: Input, name: string, message: string][] = [
    ['both selectors', { SecretIdList: ['a'], Filters: someFilters }, 'InvalidParameterException', selector],
    [
      'both selectors with MaxResults and a token',
      { SecretIdList: ['a'], Filters: someFilters, MaxResults: 5, NextToken: 't' },
      'InvalidParameterException',
      selector,
    ],
    ['neither selector', {}, 'InvalidParameterException', selector],
    ['an empty list of filters alone', { Filters: [] }, 'InvalidParameterException', selector],
    ['MaxResults with ids', { SecretIdList: ['a'], MaxResults: 5 }, 'InvalidParameterException', maxResults],
    ['MaxResults alone', { MaxResults: 5 }, 'InvalidParameterException', maxResults],
    ['MaxResults with empty filters', { Filters: [], MaxResults: 5 }, 'InvalidParameterException', maxResults],
    ['a token with ids', { SecretIdList: ['a'], NextToken: 't' }, BAD_TOKEN.name, BAD_TOKEN.message],
    ['a token alone', { NextToken: 't' }, 'InvalidParameterException', token],
    ['a token with empty filters', { Filters: [], NextToken: 't' }, 'InvalidParameterException', token],
    ['a token that is none', { Filters: someFilters, NextToken: 't' }, BAD_TOKEN.name, BAD_TOKEN.message],
    ['a filter without a key', { Filters: [{ Values: ['a'] }] }, 'InvalidParameterException', 'Invalid filter key'],
    [
      'a filter without values',
      { Filters: [{ Key: 'all' }] },
      'InvalidParameterException',
      'Invalid filter values for key: all',
    ],
  ]
  for (const [title, input, name, message] of combinations)
    test(`${title}: ${name}`, async () => {
      await assert.rejects(client.batchGetSecretValue(input), { name, message })
    })

  test('an empty list of filters beside ids is the same as none', async () => {
    const output = await client.batchGetSecretValue({ SecretIdList: ['missing'], Filters: [] })
    assert.deepEqual(failures(output), [['missing', ...NOT_FOUND]])
  })
})

describe('a list of ids', async () => {
  const app = await startApp()
  after(() => app.close())
  const { client, account } = app
  const create = async (Name: string, SecretString: string | undefined = Name) =>
    (await client.createSecret({ Name, SecretString })).ARN ?? ''
  const read = (...SecretIdList: string[]) => client.batchGetSecretValue({ SecretIdList })

  test('brings every value with all that belongs to it, and both lists always', async () => {
    const created = await client.createSecret({ Name: 'whole', SecretString: 'first' })
    const described = await client.describeSecret({ SecretId: 'whole' })
    app.clock.advance(3_600_000)
    const put = await client.putSecretValue({
      SecretId: 'whole',
      SecretString: 'pässword 🔑',
      VersionStages: ['AWSCURRENT', 'blue'],
    })
    const { $metadata, ...output } = await read('whole')
    assert.equal($metadata.httpStatusCode, 200)
    assert.deepEqual(output, {
      SecretValues: [
        {
          ARN: created.ARN,
          Name: 'whole',
          VersionId: put.VersionId,
          SecretString: 'pässword 🔑',
          VersionStages: ['AWSCURRENT', 'blue'],
          // The secret's own, as the reference page says, and not the version's.
          CreatedDate: described.CreatedDate,
        },
      ],
      Errors: [],
    })
    const alone = await client.getSecretValue({ SecretId: 'whole' })
    assert.notDeepEqual(alone.CreatedDate, described.CreatedDate)
  })

  test('brings binary values as bytes', async () => {
    await client.createSecret({ Name: 'bytes', SecretBinary: Uint8Array.of(0, 255, 10) })
    await create('text')
    const { SecretValues = [] } = await read('bytes', 'text')
    const [bytes, text] = SecretValues
    assert.deepEqual(Buffer.from(bytes?.SecretBinary ?? ''), Buffer.of(0, 255, 10))
    assert.ok(bytes && !('SecretString' in bytes))
    assert.ok(text && !('SecretBinary' in text))
  })

  test('may mix names, ARNs and partial ARNs, and is answered in its order', async () => {
    const b = await create('order/b')
    const a = await create('order/a')
    await create('order/c')
    assert.deepEqual(values(await read('order/c', a, partialOf(b))), ['order/c', 'order/a', 'order/b'])
    assert.deepEqual(values(await read(partialOf(b), 'order/c', a)), ['order/b', 'order/c', 'order/a'])
  })

  test('answers an id as often as it stands there, and a secret under each of its ids', async () => {
    const arn = await create('twice')
    const output = await read('twice', 'none', arn, 'twice', partialOf(arn), 'none')
    assert.deepEqual(values(output), ['twice', 'twice', 'twice', 'twice'])
    assert.deepEqual(
      output.SecretValues?.map(({ ARN }) => ARN),
      [arn, arn, arn, arn],
    )
    assert.deepEqual(failures(output), [
      ['none', ...NOT_FOUND],
      ['none', ...NOT_FOUND],
    ])
  })

  test('tells beside the values what failed, in order, under the ids as they were sent', async () => {
    const good = await create('mixed/good')
    await client.createSecret({ Name: 'mixed/valueless' })
    const marked = await create('mixed/marked')
    await client.deleteSecret({ SecretId: marked })
    const swapped = await storeSwapped(app, good, 'mixed/swapped')
    await storeUnderKey(app, 'mixed/disabled', await storeKey(app, 'alias/mixed-disabled', 'Disabled'))
    await storeUnderKey(app, 'mixed/pending', await storeKey(app, 'alias/mixed-pending', 'PendingDeletion'))
    const lookalike = await create('mixed/app-a1b2c3')
    const output = await read(
      'mixed/none',
      'mixed/good',
      partialOf(marked),
      'mixed/valueless',
      marked,
      'not a name',
      `arn:aws:secretsmanager:us-east-1:${account}:secret:${good.slice(-17)}`,
      'arn:nonsense',
      'arn:with a blank',
      good,
      swapped,
      'mixed/disabled',
      'mixed/pending',
      good.replace('arn:aws:', 'arn:aws-cn:'),
      partialOf(good).replace('arn:aws:', 'arn:aws-cn:'),
      partialOf(lookalike),
      good.slice(0, -1),
      'mixed/Good',
      partialOf(good),
    )
    assert.deepEqual(values(output), ['mixed/good', 'mixed/good', 'mixed/good'])
    assert.deepEqual(failures(output), [
      ['mixed/none', ...NOT_FOUND],
      [partialOf(marked), ...MARKED],
      ['mixed/valueless', ...NO_VALUE],
      [marked, ...MARKED],
      ['not a name', ...INVALID_NAME],
      [`arn:aws:secretsmanager:us-east-1:${account}:secret:${good.slice(-17)}`, ...NOT_FOUND],
      ['arn:nonsense', ...NOT_FOUND],
      ['arn:with a blank', ...INVALID_NAME],
      [swapped, ...UNREADABLE],
      ['mixed/disabled', ...UNREADABLE],
      ['mixed/pending', ...UNREADABLE],
      [good.replace('arn:aws:', 'arn:aws-cn:'), ...NOT_FOUND],
      [partialOf(good).replace('arn:aws:', 'arn:aws-cn:'), ...NOT_FOUND],
      [partialOf(lookalike), ...NOT_FOUND],
      [good.slice(0, -1), ...NOT_FOUND],
      ['mixed/Good', ...NOT_FOUND],
    ])
  })

  test('of nothing but failures is still an answer', async () => {
    const { $metadata, ...output } = await read('none/1', 'none/2')
    assert.equal($metadata.httpStatusCode, 200)
    assert.deepEqual(output.SecretValues, [])
    assert.deepEqual(failures(output as Output), [
      ['none/1', ...NOT_FOUND],
      ['none/2', ...NOT_FOUND],
    ])
    assert.ok(!('NextToken' in output))
  })

  test('reads the version labelled AWSCURRENT, whichever that is', async () => {
    const { VersionId } = await client.createSecret({ Name: 'labels', SecretString: '1' })
    const second = await client.putSecretValue({ SecretId: 'labels', SecretString: '2' })
    await client.putSecretValue({ SecretId: 'labels', SecretString: '3', VersionStages: ['AWSPENDING'] })
    assert.deepEqual(values(await read('labels')), ['2'])
    await client.updateSecretVersionStage({
      SecretId: 'labels',
      VersionStage: 'AWSCURRENT',
      MoveToVersionId: VersionId,
      RemoveFromVersionId: second.VersionId,
    })
    assert.deepEqual(values(await read('labels')), ['1'])
  })

  test('may bring twenty of the largest values', async () => {
    const large = Array.from({ length: 20 }, (_, index) => `large/${index}`)
    for (const [index, Name] of large.entries())
      if (index % 2 === 0) await client.createSecret({ Name, SecretString: `${index}`.padEnd(65_536, 'x') })
      else await client.createSecret({ Name, SecretBinary: Buffer.alloc(65_536, index) })
    const { SecretValues = [], Errors } = await read(...large)
    assert.deepEqual(Errors, [])
    for (const [index, entry] of SecretValues.entries()) {
      assert.equal(entry.Name, large[index])
      if (index % 2 === 0) assert.equal(entry.SecretString, `${index}`.padEnd(65_536, 'x'))
      else assert.ok(Buffer.from(entry.SecretBinary ?? '').equals(Buffer.alloc(65_536, index)))
    }
    assert.equal(SecretValues.length, 20)
  })

  test('may hold the longest ids', async () => {
    const name = 'n'.repeat(512)
    const arn = await create(name)
    const long = 'a'.repeat(2048)
    const output = await read(name, arn, long)
    assert.deepEqual(names(output), [name, name])
    assert.deepEqual(failures(output), [[long, ...NOT_FOUND]])
  })

  test('of twenty secrets is read by one query', async () => {
    const twenty = Array.from({ length: 20 }, (_, index) => `one-query/${index}`)
    const arns: string[] = []
    for (const name of twenty) arns.push(await create(name))
    const asked = countQueries(app.running.installation.engine)
    const ids = twenty.map((name, index) => [name, arns[index] ?? '', partialOf(arns[index])][index % 3] ?? '')
    assert.equal((await read(...ids)).SecretValues?.length, 20)
    assert.equal(asked().filter((text) => /\b(secrets|versions)\b/.test(text)).length, 1)
  })
})

/** The texts of the queries that reach the engine from now on. */
function countQueries(engine: Engine): () => readonly string[] {
  const texts: string[] = []
  const read = engine.read.bind(engine)
  engine.read = (statements) => {
    texts.push(...statements.map((statement) => statement.parts.join('?')))
    return read(statements)
  }
  return () => texts
}

describe('filters', async () => {
  const app = await startApp()
  after(() => app.close())

  recordedSearches().forEach(({ title, secrets, searches }, index) => {
    describe(`recorded on AWS: ${title}`, async () => {
      const client = app.clientFor({ region: `recorded-${index}` })
      for (const secret of secrets) await client.createSecret({ ...secret, SecretString: secret.Name })
      for (const { filters, finds } of searches)
        test(`${filters.map(({ Key, Values }) => `${Key} ${Values?.join(' or ')}`).join(' and ')}`, async () => {
          const output = await client.batchGetSecretValue({ Filters: filters })
          assert.deepEqual(values(output), finds)
          assert.deepEqual(output.Errors, [])
          const pages = await pagesOf(client, { Filters: filters, MaxResults: 1 })
          assert.deepEqual(pages.flatMap(values), finds)
        })
    })
  })

  test('of every key find what they name, and with ! what they do not', async () => {
    const client = app.clientFor({ region: 'keys-1' })
    const { ARN = '' } = await client.createSecret({
      Name: 'prod/Db',
      SecretString: 'x',
      Description: 'Main database',
      Tags: [{ Key: 'Team', Value: 'Blue' }],
    })
    await storeAttributes(app, ARN, { primaryRegion: 'eu-west-1', owningService: 'rds' })
    await client.createSecret({ Name: 'bare', SecretString: 'y' })
    const find = async (...Filters: Filter[]) => names(await client.batchGetSecretValue({ Filters }))
    for (const [key, value] of [
      ['name', 'prod/'],
      ['description', 'main'],
      ['tag-key', 'Te'],
      ['tag-value', 'Bl'],
      ['primary-region', 'eu-'],
      ['owning-service', 'rds'],
      ['all', 'blue'],
    ] as const) {
      assert.deepEqual(await find(only(key, value)), ['prod/Db'], key)
      assert.deepEqual(await find(only(key, `!${value}`)), ['bare'], key)
    }
    assert.deepEqual(await find(only('name', 'bare', 'prod')), ['prod/Db', 'bare'])
    assert.deepEqual(await find(only('name', 'bare', 'prod'), only('tag-key', '!Team')), ['bare'])
    assert.deepEqual(await find(only('name', 'bare'), only('tag-key', 'Team')), [])
  })

  test('report a secret that has no value under its full ARN, in the room of a page', async () => {
    const client = app.clientFor({ region: 'valueless-1' })
    await client.createSecret({ Name: 'a', SecretString: 'x' })
    const { ARN } = await client.createSecret({ Name: 'b' })
    await client.createSecret({ Name: 'c', SecretString: 'z' })
    const Filters = [only('name', 'a', 'b', 'c')]
    const output = await client.batchGetSecretValue({ Filters })
    assert.deepEqual(values(output), ['x', 'z'])
    assert.deepEqual(failures(output), [[ARN, ...NO_VALUE]])
    const pages = await pagesOf(client, { Filters, MaxResults: 1 })
    assert.deepEqual(
      pages.map((page) => [names(page), page.Errors?.length, 'NextToken' in page]),
      [
        [['a'], 0, true],
        [[], 1, true],
        [['c'], 0, false],
      ],
    )
  })

  test('report a value that does not open, and bring the others', async () => {
    const { ARN = '' } = await app.client.createSecret({ Name: 'swap/origin', SecretString: 'x' })
    const swapped = await storeSwapped(app, ARN, 'swap/moved')
    const output = await app.client.batchGetSecretValue({ Filters: [only('name', 'swap/')] })
    assert.deepEqual(values(output), ['x'])
    assert.deepEqual(failures(output), [[swapped, ...UNREADABLE]])
  })

  test('report a secret that was altered in the store, and bring the others', async () => {
    const { client } = app
    for (const Name of ['forged/a', 'forged/b', 'forged/c']) await client.createSecret({ Name, SecretString: Name })
    const { ARN } = await client.describeSecret({ SecretId: 'forged/b' })
    const read = async () => {
      const output = await client.batchGetSecretValue({ Filters: [only('name', 'forged/')] })
      assert.deepEqual(values(output), ['forged/a', 'forged/c'])
      assert.deepEqual(failures(output), [[ARN, ...UNREADABLE]])
    }
    await forge(app, sql`update secrets set description = 'forged' where name = 'forged/b'`)
    await read()
    await forge(app, sql`update secrets set tags = 'no json', stages = 'none either' where name = 'forged/b'`)
    await read()
    assert.ok(app.logged.some(({ details }) => JSON.stringify(details).includes(`"table":"secrets","row":"${ARN}"`)))
  })

  test('report a secret whose key was altered in the store, and bring the others', async () => {
    const key = await storeKey(app, 'alias/forged', 'Disabled')
    await storeUnderKey(app, 'forged-key/a', key)
    await app.client.createSecret({ Name: 'forged-key/b', SecretString: 'b' })
    await forge(app, sql`update kms_keys set state = 'Enabled' where key_id = ${key.keyId}`)
    const output = await app.client.batchGetSecretValue({ SecretIdList: ['forged-key/a', 'forged-key/b'] })
    assert.deepEqual(values(output), ['b'])
    assert.deepEqual(failures(output), [['forged-key/a', ...UNREADABLE]])
    assert.ok(
      app.logged.some(({ details }) =>
        JSON.stringify(details).includes(`"table":"kms_keys","row":"${key.region} ${key.keyId}`),
      ),
    )
  })

  test('pass over what is marked for deletion', async () => {
    const client = app.clientFor({ region: 'marked-1' })
    for (const Name of ['a', 'b']) await client.createSecret({ Name, SecretString: Name })
    await client.deleteSecret({ SecretId: 'a' })
    const output = await client.batchGetSecretValue({ Filters: [only('name', 'a', 'b')] })
    assert.deepEqual(values(output), ['b'])
    assert.deepEqual(output.Errors, [])
  })

  test('that find nothing bring two empty lists and no token', async () => {
    const { $metadata, ...output } = await app.client.batchGetSecretValue({ Filters: [only('name', 'nothing')] })
    assert.deepEqual(output, { SecretValues: [], Errors: [] })
  })

  test('see one Region', async () => {
    await app.clientFor({ region: 'scope-1' }).createSecret({ Name: 'scoped', SecretString: 'x' })
    const Filters = [only('name', 'scoped')]
    const elsewhere = await app.clientFor({ region: 'scope-2' }).batchGetSecretValue({ Filters })
    assert.deepEqual(elsewhere.SecretValues, [])
  })
})

describe('a page of filters', () => {
  test('takes no more queries for twenty secrets than for two', async () => {
    await using app = await startApp()
    for (let index = 0; index < 45; index++) await app.client.createSecret({ Name: `q/${index}`, SecretString: 'x' })
    const asked = countQueries(app.running.installation.engine)
    const queries = async (MaxResults: number, ...Filters: Filter[]) => {
      const before = asked().length
      assert.equal((await app.client.batchGetSecretValue({ Filters, MaxResults })).SecretValues?.length, MaxResults)
      const texts = asked().slice(before)
      return texts.filter((text) => /\b(secrets|versions)\b/.test(text)).length
    }
    for (const filter of [only('name', 'q/'), only('name', '!x'), only('all', 'q')])
      assert.equal(await queries(20, filter), await queries(2, filter), `${filter.Values}`)
  })
})

describe('pages', async () => {
  const app = await startApp()
  after(() => app.close())

  test('hold twenty secrets unless fewer are asked for, in order of creation', async () => {
    const client = app.clientFor({ region: 'pages-1' })
    const created = Array.from({ length: 41 }, (_, index) => `s/${(index * 7) % 41}`)
    for (const Name of created) await client.createSecret({ Name, SecretString: Name })
    const Filters = [only('name', 's/')]
    const pages = await pagesOf(client, { Filters })
    assert.deepEqual(
      pages.map(({ SecretValues }) => SecretValues?.length),
      [20, 20, 1],
    )
    assert.deepEqual(pages.flatMap(values), created)
    assert.ok(!('NextToken' in (pages.at(-1) ?? {})))
    const odd = await pagesOf(client, { Filters, MaxResults: 7 })
    assert.deepEqual(
      odd.map(({ SecretValues }) => SecretValues?.length),
      [7, 7, 7, 7, 7, 6],
    )
    assert.deepEqual(odd.flatMap(values), created)
    assert.deepEqual((await pagesOf(client, { Filters: [only('name', '!t')] })).flatMap(values), created)
  })

  test('end without a token, also when the last one is full', async () => {
    const client = app.clientFor({ region: 'pages-2' })
    for (const Name of ['a', 'b', 'c', 'd']) await client.createSecret({ Name, SecretString: Name })
    const Filters = [only('name', '!x')]
    const { NextToken } = await client.batchGetSecretValue({ Filters, MaxResults: 2 })
    const last = await client.batchGetSecretValue({ Filters, MaxResults: 2, NextToken })
    assert.deepEqual(values(last), ['c', 'd'])
    assert.ok(!('NextToken' in last))
  })

  test('may hold nothing but a token', async () => {
    const region = 'pages-3'
    const client = app.clientFor({ region })
    await storeSecrets(
      app,
      Array.from({ length: 10_001 }, (_, index) => ({ name: `filler/${index}`, region })),
    )
    await client.createSecret({ Name: 'needle', SecretString: 'found' })
    const pages = await pagesOf(client, { Filters: [only('name', '!filler/')] })
    assert.deepEqual(
      pages.map((page) => [values(page), page.Errors, 'NextToken' in page]),
      [
        [[], [], true],
        [[], [], true],
        [['found'], [], false],
      ],
    )
  })
})

describe('tokens', () => {
  const Filters = [only('name', 's'), only('all', '!hidden')]
  const query: Input = { Filters, MaxResults: 1 }

  async function fill({ client }: Pick<TestApp, 'client'>) {
    for (const Name of ['s1', 's2', 's3']) await client.createSecret({ Name, SecretString: Name })
  }

  async function walkBegun() {
    const app = await startApp()
    await fill(app)
    const { NextToken = '' } = await app.client.batchGetSecretValue(query)
    return { app, NextToken }
  }

  test('continue their own filters, with any size of page', async () => {
    const { app, NextToken } = await walkBegun()
    await using _ = app
    assert.deepEqual(values(await app.client.batchGetSecretValue({ ...query, NextToken })), ['s2'])
    assert.deepEqual(values(await app.client.batchGetSecretValue({ Filters, NextToken })), ['s2', 's3'])
  })

  test('continue no other filters', async () => {
    const { app, NextToken } = await walkBegun()
    await using _ = app
    const others = [
      [only('name', 's')],
      [only('name', 's'), only('all', 'hidden')],
      [only('name', 't'), only('all', '!hidden')],
      [only('tag-key', 's'), only('all', '!hidden')],
      [...Filters].reverse(),
      [...Filters, only('name', 's')],
    ]
    for (const other of others)
      await assert.rejects(app.client.batchGetSecretValue({ Filters: other, NextToken }), BAD_TOKEN)
  })

  test('come with their filters: refused beside ids, and alone', async () => {
    const { app, NextToken } = await walkBegun()
    await using _ = app
    await assert.rejects(app.client.batchGetSecretValue({ SecretIdList: ['s1'], NextToken }), BAD_TOKEN)
    await assert.rejects(app.client.batchGetSecretValue({ NextToken }), {
      name: 'InvalidParameterException',
      message: "'NextToken' must come with the 'Filters' of the call that returned it.",
    })
  })

  test('are refused when any character was altered', async () => {
    const { app, NextToken } = await walkBegun()
    await using _ = app
    for (let index = 0; index < NextToken.length; index++) {
      const other = NextToken[index] === 'A' ? 'B' : 'A'
      const altered = NextToken.slice(0, index) + other + NextToken.slice(index + 1)
      await assert.rejects(app.client.batchGetSecretValue({ ...query, NextToken: altered }), BAD_TOKEN)
    }
  })

  test('are none of another Region', async () => {
    const { app, NextToken } = await walkBegun()
    await using _ = app
    const elsewhere = app.clientFor({ region: 'us-east-1' })
    await assert.rejects(elsewhere.batchGetSecretValue({ ...query, NextToken }), BAD_TOKEN)
  })

  test('are none of another account', async () => {
    await using app = await startApp({ verify: false })
    const as = (accessKeyId: string) => app.clientFor({ credentials: { accessKeyId, secretAccessKey: 'any' } })
    for (const account of ['111111111111', '222222222222']) await fill({ client: as(account) })
    const { NextToken } = await as('111111111111').batchGetSecretValue(query)
    await assert.rejects(as('222222222222').batchGetSecretValue({ ...query, NextToken }), BAD_TOKEN)
    assert.deepEqual(values(await as('111111111111').batchGetSecretValue({ ...query, NextToken })), ['s2'])
  })

  test('hold for a day and no longer', async () => {
    const { app, NextToken } = await walkBegun()
    await using _ = app
    app.clock.advance(DAY - 60_000)
    assert.deepEqual(values(await app.client.batchGetSecretValue({ ...query, NextToken })), ['s2'])
    app.clock.advance(60_001)
    await assert.rejects(app.client.batchGetSecretValue({ ...query, NextToken }), BAD_TOKEN)
  })

  test('outlive a restart', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'coffer-test-'))
    const rootKey = { kind: 'file', path: join(folder, 'root.key'), chosen: true } as const
    let NextToken: string | undefined
    {
      await using app = await startApp({ dataDir: join(folder, 'data'), rootKey })
      await fill(app)
      NextToken = (await app.client.batchGetSecretValue(query)).NextToken
    }
    {
      await using app = await startApp({ dataDir: join(folder, 'data'), rootKey })
      assert.deepEqual(values(await app.client.batchGetSecretValue({ ...query, NextToken })), ['s2'])
    }
    await rm(folder, { recursive: true })
  })
})

describe('LastAccessedDate', () => {
  test('is the day of the batch for what it brought, by ids or filters, and for nothing else', async () => {
    await using app = await startApp()
    const { client, clock } = app
    clock.toNoon()
    const today = clock.today()
    for (const Name of ['by-id', 'by-filter', 'unread']) await client.createSecret({ Name, SecretString: 'x' })
    await client.createSecret({ Name: 'valueless' })
    await client.batchGetSecretValue({ SecretIdList: ['by-id', 'by-id', 'valueless'] })
    await client.batchGetSecretValue({ Filters: [only('name', 'by-filter')] })
    const days = async () => {
      const { SecretList = [] } = await client.listSecrets({})
      return SecretList.map(({ LastAccessedDate }) => LastAccessedDate)
    }
    assert.deepEqual(await days(), [today, today, undefined, undefined])
    const { Versions } = await client.listSecretVersionIds({ SecretId: 'by-id' })
    assert.deepEqual(Versions?.[0]?.LastAccessedDate, today)
    clock.advance(DAY)
    await client.batchGetSecretValue({ SecretIdList: ['by-id', 'unread'] })
    assert.deepEqual(await days(), [clock.today(), today, clock.today(), undefined])
  })
})

describe('access', () => {
  test('a user whom nothing allows is refused, and no resource is named', async () => {
    await using app = await startApp()
    const reader = await app.as('reader')
    await app.client.createSecret({ Name: 'a', SecretString: 'x' })
    for (const input of [{ SecretIdList: ['a'] }, { Filters: [only('name', 'a')] }])
      await assert.rejects(
        reader.batchGetSecretValue(input),
        denied(`arn:aws:iam::${app.account}:user/reader`, 'BatchGetSecretValue'),
      )
  })

  test('secrets of another account are refused each by itself, whether they exist or not', async () => {
    await using app = await startApp({ verify: false })
    const as = (accessKeyId: string) => app.clientFor({ credentials: { accessKeyId, secretAccessKey: 'any' } })
    const owner = as('111111111111')
    const other = as('222222222222')
    const { ARN = '' } = await owner.createSecret({ Name: 'theirs', SecretString: 'x' })
    const marked = (await owner.createSecret({ Name: 'marked', SecretString: 'x' })).ARN ?? ''
    await owner.deleteSecret({ SecretId: marked })
    await other.createSecret({ Name: 'mine', SecretString: 'y' })
    const foreign = [ARN, partialOf(ARN), marked, ARN.replace('theirs', 'missing'), partialOf(ARN).slice(0, -1)]
    const output = await other.batchGetSecretValue({ SecretIdList: [...foreign, 'mine', 'theirs'] })
    assert.deepEqual(values(output), ['y'])
    assert.deepEqual(failures(output), [
      ...foreign.map((id) => [id, ...inErrors(deniedAcross('arn:aws:iam::222222222222:root', 'GetSecretValue', id))]),
      ['theirs', ...NOT_FOUND],
    ])
    // The record stands in the caller's account: it must not say more than the answer.
    const items = (await app.trail()).at(-1)?.items?.slice(0, foreign.length) ?? []
    assert.deepEqual(
      items.map(({ id, arn }) => [id, arn]),
      foreign.map((id) => [id, undefined]),
    )
  })

  test('filters never see another account', async () => {
    await using app = await startApp({ verify: false })
    const as = (accessKeyId: string) => app.clientFor({ credentials: { accessKeyId, secretAccessKey: 'any' } })
    await as('111111111111').createSecret({ Name: 'theirs', SecretString: 'x' })
    const output = await as('222222222222').batchGetSecretValue({ Filters: [only('name', 'theirs', '!x')] })
    assert.deepEqual([output.SecretValues, output.Errors], [[], []])
  })

  test('a batch that cannot be recorded is not answered', async () => {
    await using app = await startApp()
    await app.client.createSecret({ Name: 'a', SecretString: 'x' })
    const { engine } = app.running.installation
    engine.append = () => Promise.reject(new Error('the disk is full'))
    const call = app.client.batchGetSecretValue({ SecretIdList: ['a', 'missing'] })
    await assert.rejects(call, { name: 'InternalServiceError' })
  })

  test('a batch leaves one record with the outcome of each id, and no value', async () => {
    await using app = await startApp()
    const { client } = app
    const { ARN } = await client.createSecret({ Name: 'a', SecretString: 'hidden-value' })
    const marked = await client.createSecret({ Name: 'marked', SecretString: 'hidden-value' })
    await client.deleteSecret({ SecretId: 'marked' })
    const SecretIdList = ['a', 'none', partialOf(ARN), 'no name', 'marked', 'a']
    const { $metadata } = await client.batchGetSecretValue({ SecretIdList })
    const [entry] = await app.trail(1)
    assert.equal(entry?.id, $metadata.requestId)
    assert.equal(entry?.operation, 'BatchGetSecretValue')
    assert.equal(entry?.access, 'read')
    assert.equal(entry?.region, REGION)
    assert.equal(entry?.caller.arn, `arn:aws:iam::${app.account}:user/administrator`)
    // The ids stand once, with their outcomes.
    assert.deepEqual([entry?.parameters, entry?.itemsOf], [{}, 'SecretIdList'])
    assert.equal(entry?.arn, undefined)
    assert.equal(entry?.error, undefined)
    const error = ([code = '', message = '']: string[]) => ({ code, message })
    assert.deepEqual(entry?.items, [
      { id: 'a', arn: ARN },
      { id: 'none', error: error(NOT_FOUND) },
      { id: partialOf(ARN), arn: ARN },
      { id: 'no name', error: error(INVALID_NAME) },
      { id: 'marked', arn: marked.ARN, error: error(MARKED) },
      { id: 'a', arn: ARN },
    ])
    assert.ok(!JSON.stringify(entry).includes('hidden-value'))
  })

  test('a batch by filters records the secrets it found by their ARNs', async () => {
    await using app = await startApp()
    const { client } = app
    const a = await client.createSecret({ Name: 'a', SecretString: 'x' })
    const b = await client.createSecret({ Name: 'b' })
    await client.createSecret({ Name: 'c', SecretString: 'x' })
    const Filters = [only('name', 'a', 'b', 'c')]
    const { $metadata } = await client.batchGetSecretValue({ Filters, MaxResults: 2 })
    const [entry] = await app.trail(1)
    assert.equal(entry?.id, $metadata.requestId)
    assert.deepEqual(entry?.parameters, { Filters, MaxResults: 2 })
    const [code = '', message = ''] = NO_VALUE
    assert.deepEqual(entry?.items, [
      { id: a.ARN, arn: a.ARN },
      { id: b.ARN, arn: b.ARN, error: { code, message } },
    ])
  })

  test('a batch that is refused as a whole leaves its record without items', async () => {
    await using app = await startApp()
    const reader = await app.as('reader')
    const SecretIdList = ['a']
    await assert.rejects(reader.batchGetSecretValue({ SecretIdList }), { name: 'AccessDeniedException' })
    await assert.rejects(app.client.batchGetSecretValue({ SecretIdList, MaxResults: 5 }))
    await assert.rejects(app.client.batchGetSecretValue({ SecretIdList: [] }))
    const entries = await app.trail(3)
    assert.deepEqual(
      entries.map(({ error, items, caller }) => [error?.code, items, caller.userName]),
      [
        ['AccessDeniedException', undefined, 'reader'],
        ['InvalidParameterException', undefined, 'administrator'],
        ['ValidationException', undefined, 'administrator'],
      ],
    )
    assert.deepEqual(
      entries.map(({ parameters }) => parameters),
      [{ SecretIdList }, { SecretIdList, MaxResults: 5 }, undefined],
    )
  })
})
