import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, describe, test } from 'node:test'
import type { UntagResourceCommandInput } from '@aws-sdk/client-secrets-manager'
import {
  denied,
  INVALID_NAME,
  INVALID_PARAMETER,
  MARKED,
  NOT_FOUND,
  tooShort,
  violations,
} from '../../expected-errors.ts'
import { members } from '../../members.ts'
import { startApp } from '../../start-app.ts'

const app = await startApp()
after(() => app.close())
const { client } = app

const TAGS = ['a', 'b', 'A'].map((Key) => ({ Key, Value: 'v' }))

async function makeSecret(Tags = TAGS): Promise<string> {
  const Name = `s-${randomUUID()}`
  await client.createSecret({ Name, Tags })
  return Name
}
const keysOf = async (SecretId: string) => (await client.describeSecret({ SecretId })).Tags?.map(({ Key }) => Key)

describe('constraints', () => {
  const long = 'x'.repeat(129)
  const combined =
    'satisfy constraint: [Member must have length less than or equal to 128, Member must have length greater than or equal to 1]'
  const refused: [what: string, input: Partial<UntagResourceCommandInput>, expected: object][] = [
    [
      'an empty request',
      { SecretId: undefined, TagKeys: undefined },
      violations([null, 'secretId', 'not be null'], [null, 'tagKeys', 'not be null']),
    ],
    ['an empty SecretId', { SecretId: '' }, violations(['', 'secretId', tooShort(1)])],
    ['an empty key', { TagKeys: ['a', ''] }, violations(['[a, ]', 'tagKeys', combined])],
    ['a key of 129 characters', { TagKeys: [long] }, violations([`[${long}]`, 'tagKeys', combined])],
    ['a key of AWS', { TagKeys: ['a', 'aws:cloudformation:stack-name'] }, INVALID_PARAMETER],
    ['an invalid name', { SecretId: 'Inv Name' }, INVALID_NAME],
    ['a secret that does not exist', { SecretId: 'none' }, NOT_FOUND],
  ]
  for (const [what, input, expected] of refused)
    test(`${what} is refused, and no tag is removed`, async () => {
      const SecretId = await makeSecret()
      await assert.rejects(client.untagResource({ SecretId, TagKeys: ['a'], ...input }), expected)
      assert.deepEqual(await keysOf(SecretId), ['a', 'b', 'A'])
    })
})

describe('behaviour', () => {
  test('tags go by their key, the others keep their order', async () => {
    const SecretId = await makeSecret()
    assert.deepEqual(await members(client.untagResource({ SecretId, TagKeys: ['b'] })), {})
    assert.deepEqual(await keysOf(SecretId), ['a', 'A'])
  })

  test('keys are case-sensitive', async () => {
    const SecretId = await makeSecret()
    await client.untagResource({ SecretId, TagKeys: ['A', 'B'] })
    assert.deepEqual(await keysOf(SecretId), ['a', 'b'])
  })

  test('a secret that lost all its tags shows an empty list, one that never had any shows none', async () => {
    const SecretId = await makeSecret()
    await client.untagResource({ SecretId, TagKeys: ['a', 'b', 'A', 'A', 'other'] })
    assert.deepEqual(await keysOf(SecretId), [])
    await client.createSecret({ Name: 'untagged' })
    await client.untagResource({ SecretId: 'untagged', TagKeys: ['a'] })
    assert.ok(!('Tags' in (await client.describeSecret({ SecretId: 'untagged' }))))
  })

  test('keys that no tag has are no error and no change', async () => {
    const SecretId = await makeSecret()
    const before = await members(client.describeSecret({ SecretId }))
    app.clock.advance(1_000)
    for (const TagKeys of [['other'], []]) await client.untagResource({ SecretId, TagKeys })
    assert.deepEqual(await members(client.describeSecret({ SecretId })), before)
  })

  test('more keys than a secret can have may be named', async () => {
    const SecretId = await makeSecret()
    await client.untagResource({ SecretId, TagKeys: [...Array.from({ length: 200 }, (_, index) => `k${index}`), 'a'] })
    assert.deepEqual(await keysOf(SecretId), ['b', 'A'])
  })

  test('a secret that is marked for deletion keeps its tags', async () => {
    const SecretId = await makeSecret()
    await client.deleteSecret({ SecretId })
    await assert.rejects(client.untagResource({ SecretId, TagKeys: ['a'] }), MARKED)
    assert.deepEqual(await keysOf(SecretId), ['a', 'b', 'A'])
  })
})

describe('access', async () => {
  const user = await app.as('reader')
  const principal = `arn:aws:iam::${app.account}:user/reader`

  test('who may not untag learns nothing of what exists', async () => {
    const there = await makeSecret()
    for (const SecretId of [there, 'none'])
      await assert.rejects(
        user.untagResource({ SecretId, TagKeys: ['a'] }),
        denied(principal, 'UntagResource', SecretId),
      )
    assert.deepEqual(await keysOf(there), ['a', 'b', 'A'])
  })

  test('it leaves a record with the keys, a refused one too', async () => {
    const SecretId = await makeSecret()
    const { ARN } = await client.describeSecret({ SecretId })
    const input = { SecretId, TagKeys: ['a'] }
    await client.untagResource(input)
    const [done] = await app.trail(1)
    assert.deepEqual(
      [done?.operation, done?.access, done?.arn, done?.parameters, done?.error],
      ['UntagResource', 'write', ARN, input, undefined],
    )
    await assert.rejects(client.untagResource({ SecretId: 'none', TagKeys: ['a'] }))
    const [refused] = await app.trail(1)
    assert.deepEqual([refused?.operation, refused?.error?.code], ['UntagResource', NOT_FOUND.name])
  })
})

test('a refused request of great size leaves a small record', async () => {
  await using app = await startApp()
  const TagKeys = Array.from({ length: 20_000 }, (_, index) => `key-${index}`)
  await assert.rejects(app.client.untagResource({ SecretId: 'missing', TagKeys }), NOT_FOUND)
  const [entry] = await app.trail(1)
  assert.deepEqual(entry?.parameters, { SecretId: 'missing', omitted: ['TagKeys'] })
})
