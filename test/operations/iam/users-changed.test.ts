import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, describe, test } from 'node:test'
import type { Tag } from '@aws-sdk/client-iam'
import { members } from '../../members.ts'
import { startApp } from '../../start-app.ts'
import { alreadyExists, deleteConflict, limitExceeded, noUser } from './refusals.ts'

const app = await startApp()
after(() => app.close())
const { iam, account } = app

const unique = () => `u-${randomUUID()}`
const arnOf = (name: string, path = '/') => `arn:aws:iam::${account}:user${path}${name}`
const ADMINISTRATOR_ACCESS = 'arn:aws:iam::aws:policy/AdministratorAccess'
const NOTHING = { Version: '2012-10-17', Statement: [{ Effect: 'Deny', Action: '*', Resource: '*' }] }

async function makeUser(input: { Path?: string; Tags?: Tag[] } = {}): Promise<string> {
  const UserName = unique()
  await iam.createUser({ UserName, ...input })
  return UserName
}
const get = async (UserName: string) => (await iam.getUser({ UserName })).User

describe('UpdateUser', () => {
  test('a new name and path leave id, tags, groups and policies as they are', async () => {
    const UserName = await makeUser({ Tags: [{ Key: 'a', Value: 'b' }] })
    const GroupName = `g-${randomUUID()}`
    await iam.createGroup({ GroupName })
    await iam.addUserToGroup({ GroupName, UserName })
    await iam.putUserPolicy({ UserName, PolicyName: 'p', PolicyDocument: JSON.stringify(NOTHING) })
    const before = await get(UserName)
    const NewUserName = unique()
    assert.deepEqual(await members(iam.updateUser({ UserName, NewUserName, NewPath: '/new/' })), {})
    assert.deepEqual(await get(NewUserName), {
      ...before,
      UserName: NewUserName,
      Path: '/new/',
      Arn: arnOf(NewUserName, '/new/'),
    })
    await assert.rejects(get(UserName), noUser(UserName))
    const { Users } = await iam.getGroup({ GroupName })
    assert.deepEqual(
      Users?.map((user) => user.UserName),
      [NewUserName],
    )
    assert.deepEqual((await iam.listUserPolicies({ UserName: NewUserName })).PolicyNames, ['p'])
  })

  test("a user's keys go on to work under the new name, with what is known of their use", async () => {
    const name = unique()
    const credentials = await app.user(name, [{ Effect: 'Allow', Action: 'iam:*', Resource: '*' }])
    const AccessKeyId = credentials.accessKeyId
    const second = (await iam.createAccessKey({ UserName: name })).AccessKey?.AccessKeyId
    await iam.updateAccessKey({ UserName: name, AccessKeyId: second, Status: 'Inactive' })
    const own = app.iamFor({ credentials })
    await own.getUser({})
    const used = (await iam.getAccessKeyLastUsed({ AccessKeyId })).AccessKeyLastUsed
    assert.equal(used?.ServiceName, 'iam')

    const NewUserName = unique()
    await own.updateUser({ UserName: name, NewUserName })
    assert.equal((await own.getUser({})).User?.UserName, NewUserName)
    const { AccessKeyMetadata = [] } = await iam.listAccessKeys({ UserName: NewUserName })
    assert.deepEqual(
      AccessKeyMetadata.map(({ UserName, AccessKeyId, Status }) => [UserName, AccessKeyId, Status]),
      [
        [NewUserName, AccessKeyId, 'Active'],
        [NewUserName, second, 'Inactive'],
      ],
    )
    assert.deepEqual((await members(iam.getAccessKeyLastUsed({ AccessKeyId }))).AccessKeyLastUsed, used)
    await assert.rejects(iam.listAccessKeys({ UserName: name }), noUser(name))
  })

  test('a name may change its case alone', async () => {
    const UserName = unique()
    const credentials = await app.user(UserName, [{ Effect: 'Allow', Action: 'iam:*', Resource: '*' }])
    const NewUserName = UserName.toUpperCase()
    await iam.updateUser({ UserName, NewUserName })
    assert.equal((await app.iamFor({ credentials }).getUser({})).User?.UserName, NewUserName)
  })

  test('a path alone changes, and nothing at all is no change', async () => {
    const UserName = await makeUser()
    await iam.updateUser({ UserName, NewPath: '/p/' })
    assert.equal((await get(UserName))?.Arn, arnOf(UserName, '/p/'))
    await iam.updateUser({ UserName })
    assert.equal((await get(UserName))?.Arn, arnOf(UserName, '/p/'))
  })

  test("another user's name is refused, in any case", async () => {
    const [UserName, taken] = [await makeUser(), await makeUser()]
    const NewUserName = taken.toUpperCase()
    await assert.rejects(
      iam.updateUser({ UserName, NewUserName }),
      alreadyExists(`User with name ${NewUserName} already exists.`),
    )
    assert.equal((await get(UserName))?.UserName, UserName)
  })

  test('a user who does not exist is not found', () =>
    assert.rejects(iam.updateUser({ UserName: 'none', NewPath: '/a/' }), noUser('none')))
})

describe('DeleteUser', () => {
  test('what a user has is taken away first, piece by piece', async () => {
    const UserName = await makeUser()
    const GroupName = `g-${randomUUID()}`
    await iam.createGroup({ GroupName })
    await iam.addUserToGroup({ GroupName, UserName })
    await iam.putUserPolicy({ UserName, PolicyName: 'p', PolicyDocument: JSON.stringify(NOTHING) })
    await iam.attachUserPolicy({ UserName, PolicyArn: ADMINISTRATOR_ACCESS })
    const AccessKeyId = (await iam.createAccessKey({ UserName })).AccessKey?.AccessKeyId
    const refuses = (what: string) =>
      assert.rejects(iam.deleteUser({ UserName }), deleteConflict(`Cannot delete entity, must ${what} first.`))
    await refuses('delete access keys')
    await iam.deleteAccessKey({ UserName, AccessKeyId })
    await refuses('delete policies')
    await iam.deleteUserPolicy({ UserName, PolicyName: 'p' })
    await refuses('detach all policies')
    await iam.detachUserPolicy({ UserName, PolicyArn: ADMINISTRATOR_ACCESS })
    await refuses('remove users from group')
    await iam.removeUserFromGroup({ GroupName, UserName })
    assert.deepEqual(await members(iam.deleteUser({ UserName })), {})
    await assert.rejects(get(UserName), noUser(UserName))
  })

  test('tags and a boundary keep nobody from being deleted', async () => {
    const UserName = await makeUser({ Tags: [{ Key: 'a', Value: 'b' }] })
    await iam.putUserPermissionsBoundary({ UserName, PermissionsBoundary: ADMINISTRATOR_ACCESS })
    await iam.deleteUser({ UserName })
    await assert.rejects(get(UserName), noUser(UserName))
  })

  test('a user who does not exist is not found', () =>
    assert.rejects(iam.deleteUser({ UserName: 'none' }), noUser('none')))
})

describe('races', () => {
  test('of two who make one user, one is refused', async () => {
    const UserName = unique()
    const outcomes = await Promise.allSettled([1, 2, 3].map(() => iam.createUser({ UserName })))
    assert.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 1)
  })

  test('a user has at most ten groups, however many join at once', async () => {
    const UserName = await makeUser()
    const groups = Array.from({ length: 12 }, () => `g-${randomUUID()}`)
    for (const GroupName of groups) await iam.createGroup({ GroupName })
    const outcomes = await Promise.allSettled(groups.map((GroupName) => iam.addUserToGroup({ GroupName, UserName })))
    const refused = outcomes.filter((outcome) => outcome.status === 'rejected')
    assert.equal(refused.length, 2)
    for (const { reason } of refused) {
      const { message } = limitExceeded('Cannot exceed quota for GroupsPerUser: 10')
      assert.equal((reason as Error).message, message)
    }
    assert.equal((await iam.listGroupsForUser({ UserName })).Groups?.length, 10)
  })
})
