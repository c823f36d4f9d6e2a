import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, describe, test } from 'node:test'
import type { Tag } from '@aws-sdk/client-iam'
import { startApp } from '../../start-app.ts'
import { denied } from './refusals.ts'

const app = await startApp()
after(() => app.close())
const { iam, account } = app

const unique = () => `u-${randomUUID()}`
const arnOf = (name: string, path = '/') => `arn:aws:iam::${account}:user${path}${name}`
const ADMINISTRATOR_ACCESS = 'arn:aws:iam::aws:policy/AdministratorAccess'

async function makeUser(input: { Path?: string; Tags?: Tag[] } = {}): Promise<string> {
  const UserName = unique()
  await iam.createUser({ UserName, ...input })
  return UserName
}
const get = async (UserName: string) => (await iam.getUser({ UserName })).User

describe('access', async () => {
  const nobody = app.iamFor({ credentials: await app.user('nobody') })
  const principal = arnOf('nobody')
  const there = await makeUser({ Path: '/hidden/' })

  test('who is allowed nothing learns nothing of who exists', async () => {
    for (const UserName of [there, 'none']) {
      const on = `user ${UserName}`
      await assert.rejects(nobody.getUser({ UserName }), denied(principal, 'GetUser', on))
      await assert.rejects(nobody.updateUser({ UserName, NewPath: '/a/' }), denied(principal, 'UpdateUser', on))
      await assert.rejects(nobody.deleteUser({ UserName }), denied(principal, 'DeleteUser', on))
      await assert.rejects(nobody.createUser({ UserName }), denied(principal, 'CreateUser', arnOf(UserName)))
    }
    await assert.rejects(nobody.listUsers({ PathPrefix: '/a/' }), denied(principal, 'ListUsers', arnOf('', '/a/')))
    await assert.rejects(nobody.getUser({}), denied(principal, 'GetUser', 'user nobody'))
    assert.equal((await get(there))?.Path, '/hidden/')
  })

  test('permission is decided on the ARN with the path, as it is and as it is to be', async () => {
    const credentials = await app.user(unique(), [
      { Effect: 'Allow', Action: ['iam:CreateUser', 'iam:GetUser', 'iam:ListUsers'], Resource: arnOf('*', '/team/') },
    ])
    const team = app.iamFor({ credentials })
    const [mine, other] = [unique(), unique()]
    await team.createUser({ UserName: mine, Path: '/team/' })
    assert.equal((await team.getUser({ UserName: mine })).User?.UserName, mine)
    await team.listUsers({ PathPrefix: '/team/' })
    await assert.rejects(team.createUser({ UserName: other, Path: '/teams/' }), { name: 'AccessDenied' })
    await assert.rejects(team.getUser({ UserName: there }), { name: 'AccessDenied' })
    await assert.rejects(team.listUsers({}), { name: 'AccessDenied' })
  })

  test('tags of a new user need a permission of their own and are compared', async () => {
    const credentials = await app.user(unique(), [{ Effect: 'Allow', Action: 'iam:CreateUser', Resource: '*' }])
    const untagged = app.iamFor({ credentials })
    await assert.rejects(untagged.createUser({ UserName: unique(), Tags: [{ Key: 'team', Value: 'blue' }] }), {
      name: 'AccessDenied',
      message: /iam:TagUser/,
    })
    await untagged.createUser({ UserName: unique() })
    const blue = app.iamFor({
      credentials: await app.user(unique(), [
        {
          Effect: 'Allow',
          Action: ['iam:CreateUser', 'iam:TagUser'],
          Resource: '*',
          Condition: { StringEquals: { 'aws:RequestTag/team': 'blue' } },
        },
      ]),
    })
    await blue.createUser({ UserName: unique(), Tags: [{ Key: 'team', Value: 'blue' }] })
    await assert.rejects(blue.createUser({ UserName: unique(), Tags: [{ Key: 'team', Value: 'red' }] }), {
      name: 'AccessDenied',
    })
  })

  test('who may make users only within a boundary does not make others', async () => {
    const bounded = app.iamFor({
      credentials: await app.user(unique(), [
        {
          Effect: 'Allow',
          Action: 'iam:CreateUser',
          Resource: '*',
          Condition: { StringEquals: { 'iam:PermissionsBoundary': ADMINISTRATOR_ACCESS } },
        },
      ]),
    })
    await bounded.createUser({ UserName: unique(), PermissionsBoundary: ADMINISTRATOR_ACCESS })
    await assert.rejects(bounded.createUser({ UserName: unique() }), { name: 'AccessDenied' })
  })

  test("a user's tags decide who may change it", async () => {
    const credentials = await app.user(unique(), [
      {
        Effect: 'Allow',
        Action: 'iam:GetUser',
        Resource: '*',
        Condition: { StringEquals: { 'iam:ResourceTag/team': 'blue' } },
      },
    ])
    const blue = app.iamFor({ credentials })
    const [own, other] = [await makeUser({ Tags: [{ Key: 'team', Value: 'blue' }] }), await makeUser()]
    assert.equal((await blue.getUser({ UserName: own })).User?.UserName, own)
    await assert.rejects(blue.getUser({ UserName: other }), { name: 'AccessDenied' })
  })

  test('it leaves a record, in the one Region of IAM', async () => {
    const UserName = await makeUser()
    const [made] = await app.trail(1)
    assert.deepEqual(
      [made?.service, made?.operation, made?.access, made?.region, made?.parameters],
      ['iam', 'CreateUser', 'write', 'us-east-1', { UserName }],
    )
  })
})
