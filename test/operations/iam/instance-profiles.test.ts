import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, describe, test } from 'node:test'
import type { ListInstanceProfilesCommandOutput } from '@aws-sdk/client-iam'
import { members } from '../../members.ts'
import { startApp } from '../../start-app.ts'
import {
  alreadyExists,
  BAD_MARKER,
  deleteConflict,
  denied,
  limitExceeded,
  noInstanceProfile,
  noRole,
  noSuchEntity,
} from './refusals.ts'

const app = await startApp()
after(() => app.close())
const { iam, account } = app

const unique = (prefix: string) => `${prefix}-${randomUUID()}`
const arn = (what: string) => `arn:aws:iam::${account}:${what}`
const TRUST = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' }],
})
const ROLE_IN_PROFILE = deleteConflict('Cannot delete entity, must remove roles from instance profile first.')

async function makeProfile(Path?: string): Promise<string> {
  const InstanceProfileName = unique('i')
  await iam.createInstanceProfile({ InstanceProfileName, Path })
  return InstanceProfileName
}

async function makeRole(): Promise<string> {
  const RoleName = unique('r')
  await iam.createRole({ RoleName, AssumeRolePolicyDocument: TRUST, Description: 'For instances' })
  return RoleName
}

/** A profile with a role in it. */
async function makeHeldRole() {
  const [InstanceProfileName, RoleName] = [await makeProfile(), await makeRole()]
  assert.deepEqual(await members(iam.addRoleToInstanceProfile({ InstanceProfileName, RoleName })), {})
  return { InstanceProfileName, RoleName }
}

const rolesIn = async (InstanceProfileName: string) =>
  (await iam.getInstanceProfile({ InstanceProfileName })).InstanceProfile?.Roles?.map(({ RoleName }) => RoleName)

describe('CreateInstanceProfile', () => {
  test('an instance profile is made without a role, and GetInstanceProfile shows the same', async () => {
    const InstanceProfileName = unique('i')
    const Tags = [{ Key: 'team', Value: 'blue' }]
    const { InstanceProfile } = await iam.createInstanceProfile({ InstanceProfileName, Path: '/app/', Tags })
    assert.match(InstanceProfile?.InstanceProfileId ?? '', /^AIPA[A-Z2-7]{16}$/)
    assert.ok(InstanceProfile?.CreateDate instanceof Date)
    const { InstanceProfileId, CreateDate, ...rest } = InstanceProfile
    const Arn = arn(`instance-profile/app/${InstanceProfileName}`)
    assert.deepEqual(rest, { InstanceProfileName, Path: '/app/', Arn, Roles: [], Tags })
    assert.deepEqual(await members(iam.getInstanceProfile({ InstanceProfileName })), { InstanceProfile })
  })

  test('the path is / when none is given, and an instance profile without tags shows none', async () => {
    const InstanceProfileName = await makeProfile()
    const { InstanceProfile } = await iam.getInstanceProfile({ InstanceProfileName })
    assert.equal(InstanceProfile?.Arn, arn(`instance-profile/${InstanceProfileName}`))
    assert.equal(InstanceProfile?.Tags, undefined)
  })

  test('a name that an instance profile has is refused in any case, and a role may have it too', async () => {
    const InstanceProfileName = (await makeProfile()).toUpperCase()
    await assert.rejects(
      iam.createInstanceProfile({ InstanceProfileName }),
      alreadyExists(`Instance Profile ${InstanceProfileName} already exists.`),
    )
    await iam.createRole({ RoleName: InstanceProfileName, AssumeRolePolicyDocument: TRUST })
  })

  test('a name of 129 characters, a name with a slash and a path without slashes are refused', async () => {
    await iam.createInstanceProfile({ InstanceProfileName: unique('i').padEnd(128, 'x') })
    for (const input of [
      { InstanceProfileName: 'x'.repeat(129) },
      { InstanceProfileName: 'a/b' },
      { InstanceProfileName: 'a', Path: 'app' },
    ])
      await assert.rejects(iam.createInstanceProfile(input), { name: 'ValidationError' }, JSON.stringify(input))
  })

  test('an account has at most 1,000 instance profiles', async () => {
    await using own = await startApp()
    for (let count = 0; count < 1000; count++) await own.iam.createInstanceProfile({ InstanceProfileName: `i${count}` })
    await assert.rejects(
      own.iam.createInstanceProfile({ InstanceProfileName: 'one-more' }),
      limitExceeded('Cannot exceed quota for InstanceProfilesPerAccount: 1000'),
    )
  })
})

describe('the role of an instance profile', () => {
  test('an added role is shown with its trust policy, until it is removed', async () => {
    const { InstanceProfileName, RoleName } = await makeHeldRole()
    const { InstanceProfile } = await iam.getInstanceProfile({ InstanceProfileName })
    const { RoleId, CreateDate, AssumeRolePolicyDocument, ...rest } = InstanceProfile?.Roles?.[0] ?? {}
    assert.match(RoleId ?? '', /^AROA/)
    assert.ok(CreateDate instanceof Date)
    assert.equal(decodeURIComponent(AssumeRolePolicyDocument ?? ''), TRUST)
    assert.deepEqual(rest, { RoleName, Path: '/', Arn: arn(`role/${RoleName}`) })
    assert.deepEqual(await members(iam.removeRoleFromInstanceProfile({ InstanceProfileName, RoleName })), {})
    assert.deepEqual(await rolesIn(InstanceProfileName), [])
  })

  test('an instance profile holds one role: a second one and the same one again are refused', async () => {
    const { InstanceProfileName, RoleName } = await makeHeldRole()
    for (const added of [await makeRole(), RoleName])
      await assert.rejects(
        iam.addRoleToInstanceProfile({ InstanceProfileName, RoleName: added }),
        limitExceeded('Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1'),
      )
    assert.deepEqual(await rolesIn(InstanceProfileName), [RoleName])
  })

  test('of two roles that are added at the same time the instance profile holds one', async () => {
    const InstanceProfileName = await makeProfile()
    const roles = [await makeRole(), await makeRole()]
    const added = await Promise.allSettled(
      roles.map((RoleName) => iam.addRoleToInstanceProfile({ InstanceProfileName, RoleName })),
    )
    assert.deepEqual(added.map(({ status }) => status).toSorted(), ['fulfilled', 'rejected'])
    assert.equal((await rolesIn(InstanceProfileName))?.length, 1)
  })

  test('a role that does not exist cannot be added or removed, and a role elsewhere cannot be removed', async () => {
    const [{ InstanceProfileName, RoleName }, empty] = [await makeHeldRole(), await makeProfile()]
    await assert.rejects(iam.addRoleToInstanceProfile({ InstanceProfileName: empty, RoleName: 'none' }), noRole('none'))
    await assert.rejects(iam.removeRoleFromInstanceProfile({ InstanceProfileName, RoleName: 'none' }), noRole('none'))
    await assert.rejects(
      iam.removeRoleFromInstanceProfile({ InstanceProfileName: empty, RoleName }),
      noSuchEntity(`Role ${RoleName} in Instance Profile ${empty} cannot be found.`),
    )
  })

  test('a role and an instance profile are deleted only once the role has been removed', async () => {
    const { InstanceProfileName, RoleName } = await makeHeldRole()
    await assert.rejects(iam.deleteRole({ RoleName }), ROLE_IN_PROFILE)
    await assert.rejects(iam.deleteInstanceProfile({ InstanceProfileName }), ROLE_IN_PROFILE)
    await iam.removeRoleFromInstanceProfile({ InstanceProfileName, RoleName })
    await iam.deleteRole({ RoleName })
    assert.deepEqual(await members(iam.deleteInstanceProfile({ InstanceProfileName })), {})
    await assert.rejects(iam.getInstanceProfile({ InstanceProfileName }), noInstanceProfile(InstanceProfileName))
  })

  test('of an addition and a deletion of the role at the same time one is refused', async () => {
    for (let round = 0; round < 10; round++) {
      const [InstanceProfileName, RoleName] = [await makeProfile(), await makeRole()]
      const [added, deleted] = await Promise.allSettled([
        iam.addRoleToInstanceProfile({ InstanceProfileName, RoleName }),
        iam.deleteRole({ RoleName }),
      ])
      assert.deepEqual([added.status, deleted.status].toSorted(), ['fulfilled', 'rejected'])
      assert.deepEqual(await rolesIn(InstanceProfileName), added.status === 'fulfilled' ? [RoleName] : [])
    }
  })

  test('a role in an instance profile keeps its place when its trust policy or its tags change', async () => {
    const { InstanceProfileName, RoleName } = await makeHeldRole()
    await iam.tagRole({ RoleName, Tags: [{ Key: 'a', Value: 'b' }] })
    await iam.updateAssumeRolePolicy({ RoleName, PolicyDocument: TRUST.replace('ec2', 'ecs-tasks') })
    const { InstanceProfile } = await iam.getInstanceProfile({ InstanceProfileName })
    assert.match(decodeURIComponent(InstanceProfile?.Roles?.[0]?.AssumeRolePolicyDocument ?? ''), /ecs-tasks/)
  })
})

describe('lists of instance profiles', () => {
  test('profiles are listed by name, under a path, in pages and without tags', async () => {
    await using own = await startApp()
    const RoleName = 'held'
    await own.iam.createRole({ RoleName, AssumeRolePolicyDocument: TRUST })
    for (const [InstanceProfileName, Path] of [
      ['Beta', '/app/'],
      ['alpha', '/app/db/'],
      ['gamma', '/'],
    ] as const)
      await own.iam.createInstanceProfile({ InstanceProfileName, Path, Tags: [{ Key: 'a', Value: 'b' }] })
    await own.iam.addRoleToInstanceProfile({ InstanceProfileName: 'gamma', RoleName })
    const namesOf = ({ InstanceProfiles = [] }: ListInstanceProfilesCommandOutput) =>
      InstanceProfiles.map(({ InstanceProfileName }) => InstanceProfileName)
    const all = await own.iam.listInstanceProfiles({})
    assert.deepEqual([namesOf(all), all.IsTruncated], [['alpha', 'Beta', 'gamma'], false])
    assert.deepEqual(
      all.InstanceProfiles?.map(({ Roles, Tags }) => [Roles?.map((role) => role.RoleName), Tags]),
      [
        [[], undefined],
        [[], undefined],
        [[RoleName], undefined],
      ],
    )
    assert.deepEqual(namesOf(await own.iam.listInstanceProfiles({ PathPrefix: '/app/' })), ['alpha', 'Beta'])
    const first = await own.iam.listInstanceProfiles({ MaxItems: 2 })
    assert.deepEqual([namesOf(first), first.IsTruncated], [['alpha', 'Beta'], true])
    assert.deepEqual(namesOf(await own.iam.listInstanceProfiles({ Marker: first.Marker })), ['gamma'])
    await assert.rejects(own.iam.listInstanceProfiles({ Marker: first.Marker, PathPrefix: '/app/' }), BAD_MARKER)
  })

  test('ListInstanceProfilesForRole lists every profile that holds the role, in pages', async () => {
    const RoleName = await makeRole()
    assert.deepEqual(await members(iam.listInstanceProfilesForRole({ RoleName })), {
      InstanceProfiles: [],
      IsTruncated: false,
    })
    const names = [await makeProfile(), await makeProfile('/app/'), await makeProfile()].toSorted()
    for (const InstanceProfileName of names) await iam.addRoleToInstanceProfile({ InstanceProfileName, RoleName })
    await makeHeldRole()
    const found: (string | undefined)[] = []
    for (let Marker: string | undefined; ; ) {
      const page = await iam.listInstanceProfilesForRole({ RoleName, MaxItems: 2, Marker })
      found.push(...(page.InstanceProfiles ?? []).map(({ InstanceProfileName }) => InstanceProfileName))
      for (const { Roles } of page.InstanceProfiles ?? []) assert.equal(Roles?.[0]?.RoleName, RoleName)
      Marker = page.Marker
      if (!page.IsTruncated) break
    }
    assert.deepEqual(found, names)
    await assert.rejects(iam.listInstanceProfilesForRole({ RoleName: 'none' }), noRole('none'))
  })
})

describe('access to instance profiles', () => {
  const asUser = async (...statements: object[]) => {
    const name = unique('u')
    const credentials = await app.user(name, [{ Version: '2012-10-17', Statement: statements } as never])
    return { client: app.iamFor({ credentials }), principal: arn(`user/${name}`) }
  }
  const allow = (Action: string, Resource = '*', Condition?: object) => ({
    Effect: 'Allow',
    Action,
    Resource,
    ...(Condition && { Condition }),
  })

  test('a caller without permission is denied each operation, whether the profile exists or not', async () => {
    const { client, principal } = await asUser(allow('iam:GetUser'))
    const RoleName = 'role'
    for (const InstanceProfileName of [await makeProfile('/secret/'), 'none']) {
      const named = { InstanceProfileName }
      const label = `instance profile ${InstanceProfileName}`
      const refused: [action: string, call: () => Promise<unknown>][] = [
        ['GetInstanceProfile', () => client.getInstanceProfile(named)],
        ['DeleteInstanceProfile', () => client.deleteInstanceProfile(named)],
        ['AddRoleToInstanceProfile', () => client.addRoleToInstanceProfile({ ...named, RoleName })],
        ['RemoveRoleFromInstanceProfile', () => client.removeRoleFromInstanceProfile({ ...named, RoleName })],
      ]
      for (const [action, call] of refused) await assert.rejects(call(), denied(principal, action, label))
    }
    await assert.rejects(
      client.createInstanceProfile({ InstanceProfileName: 'new', Path: '/app/' }),
      denied(principal, 'CreateInstanceProfile', arn('instance-profile/app/new')),
    )
    await assert.rejects(
      client.listInstanceProfiles({ PathPrefix: '/app/' }),
      denied(principal, 'ListInstanceProfiles', arn('instance-profile/app/')),
    )
    for (const RoleName of [await makeRole(), 'none'])
      await assert.rejects(
        client.listInstanceProfilesForRole({ RoleName }),
        denied(principal, 'ListInstanceProfilesForRole', `role ${RoleName}`),
      )
  })

  test('a policy permits profiles under a path', async () => {
    const { client } = await asUser(allow('iam:*InstanceProfile', arn('instance-profile/app/*')))
    const InstanceProfileName = unique('i')
    await client.createInstanceProfile({ InstanceProfileName, Path: '/app/' })
    await client.getInstanceProfile({ InstanceProfileName })
    await assert.rejects(client.getInstanceProfile({ InstanceProfileName: await makeProfile() }), {
      name: 'AccessDenied',
    })
  })

  test('adding a role needs iam:PassRole on the role, for EC2', async () => {
    const [RoleName, InstanceProfileName] = [await makeRole(), await makeProfile()]
    const add = 'iam:AddRoleToInstanceProfile'
    const withoutPass = await asUser(allow(add))
    await assert.rejects(
      withoutPass.client.addRoleToInstanceProfile({ InstanceProfileName, RoleName }),
      denied(withoutPass.principal, 'PassRole', `role ${RoleName}`),
    )
    const passedTo = (service: string) => ({ StringEquals: { 'iam:PassedToService': service } })
    const forLambda = await asUser(allow(add), allow('iam:PassRole', '*', passedTo('lambda.amazonaws.com')))
    await assert.rejects(forLambda.client.addRoleToInstanceProfile({ InstanceProfileName, RoleName }), {
      name: 'AccessDenied',
    })
    const forEc2 = await asUser(
      allow(add),
      allow('iam:PassRole', arn(`role/${RoleName}`), passedTo('ec2.amazonaws.com')),
    )
    await forEc2.client.addRoleToInstanceProfile({ InstanceProfileName, RoleName })
    assert.deepEqual(await rolesIn(InstanceProfileName), [RoleName])
  })

  test('tags at creation need iam:TagInstanceProfile, and conditions see tags of the request and of the profile', async () => {
    const blue = [{ Key: 'team', Value: 'blue' }]
    const creator = await asUser(
      allow('iam:CreateInstanceProfile', '*', { StringEquals: { 'aws:RequestTag/team': 'blue' } }),
    )
    const InstanceProfileName = unique('i')
    await assert.rejects(
      creator.client.createInstanceProfile({ InstanceProfileName, Tags: blue }),
      denied(creator.principal, 'TagInstanceProfile', arn(`instance-profile/${InstanceProfileName}`)),
    )
    await iam.createInstanceProfile({ InstanceProfileName, Tags: blue })
    const reader = await asUser(
      allow('iam:GetInstanceProfile', '*', { StringEquals: { 'aws:ResourceTag/team': 'blue' } }),
    )
    await reader.client.getInstanceProfile({ InstanceProfileName })
    await assert.rejects(reader.client.getInstanceProfile({ InstanceProfileName: await makeProfile() }), {
      name: 'AccessDenied',
    })
  })

  test('an instance profile of another account is not found', async () => {
    const InstanceProfileName = await makeProfile()
    await using other = await startApp({ account: '999988887777' })
    await assert.rejects(other.iam.getInstanceProfile({ InstanceProfileName }), noInstanceProfile(InstanceProfileName))
  })

  test('an instance profile is no principal and no source of policies', async () => {
    const PolicySourceArn = arn(`instance-profile/${await makeProfile()}`)
    await assert.rejects(iam.simulatePrincipalPolicy({ PolicySourceArn, ActionNames: ['iam:GetUser'] }), {
      name: 'InvalidInputException',
    })
  })
})

test('a record of an instance profile is found by its name and its ARN, with its type', async () => {
  const InstanceProfileName = await makeProfile('/app/')
  const Arn = arn(`instance-profile/app/${InstanceProfileName}`)
  const cloudTrail = app.cloudTrailFor({ region: 'us-east-1' })
  for (const AttributeValue of [InstanceProfileName, Arn]) {
    const { Events } = await cloudTrail.lookupEvents({
      LookupAttributes: [{ AttributeKey: 'ResourceName', AttributeValue }],
    })
    assert.deepEqual(
      Events?.map(({ EventName, Resources }) => [EventName, Resources]),
      [['CreateInstanceProfile', [{ ResourceType: 'AWS::IAM::InstanceProfile', ResourceName: Arn }]]],
    )
  }
})
