import assert from 'node:assert/strict'
import { test } from 'node:test'
import { rememberedTags, type SecretReference, secretKey } from './secret-tags.ts'

test('tags are asked for once in ten seconds, each in its place', async () => {
  const asked: string[] = []
  let now = 0
  const tagsOf = rememberedTags(
    async (secrets) => {
      asked.push(...secrets.map(secretKey))
      return secrets.map(({ id }) => (id === 'none' ? undefined : new Map([['id', id]])))
    },
    () => now,
  )
  const secret = (id: string): SecretReference => ({ account: '1', region: 'r', id })
  const idsOf = async (...ids: string[]) =>
    (await tagsOf(ids.map(secret))).map((tags) => (tags instanceof Map ? tags.get('id') : tags))
  assert.deepEqual(await idsOf('a', 'none'), ['a', undefined])
  now = 9_999
  assert.deepEqual(await idsOf('b', 'none', 'a'), ['b', undefined, 'a'])
  assert.deepEqual(asked, ['1 r a', '1 r none', '1 r b'])
  now = 10_000
  await idsOf('a', 'b')
  assert.deepEqual(asked.slice(3), ['1 r a'])
})
