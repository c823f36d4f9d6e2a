import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { paginateListAliases, paginateListKeys, paginateListResourceTags } from '@aws-sdk/client-kms'
import { recordsOf } from '../../../src/audit/cloudtrail.ts'
import { tooLong, violations } from '../../expected-errors.ts'
import { REGION, startApp } from '../../start-app.ts'
import { storeAccount } from '../../stored-data.ts'

const app = await startApp()
after(() => app.close())
const { kms, account } = app

const makeKey = async () => (await kms.createKey({})).KeyMetadata?.KeyId ?? ''
const aliasArn = (name: string) => `arn:aws:kms:${REGION}:${account}:${name}`
const keyArn = (id: string) => `arn:aws:kms:${REGION}:${account}:key/${id}`
const target = async (name: string) => (await kms.describeKey({ KeyId: name })).KeyMetadata?.KeyId
const allow = (Action: string | string[], Resource: string | string[] = '*', more = {}) => ({
  Effect: 'Allow',
  Action,
  Resource,
  ...more,
})

describe('an alias', () => {
  test('leads to its key, to another one, and to none', async () => {
    const [first, second] = [await makeKey(), await makeKey()]
    await kms.createAlias({ AliasName: 'alias/moves', TargetKeyId: first })
    assert.equal(await target('alias/moves'), first)
    await kms.updateAlias({ AliasName: 'alias/moves', TargetKeyId: second })
    assert.equal(await target('alias/moves'), second)
    await kms.deleteAlias({ AliasName: 'alias/moves' })
    await assert.rejects(target('alias/moves'), { name: 'NotFoundException' })
    const refused = { name: 'NotFoundException', message: `Alias ${aliasArn('alias/moves')} is not found.` }
    await assert.rejects(kms.deleteAlias({ AliasName: 'alias/moves' }), refused)
    await assert.rejects(kms.updateAlias({ AliasName: 'alias/moves', TargetKeyId: first }), refused)
  })

  test('is in its records with every key that it leads to or led to', async () => {
    const [first, second] = [await makeKey(), await makeKey()]
    const AliasName = 'alias/recorded'
    await kms.createAlias({ AliasName, TargetKeyId: first })
    await kms.updateAlias({ AliasName, TargetKeyId: second })
    await kms.deleteAlias({ AliasName })
    const records = (await app.trail()).slice(-3).flatMap((entry) => recordsOf(entry))
    const resources = records.map((record) => (record.resources ?? []).map(({ ARN, type }) => [ARN, type]))
    const alias = [aliasArn(AliasName), 'AWS::KMS::Alias']
    const [one, other] = [first, second].map((id) => [keyArn(id), 'AWS::KMS::Key'])
    assert.deepEqual(resources, [
      [one, alias],
      [other, alias, one],
      [alias, other],
    ])
    const nobody = await app.kmsAs('changes-no-alias')
    await assert.rejects(nobody.createAlias({ AliasName, TargetKeyId: first }), { name: 'AccessDeniedException' })
    assert.equal((await app.trail()).at(-1)?.others, undefined)
  })

  test('belongs to one key of an account in a Region', async () => {
    const [first, second] = [await makeKey(), await makeKey()]
    await kms.createAlias({ AliasName: 'alias/taken', TargetKeyId: first })
    await assert.rejects(kms.createAlias({ AliasName: 'alias/taken', TargetKeyId: second }), {
      name: 'AlreadyExistsException',
      message: `An alias with the name ${aliasArn('alias/taken')} already exists`,
    })
    const elsewhere = app.kmsFor({ region: 'eu-west-1' })
    const { KeyMetadata } = await elsewhere.createKey({})
    await elsewhere.createAlias({ AliasName: 'alias/taken', TargetKeyId: KeyMetadata?.KeyId })
    assert.equal(await target('alias/taken'), first)
  })

  for (const [AliasName, name] of [
    ['none', 'ValidationException'],
    ['alias/', 'InvalidAliasNameException'],
    ['alias/aws/mine', 'InvalidAliasNameException'],
    ['alias/with space', 'ValidationException'],
    ['alias/with:colon', 'ValidationException'],
  ] as const)
    test(`cannot be called ${AliasName}`, async () => {
      const TargetKeyId = await makeKey()
      await assert.rejects(kms.createAlias({ AliasName, TargetKeyId }), { name })
    })

  for (const attempt of ['createAlias', 'updateAlias'] as const)
    test(`leads to no other alias: ${attempt}`, async () => {
      await kms.createAlias({ AliasName: `alias/of-a-key-${attempt}`, TargetKeyId: await makeKey() })
      for (const TargetKeyId of [`alias/of-a-key-${attempt}`, aliasArn(`alias/of-a-key-${attempt}`)])
        await assert.rejects(kms[attempt]({ AliasName: 'alias/of-an-alias', TargetKeyId }), {
          name: 'ValidationException',
          message: 'Aliases must refer to keys. Not aliases',
        })
    })

  test('may have a name of 256 characters, and is found behind one', async () => {
    const TargetKeyId = await makeKey()
    const names = ['a', 'b', 'c'].map((letter) => `alias/${letter.repeat(250)}`)
    for (const AliasName of names) await kms.createAlias({ AliasName, TargetKeyId })
    const found = []
    for await (const { Aliases = [] } of paginateListAliases({ client: kms, pageSize: 1 }, { KeyId: TargetKeyId }))
      found.push(...Aliases.map(({ AliasName }) => AliasName))
    assert.deepEqual(found, names)
    const AliasName = `alias/${'a'.repeat(251)}`
    await assert.rejects(
      kms.createAlias({ AliasName, TargetKeyId }),
      violations([AliasName, 'aliasName', tooLong(256)]),
    )
  })

  test('tells when it was made, and when it was moved', async () => {
    const [first, second] = [await makeKey(), await makeKey()]
    const AliasName = 'alias/dated'
    await kms.createAlias({ AliasName, TargetKeyId: first })
    const listed = async (KeyId: string) => (await kms.listAliases({ KeyId })).Aliases?.[0]
    const made = await listed(first)
    const { CreationDate, LastUpdatedDate, ...rest } = made ?? {}
    assert.deepEqual(rest, { AliasName, AliasArn: aliasArn(AliasName), TargetKeyId: first })
    assert.deepEqual(CreationDate, LastUpdatedDate)
    app.clock.advance(60_000)
    await kms.updateAlias({ AliasName, TargetKeyId: second })
    const moved = await listed(second)
    assert.deepEqual(moved?.CreationDate, CreationDate)
    assert.ok((moved?.LastUpdatedDate?.getTime() ?? 0) >= (CreationDate?.getTime() ?? 0) + 60_000)
    assert.equal(await listed(first), undefined)
  })

  test('that is moved or removed by several at once is so once', async () => {
    const TargetKeyId = await makeKey()
    await kms.createAlias({ AliasName: 'alias/raced', TargetKeyId })
    const ids = await Promise.all(Array.from({ length: 4 }, makeKey))
    const moves = ids.map((id) => kms.updateAlias({ AliasName: 'alias/raced', TargetKeyId: id }))
    const removals = [1, 2].map(() => kms.deleteAlias({ AliasName: 'alias/raced' }))
    const outcomes = await Promise.allSettled([...moves, ...removals])
    assert.equal(outcomes.slice(4).filter(({ status }) => status === 'fulfilled').length, 1)
    for (const outcome of outcomes)
      if (outcome.status === 'rejected') assert.equal(outcome.reason.name, 'NotFoundException')
    await assert.rejects(target('alias/raced'), { name: 'NotFoundException' })
    for (const KeyId of [TargetKeyId, ...ids]) assert.deepEqual((await kms.listAliases({ KeyId })).Aliases, [])
  })

  test('is one of at most 50 of a key', async () => {
    const TargetKeyId = await makeKey()
    for (let index = 0; index < 50; index++) await kms.createAlias({ AliasName: `alias/many-${index}`, TargetKeyId })
    await assert.rejects(kms.createAlias({ AliasName: 'alias/many-50', TargetKeyId }), {
      name: 'LimitExceededException',
    })
    const pages = paginateListAliases({ client: kms, pageSize: 7 }, { KeyId: TargetKeyId })
    const names = []
    for await (const { Aliases = [] } of pages) names.push(...Aliases.map(({ AliasName }) => AliasName))
    assert.deepEqual(names, Array.from({ length: 50 }, (_, index) => `alias/many-${index}`).sort())
  })

  test('is made by one of two who want it at the same time', async () => {
    const ids = await Promise.all(Array.from({ length: 8 }, makeKey))
    const outcomes = await Promise.allSettled(
      ids.map((TargetKeyId) => kms.createAlias({ AliasName: 'alias/wanted', TargetKeyId })),
    )
    const reasons = outcomes
      .filter(({ status }) => status === 'rejected')
      .map((one) => 'reason' in one && one.reason.name)
    assert.deepEqual(
      reasons,
      Array.from({ length: 7 }, () => 'AlreadyExistsException'),
    )
  })

  test('needs permission on itself and on every key it concerns', async () => {
    const [first, second] = [await makeKey(), await makeKey()]
    const name = 'alias/guarded'
    const keysAlone = await app.kmsAs('alias-keys-alone', [[allow('kms:*', [keyArn(first), keyArn(second)])]])
    const aliasAlone = await app.kmsAs('alias-alone', [[allow('kms:*', aliasArn(name))]])
    const oneKey = await app.kmsAs('alias-one-key', [[allow('kms:*', [aliasArn(name), keyArn(second)])]])
    const both = await app.kmsAs('alias-both', [[allow('kms:*', [aliasArn(name), keyArn(first), keyArn(second)])]])
    const denied = { name: 'AccessDeniedException' }
    for (const client of [keysAlone, aliasAlone, oneKey])
      await assert.rejects(client.createAlias({ AliasName: name, TargetKeyId: first }), denied)
    await both.createAlias({ AliasName: name, TargetKeyId: first })
    for (const client of [keysAlone, aliasAlone, oneKey])
      await assert.rejects(client.updateAlias({ AliasName: name, TargetKeyId: second }), denied)
    for (const client of [keysAlone, aliasAlone, oneKey])
      await assert.rejects(client.deleteAlias({ AliasName: name }), denied)
    await both.updateAlias({ AliasName: name, TargetKeyId: second })
    await oneKey.deleteAlias({ AliasName: name })
  })

  test('is what policies can look at: the one that is used, and those of the key', async () => {
    const KeyId = await makeKey()
    await kms.createAlias({ AliasName: 'alias/seen', TargetKeyId: KeyId })
    const byName = await app.kmsAs('alias-user', [
      [allow('kms:Encrypt', '*', { Condition: { StringEquals: { 'kms:RequestAlias': 'alias/seen' } } })],
    ])
    const byKey = await app.kmsAs('aliased-user', [
      [allow('kms:Encrypt', '*', { Condition: { 'ForAnyValue:StringLike': { 'kms:ResourceAliases': 'alias/se*' } } })],
    ])
    const Plaintext = Buffer.from('x')
    await byName.encrypt({ KeyId: 'alias/seen', Plaintext })
    await assert.rejects(byName.encrypt({ KeyId, Plaintext }), { name: 'AccessDeniedException' })
    await byKey.encrypt({ KeyId, Plaintext })
    await kms.deleteAlias({ AliasName: 'alias/seen' })
    await assert.rejects(byKey.encrypt({ KeyId, Plaintext }), { name: 'AccessDeniedException' })
  })
})

describe('tags of a key', () => {
  test('are set, replaced and taken away', async () => {
    const KeyId = await makeKey()
    const tags = async () => (await kms.listResourceTags({ KeyId })).Tags
    await kms.tagResource({
      KeyId,
      Tags: [
        { TagKey: 'a', TagValue: '1' },
        { TagKey: 'b', TagValue: '' },
      ],
    })
    await kms.tagResource({ KeyId, Tags: [{ TagKey: 'a', TagValue: '2' }] })
    assert.deepEqual(await tags(), [
      { TagKey: 'a', TagValue: '2' },
      { TagKey: 'b', TagValue: '' },
    ])
    await kms.untagResource({ KeyId, TagKeys: ['a', 'none'] })
    assert.deepEqual(await tags(), [{ TagKey: 'b', TagValue: '' }])
  })

  test('are at most 50, none of AWS, none twice', async () => {
    const KeyId = await makeKey()
    const many = Array.from({ length: 50 }, (_, index) => ({ TagKey: `t${index}`, TagValue: '' }))
    await kms.tagResource({ KeyId, Tags: many })
    const refusals = [
      [[{ TagKey: 'one-more', TagValue: '' }], 'Too many tags'],
      [[{ TagKey: 'AWS:x', TagValue: '' }], 'Tags beginning with aws: are reserved'],
      [[many[0]!, many[0]!], 'Duplicate tag keys'],
    ] as const
    for (const [Tags, message] of refusals)
      await assert.rejects(kms.tagResource({ KeyId, Tags: [...Tags] }), { name: 'TagException', message })
    const found = []
    for await (const { Tags = [] } of paginateListResourceTags({ client: kms, pageSize: 9 }, { KeyId }))
      found.push(...Tags)
    assert.deepEqual(found, many)
  })

  test('decide where policies ask for them, also those of a key that is made', async () => {
    const condition = { Condition: { StringEquals: { 'aws:RequestTag/team': 'blue' } } }
    const client = await app.kmsAs('tagger', [
      [
        allow(['kms:CreateKey', 'kms:TagResource'], '*', condition),
        allow('kms:DisableKey', '*', { Condition: { StringEquals: { 'aws:ResourceTag/team': 'blue' } } }),
      ],
    ])
    const denied = { name: 'AccessDeniedException' }
    await assert.rejects(client.createKey({ Tags: [{ TagKey: 'team', TagValue: 'red' }] }), denied)
    await assert.rejects(client.createKey({}), denied)
    const Policy = JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal: { AWS: account }, Action: 'kms:*', Resource: '*' }],
    })
    const made = await client.createKey({
      Policy,
      BypassPolicyLockoutSafetyCheck: true,
      Tags: [{ TagKey: 'team', TagValue: 'blue' }],
    })
    await client.disableKey({ KeyId: made.KeyMetadata?.KeyId })
    await assert.rejects(client.disableKey({ KeyId: await makeKey() }), denied)
  })
})

describe('lists', () => {
  test('of keys show those of the account in the Region, page by page', async () => {
    const client = app.kmsFor({ region: 'eu-north-1' })
    const made = []
    for (let index = 0; index < 7; index++) made.push((await client.createKey({})).KeyMetadata?.KeyId)
    const found = []
    for await (const { Keys = [] } of paginateListKeys({ client, pageSize: 3 }, {})) found.push(...Keys)
    assert.deepEqual(
      found.map(({ KeyId }) => KeyId),
      made.sort(),
    )
    assert.equal(found[0]?.KeyArn, `arn:aws:kms:eu-north-1:${account}:key/${made[0]}`)
    const whole = await client.listKeys({})
    assert.deepEqual([whole.Keys?.length, whole.Truncated, whole.NextMarker], [7, false, undefined])
  })

  test('of aliases do not tell whether another account has a key', async () => {
    const credentials = await storeAccount(app, '444455556666')
    const { KeyMetadata } = await app.kmsFor({ credentials }).createKey({})
    const there = KeyMetadata?.Arn ?? ''
    const none = there.replace(/key\/.*/, 'key/00000000-0000-4000-8000-000000000000')
    for (const KeyId of [there, none])
      await assert.rejects(kms.listAliases({ KeyId }), {
        name: 'NotFoundException',
        message: `Key '${KeyId}' does not exist`,
      })
  })

  test('take no marker of another list', async () => {
    const client = app.kmsFor({ region: 'eu-north-1' })
    const { NextMarker } = await client.listKeys({ Limit: 1 })
    assert.ok(NextMarker)
    const invalid = { name: 'InvalidMarkerException' }
    await assert.rejects(client.listAliases({ Marker: NextMarker }), invalid)
    await assert.rejects(kms.listKeys({ Marker: NextMarker }), invalid)
    await assert.rejects(client.listKeys({ Marker: 'AAAA' }), invalid)
  })

  test('of keys and aliases need a permission of their own', async () => {
    const nobody = await app.kmsAs('lists-nothing')
    await Promise.all(
      [nobody.listKeys({}), nobody.listAliases({})].map((attempt) =>
        assert.rejects(attempt, { name: 'AccessDeniedException' }),
      ),
    )
  })
})
