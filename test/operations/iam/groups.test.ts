import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, describe, test } from 'node:test'
import { members } from '../../members.ts'
import { startApp } from '../../start-app.ts'
import { alreadyExists, BAD_MARKER, deleteConflict, denied, limitExceeded, noGroup, noUser } from './refusals.ts'

const app = await startApp()
after(() => app.close())
const { iam, account } = app

const unique = (prefix = 'g') => `${prefix}-${randomUUID()}`
const arnOf = (name: string, path = '/') => `arn:aws:iam::${account}:group${path}${name}`
const READ_ONLY = 'arn:aws:iam::aws:policy/IAMReadOnlyAccess'
const MAY_GET_USER = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: 'iam:GetUser', Resource: '*' }],
}

async function makeGroup(Path?: string): Promise<string> {
  const GroupName = unique()
  await iam.createGroup({ GroupName, Path })
  return GroupName
}

async function makeUser(): Promise<string> {
  const UserName = unique('u')
  await iam.createUser({ UserName })
  return UserName
}
const membersOf = async (GroupName: string) =>
  (await iam.getGroup({ GroupName })).Users?.map(({ UserName }) => UserName)
const groupsOf = async (UserName: string) =>
  (await iam.listGroupsForUser({ UserName })).Groups?.map(({ GroupName }) => GroupName)

describe('CreateGroup', () => {
  test('makes a group without members, and GetGroup shows the same', async () => {
    const GroupName = unique()
    const { Group } = await iam.createGroup({ GroupName, Path: '/division/' })
    assert.match(Group?.GroupId ?? '', /^AGPA[A-Z2-7]{16}$/)
    assert.ok(Group?.CreateDate instanceof Date)
    const { GroupId, CreateDate, ...rest } = Group
    assert.deepEqual(rest, { GroupName, Path: '/division/', Arn: arnOf(GroupName, '/division/') })
    assert.deepEqual(await members(iam.getGroup({ GroupName })), { Group, Users: [], IsTruncated: false })
  })

  test('a name is taken in any case', async () => {
    const GroupName = (await makeGroup()).toUpperCase()
    await assert.rejects(iam.createGroup({ GroupName }), alreadyExists(`Group with name ${GroupName} already exists.`))
  })

  test('a group and a user may have one name', async () => {
    const GroupName = await makeUser()
    await iam.createGroup({ GroupName })
    assert.deepEqual(await membersOf(GroupName), [])
  })

  test('a name may have 128 characters and no more', async () => {
    const GroupName = unique().padEnd(128, 'x')
    await iam.createGroup({ GroupName })
    await assert.rejects(iam.createGroup({ GroupName: `${GroupName}x` }), { name: 'ValidationError' })
  })

  test('an account has 300 groups at most', async () => {
    await using own = await startApp()
    for (let count = 0; count < 300; count++) await own.iam.createGroup({ GroupName: `g${count}` })
    await assert.rejects(
      own.iam.createGroup({ GroupName: 'one-more' }),
      limitExceeded('Cannot exceed quota for GroupsPerAccount: 300'),
    )
  })
})

describe('members', () => {
  test('who is added is in the group once, and out of it when removed', async () => {
    const [GroupName, UserName] = [await makeGroup(), await makeUser()]
    assert.deepEqual(await members(iam.addUserToGroup({ GroupName, UserName })), {})
    await iam.addUserToGroup({ GroupName, UserName })
    assert.deepEqual(await membersOf(GroupName), [UserName])
    assert.deepEqual(await groupsOf(UserName), [GroupName])
    assert.deepEqual(await members(iam.removeUserFromGroup({ GroupName, UserName })), {})
    await iam.removeUserFromGroup({ GroupName, UserName })
    assert.deepEqual([await membersOf(GroupName), await groupsOf(UserName)], [[], []])
  })

  test('policies of a group are those of its members, from the next request on', async () => {
    const GroupName = await makeGroup()
    await iam.putGroupPolicy({ GroupName, PolicyName: 'p', PolicyDocument: JSON.stringify(MAY_GET_USER) })
    const UserName = unique('u')
    const user = app.iamFor({ credentials: await app.user(UserName) })
    await assert.rejects(user.getUser({}), { name: 'AccessDenied' })
    await iam.addUserToGroup({ GroupName, UserName })
    assert.equal((await user.getUser({})).User?.UserName, UserName)
    await iam.removeUserFromGroup({ GroupName, UserName })
    await assert.rejects(user.getUser({}), { name: 'AccessDenied' })
  })

  test('members are listed by name in pages, without tags', async () => {
    const GroupName = await makeGroup()
    const names = ['Carol', 'alice', 'Bob'].map((name) => `${name}-${randomUUID()}`)
    for (const UserName of names) {
      await iam.createUser({ UserName, Tags: [{ Key: 'a', Value: 'b' }] })
      await iam.addUserToGroup({ GroupName, UserName })
    }
    const walked: unknown[] = []
    let Marker: string | undefined
    do {
      const page = await iam.getGroup({ GroupName, MaxItems: 1, Marker })
      assert.equal(page.Group?.GroupName, GroupName)
      walked.push(...(page.Users ?? []).map(({ UserName, Tags }) => [UserName, Tags]))
      Marker = page.Marker
    } while (Marker)
    const [carol, alice, bob] = names
    assert.deepEqual(walked, [
      [alice, undefined],
      [bob, undefined],
      [carol, undefined],
    ])
  })

  test("a user's groups are listed by name in pages", async () => {
    const UserName = await makeUser()
    const suffix = randomUUID()
    const names = ['b', 'A', 'c'].map((name) => `${name}-${suffix}`)
    for (const GroupName of names) {
      await iam.createGroup({ GroupName })
      await iam.addUserToGroup({ GroupName, UserName })
    }
    const walked: (string | undefined)[] = []
    let Marker: string | undefined
    do {
      const page = await iam.listGroupsForUser({ UserName, MaxItems: 1, Marker })
      walked.push(...(page.Groups ?? []).map(({ GroupName }) => GroupName))
      Marker = page.Marker
    } while (Marker)
    assert.deepEqual(walked, [`A-${suffix}`, `b-${suffix}`, `c-${suffix}`])
    const { Marker: first } = await iam.listGroupsForUser({ UserName, MaxItems: 1 })
    await assert.rejects(iam.listGroupsForUser({ UserName: await makeUser(), Marker: first }), BAD_MARKER)
  })

  test('a user has ten groups at most, and joins one of them again', async () => {
    const [UserName, first] = [await makeUser(), await makeGroup()]
    await iam.addUserToGroup({ GroupName: first, UserName })
    for (let count = 1; count < 10; count++) await iam.addUserToGroup({ GroupName: await makeGroup(), UserName })
    const GroupName = await makeGroup()
    await assert.rejects(
      iam.addUserToGroup({ GroupName, UserName }),
      limitExceeded('Cannot exceed quota for GroupsPerUser: 10'),
    )
    assert.deepEqual(await membersOf(GroupName), [])
    await iam.addUserToGroup({ GroupName: first, UserName })
    assert.equal((await groupsOf(UserName))?.length, 10)
  })

  test('users and groups that do not exist are not found', async () => {
    const [GroupName, UserName] = [await makeGroup(), await makeUser()]
    await assert.rejects(iam.addUserToGroup({ GroupName: 'none', UserName }), noGroup('none'))
    await assert.rejects(iam.addUserToGroup({ GroupName, UserName: 'none' }), noUser('none'))
    await assert.rejects(iam.removeUserFromGroup({ GroupName: 'none', UserName }), noGroup('none'))
    await assert.rejects(iam.removeUserFromGroup({ GroupName, UserName: 'none' }), noUser('none'))
    await assert.rejects(iam.getGroup({ GroupName: 'none' }), noGroup('none'))
    await assert.rejects(iam.listGroupsForUser({ UserName: 'none' }), noUser('none'))
  })
})

describe('UpdateGroup', () => {
  test('a new name and path leave id, members and policies as they are', async () => {
    const [GroupName, UserName] = [await makeGroup(), unique('u')]
    const user = app.iamFor({ credentials: await app.user(UserName) })
    await iam.addUserToGroup({ GroupName, UserName })
    await iam.attachGroupPolicy({ GroupName, PolicyArn: READ_ONLY })
    const { Group: before } = await iam.getGroup({ GroupName })
    const NewGroupName = unique()
    assert.deepEqual(await members(iam.updateGroup({ GroupName, NewGroupName, NewPath: '/new/' })), {})
    const { Group, Users } = await iam.getGroup({ GroupName: NewGroupName })
    assert.deepEqual(Group, {
      ...before,
      GroupName: NewGroupName,
      Path: '/new/',
      Arn: arnOf(NewGroupName, '/new/'),
    })
    assert.deepEqual(
      Users?.map((one) => one.UserName),
      [UserName],
    )
    assert.deepEqual(await groupsOf(UserName), [NewGroupName])
    assert.equal((await user.getUser({})).User?.UserName, UserName)
    await assert.rejects(iam.getGroup({ GroupName }), noGroup(GroupName))
  })

  test("another group's name is refused; its own in another case is not", async () => {
    const [GroupName, taken] = [await makeGroup(), await makeGroup()]
    const NewGroupName = taken.toUpperCase()
    await assert.rejects(
      iam.updateGroup({ GroupName, NewGroupName }),
      alreadyExists(`Group with name ${NewGroupName} already exists.`),
    )
    await iam.updateGroup({ GroupName, NewGroupName: GroupName.toUpperCase() })
    assert.equal((await iam.getGroup({ GroupName })).Group?.GroupName, GroupName.toUpperCase())
  })

  test('a group that does not exist is not found', () =>
    assert.rejects(iam.updateGroup({ GroupName: 'none', NewPath: '/a/' }), noGroup('none')))
})

describe('DeleteGroup', () => {
  test('what a group has is taken away first, piece by piece', async () => {
    const [GroupName, UserName] = [await makeGroup(), await makeUser()]
    await iam.addUserToGroup({ GroupName, UserName })
    await iam.putGroupPolicy({ GroupName, PolicyName: 'p', PolicyDocument: JSON.stringify(MAY_GET_USER) })
    await iam.attachGroupPolicy({ GroupName, PolicyArn: READ_ONLY })
    const refuses = (what: string) =>
      assert.rejects(iam.deleteGroup({ GroupName }), deleteConflict(`Cannot delete entity, must ${what} first.`))
    await refuses('remove users from group')
    await iam.removeUserFromGroup({ GroupName, UserName })
    await refuses('delete policies')
    await iam.deleteGroupPolicy({ GroupName, PolicyName: 'p' })
    await refuses('detach all policies')
    await iam.detachGroupPolicy({ GroupName, PolicyArn: READ_ONLY })
    assert.deepEqual(await members(iam.deleteGroup({ GroupName })), {})
    await assert.rejects(iam.getGroup({ GroupName }), noGroup(GroupName))
    await assert.rejects(iam.deleteGroup({ GroupName }), noGroup(GroupName))
  })

  test('a group is never gone while somebody is in it', async () => {
    for (let round = 0; round < 5; round++) {
      const [GroupName, UserName] = [await makeGroup(), await makeUser()]
      const [joined, deleted] = await Promise.allSettled([
        iam.addUserToGroup({ GroupName, UserName }),
        iam.deleteGroup({ GroupName }),
      ])
      assert.notEqual(joined.status, deleted.status)
      assert.equal((await groupsOf(UserName))?.length, joined.status === 'fulfilled' ? 1 : 0)
    }
  })
})

describe('ListGroups', () => {
  test('lists by name under a path, in pages', async () => {
    await using own = await startApp()
    for (const [GroupName, Path] of Object.entries({ b: '/x/', A: '/x/y/', c: '/' }))
      await own.iam.createGroup({ GroupName, Path })
    const walked: (string | undefined)[] = []
    let Marker: string | undefined
    do {
      const page = await own.iam.listGroups({ MaxItems: 1, Marker })
      walked.push(...(page.Groups ?? []).map(({ GroupName }) => GroupName))
      Marker = page.Marker
    } while (Marker)
    assert.deepEqual(walked, ['A', 'b', 'c'])
    const under = await own.iam.listGroups({ PathPrefix: '/x/' })
    assert.deepEqual(
      [under.Groups?.map(({ Arn }) => Arn), under.IsTruncated],
      [[arnOf('A', '/x/y/'), arnOf('b', '/x/')], false],
    )
    await assert.rejects(own.iam.listGroups({ Marker: 'x' }), BAD_MARKER)
  })
})

describe('access', async () => {
  const nobody = app.iamFor({ credentials: await app.user('nobody') })
  const principal = `arn:aws:iam::${account}:user/nobody`
  const there = await makeGroup('/hidden/')

  test('who is allowed nothing learns nothing of what groups there are', async () => {
    for (const GroupName of [there, 'none']) {
      const on = `group ${GroupName}`
      const both = { GroupName, UserName: 'nobody' }
      await assert.rejects(nobody.getGroup({ GroupName }), denied(principal, 'GetGroup', on))
      await assert.rejects(nobody.updateGroup({ GroupName }), denied(principal, 'UpdateGroup', on))
      await assert.rejects(nobody.deleteGroup({ GroupName }), denied(principal, 'DeleteGroup', on))
      await assert.rejects(nobody.addUserToGroup(both), denied(principal, 'AddUserToGroup', on))
      await assert.rejects(nobody.removeUserFromGroup(both), denied(principal, 'RemoveUserFromGroup', on))
      await assert.rejects(nobody.createGroup({ GroupName }), denied(principal, 'CreateGroup', arnOf(GroupName)))
    }
    await assert.rejects(nobody.listGroups({}), denied(principal, 'ListGroups', arnOf('')))
    for (const UserName of ['administrator', 'none'])
      await assert.rejects(
        nobody.listGroupsForUser({ UserName }),
        denied(principal, 'ListGroupsForUser', `user ${UserName}`),
      )
  })

  test('who may add to one group adds anybody to it, and to no other', async () => {
    const [own, other, UserName] = [await makeGroup(), await makeGroup(), await makeUser()]
    const credentials = await app.user(unique('u'), [
      { Effect: 'Allow', Action: 'iam:AddUserToGroup', Resource: arnOf(own) },
    ])
    const user = app.iamFor({ credentials })
    await user.addUserToGroup({ GroupName: own, UserName })
    assert.deepEqual(await membersOf(own), [UserName])
    await assert.rejects(user.addUserToGroup({ GroupName: other, UserName }), { name: 'AccessDenied' })
  })
})
