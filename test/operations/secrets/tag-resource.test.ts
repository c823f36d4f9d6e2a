import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, describe, test } from 'node:test'
import type { Tag, TagResourceCommandInput } from '@aws-sdk/client-secrets-manager'
import {
  denied,
  INVALID_NAME,
  INVALID_PARAMETER,
  MARKED,
  NOT_FOUND,
  tooLong,
  tooShort,
  violations,
} from '../../expected-errors.ts'
import { members } from '../../members.ts'
import { rawCall } from '../../raw-call.ts'
import { startApp } from '../../start-app.ts'

const app = await startApp()
after(() => app.close())
const { client } = app

const text = (length: number, character = 'x') => character.repeat(length)
const tag = (Key: string, Value = 'v'): Tag => ({ Key, Value })
const numbered = (count: number, from = 0) => Array.from({ length: count }, (_, index) => tag(`k${from + index}`))

async function makeSecret(Tags?: Tag[]): Promise<string> {
  const Name = `s-${randomUUID()}`
  await client.createSecret({ Name, Tags })
  return Name
}
const tagsOf = async (SecretId: string) => (await client.describeSecret({ SecretId })).Tags

describe('constraints', () => {
  const refused: [what: string, input: Partial<TagResourceCommandInput>, expected: object][] = [
    [
      'an empty request',
      { SecretId: undefined, Tags: undefined },
      violations([null, 'secretId', 'not be null'], [null, 'tags', 'not be null']),
    ],
    ['an empty SecretId', { SecretId: '' }, violations(['', 'secretId', tooShort(1)])],
    ['an empty key', { Tags: [tag('a'), tag('')] }, violations(['', 'tags.2.member.key', tooShort(1)])],
    ['a key of 129', { Tags: [tag(text(129))] }, violations([text(129), 'tags.1.member.key', tooLong(128)])],
    ['a value of 257', { Tags: [tag('a', text(257))] }, violations([text(257), 'tags.1.member.value', tooLong(256)])],
    ['a tag without a key', { Tags: [{ Value: 'v' }] }, INVALID_PARAMETER],
    ['a key of AWS', { Tags: [tag('aws:cloudformation:stack-name')] }, INVALID_PARAMETER],
    ['a key twice', { Tags: [tag('a', '1'), tag('b'), tag('a', '2')] }, INVALID_PARAMETER],
    ['51 tags', { Tags: numbered(51) }, INVALID_PARAMETER],
    ['an invalid name', { SecretId: 'Inv Name' }, INVALID_NAME],
    ['a secret that does not exist', { SecretId: 'none' }, NOT_FOUND],
    [
      'tags that are no list',
      { Tags: { a: 'b' } as unknown as Tag[] },
      { name: 'SerializationException', message: 'Start of structure or map found where not expected.' },
    ],
  ]
  for (const [what, input, expected] of refused)
    test(`${what} is refused, and nothing is tagged`, async () => {
      const SecretId = await makeSecret()
      await assert.rejects(client.tagResource({ SecretId, Tags: [tag('a')], ...input }), expected)
      assert.equal(await tagsOf(SecretId), undefined)
    })

  test('keys of 128 and values of 256 characters are taken, empty values too', async () => {
    const SecretId = await makeSecret()
    const Tags = [tag(text(128, 'ß'), text(256, 'ß')), tag('empty', '')]
    await client.tagResource({ SecretId, Tags })
    assert.deepEqual(await tagsOf(SecretId), Tags)
  })
})

describe('behaviour', () => {
  test('new tags go behind the others, in their order', async () => {
    const SecretId = await makeSecret([tag('z'), tag('m')])
    await client.tagResource({ SecretId, Tags: [tag('b'), tag('a')] })
    await client.tagResource({ SecretId, Tags: [tag('c')] })
    assert.deepEqual(
      await tagsOf(SecretId),
      ['z', 'm', 'b', 'a', 'c'].map((key) => tag(key)),
    )
  })

  test('a key that is there keeps its place and takes the new value', async () => {
    const SecretId = await makeSecret([tag('a', '1'), tag('b', '2')])
    await client.tagResource({ SecretId, Tags: [tag('c', '3'), tag('a', '4')] })
    assert.deepEqual(await tagsOf(SecretId), [tag('a', '4'), tag('b', '2'), tag('c', '3')])
  })

  test('keys and values are case-sensitive', async () => {
    const SecretId = await makeSecret([tag('key', 'a')])
    await client.tagResource({ SecretId, Tags: [tag('KEY', 'A')] })
    assert.deepEqual(await tagsOf(SecretId), [tag('key', 'a'), tag('KEY', 'A')])
  })

  test('a tag without a value has an empty one', async () => {
    const SecretId = await makeSecret()
    await client.tagResource({ SecretId, Tags: [{ Key: 'a' }] })
    assert.deepEqual(await tagsOf(SecretId), [tag('a', '')])
  })

  test('no tags are no change: the secret stays untagged', async () => {
    const SecretId = await makeSecret()
    const before = await members(client.describeSecret({ SecretId }))
    await client.tagResource({ SecretId, Tags: [] })
    assert.deepEqual(await members(client.describeSecret({ SecretId })), before)
  })

  test('a secret has at most 50 tags, counted after the request', async () => {
    const SecretId = await makeSecret(numbered(49))
    await assert.rejects(client.tagResource({ SecretId, Tags: numbered(2, 49) }), INVALID_PARAMETER)
    assert.equal((await tagsOf(SecretId))?.length, 49)
    await client.tagResource({ SecretId, Tags: numbered(2, 48) })
    await client.tagResource({ SecretId, Tags: [tag('k0', 'new')] })
    await assert.rejects(client.tagResource({ SecretId, Tags: [tag('one more')] }), INVALID_PARAMETER)
    assert.equal((await tagsOf(SecretId))?.length, 50)
  })

  test('names of the prototype are keys like others', async () => {
    const SecretId = await makeSecret()
    const Tags = [tag('__proto__', 'a'), tag('constructor', 'b'), tag('toString', 'c')]
    await client.tagResource({ SecretId, Tags })
    assert.deepEqual(await tagsOf(SecretId), Tags)
  })

  test('the answer has no body', async () => {
    const SecretId = await makeSecret()
    assert.deepEqual(await members(client.tagResource({ SecretId, Tags: [tag('a')] })), {})
    await using raw = await startApp({ verify: false })
    await raw.client.createSecret({ Name: 'raw' })
    const { status, body, headers } = await rawCall(raw, 'TagResource', { SecretId: 'raw', Tags: [tag('a')] })
    assert.deepEqual([status, body], [200, ''])
    assert.match(headers['x-amzn-RequestId'] ?? '', /^[0-9a-f-]{36}$/)
  })

  test('a secret that is marked for deletion takes no tags', async () => {
    const SecretId = await makeSecret()
    await client.deleteSecret({ SecretId })
    await assert.rejects(client.tagResource({ SecretId, Tags: [tag('a')] }), MARKED)
    assert.equal(await tagsOf(SecretId), undefined)
  })
})

describe('access', async () => {
  const user = await app.as('reader')
  const principal = `arn:aws:iam::${app.account}:user/reader`

  test('who may not tag learns nothing of what exists', async () => {
    const there = await makeSecret()
    for (const SecretId of [there, 'none'])
      await assert.rejects(user.tagResource({ SecretId, Tags: [tag('a')] }), denied(principal, 'TagResource', SecretId))
    assert.equal(await tagsOf(there), undefined)
  })

  test('it leaves a record with the tags, a refused one too', async () => {
    const SecretId = await makeSecret()
    const { ARN } = await client.describeSecret({ SecretId })
    const input = { SecretId, Tags: [tag('a')] }
    await client.tagResource(input)
    const [done] = await app.trail(1)
    assert.deepEqual(
      [done?.operation, done?.access, done?.arn, done?.parameters, done?.error],
      ['TagResource', 'write', ARN, input, undefined],
    )
    await assert.rejects(client.tagResource({ SecretId, Tags: numbered(51) }))
    const [refused] = await app.trail(1)
    assert.deepEqual([refused?.operation, refused?.error?.code], ['TagResource', 'InvalidParameterException'])
  })
})
