import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import type { User } from '@aws-sdk/client-iam'
import { startApp } from '../../start-app.ts'
import { BAD_MARKER } from './refusals.ts'

const app = await startApp()
after(() => app.close())
const { iam } = app

describe('ListUsers', async () => {
  await using own = await startApp()
  const paths = { Carol: '/a/', alice: '/a/b/', Bob: '/', dave: '/ab/' }
  for (const [UserName, Path] of Object.entries(paths))
    await own.iam.createUser({ UserName, Path, Tags: [{ Key: 'a', Value: 'b' }] })
  const namesOf = (users: User[] | undefined) => users?.map(({ UserName }) => UserName)
  const all = ['administrator', 'alice', 'Bob', 'Carol', 'dave']
  const answers = {
    all: await own.iam.listUsers({}),
    under: await own.iam.listUsers({ PathPrefix: '/a/' }),
    like: await own.iam.listUsers({ PathPrefix: '/a' }),
    none: await own.iam.listUsers({ PathPrefix: '/none/' }),
  }
  const walked: (string | undefined)[][] = []
  let Marker: string | undefined
  do {
    const page = await own.iam.listUsers({ MaxItems: 1, Marker })
    walked.push(namesOf(page.Users) ?? [])
    assert.equal(page.IsTruncated, page.Marker !== undefined)
    Marker = page.Marker
  } while (Marker)
  const { Marker: first } = await own.iam.listUsers({ MaxItems: 1 })
  const foreign = await own.iam.listUsers({ PathPrefix: '/a/', Marker: first }).catch((error: Error) => error)

  test('lists in the order of names, without regard to case', () => {
    assert.deepEqual(namesOf(answers.all.Users), all)
    assert.deepEqual([answers.all.IsTruncated, answers.all.Marker], [false, undefined])
  })

  test('shows neither tags nor boundaries, as AWS', () =>
    assert.deepEqual(Object.keys(answers.all.Users?.[1] ?? {}).sort(), [
      'Arn',
      'CreateDate',
      'Path',
      'UserId',
      'UserName',
    ]))

  test('finds those under a path', () => {
    assert.deepEqual(namesOf(answers.under.Users), ['alice', 'Carol'])
    assert.deepEqual(namesOf(answers.like.Users), ['alice', 'Carol', 'dave'])
    assert.deepEqual(answers.none.Users, [])
  })

  test('pages of one show everybody once', () =>
    assert.deepEqual(
      walked,
      all.map((name) => [name]),
    ))

  test('a marker belongs to one list', async () => {
    assert.deepEqual({ name: (foreign as Error).name, message: (foreign as Error).message }, BAD_MARKER)
    await assert.rejects(iam.listUsers({ Marker: 'x' }), BAD_MARKER)
  })

  for (const MaxItems of [0, 1001])
    test(`a page of ${MaxItems} is refused`, () =>
      assert.rejects(iam.listUsers({ MaxItems }), { name: 'ValidationError' }))
})
