import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, describe, test } from 'node:test'
import type { CreateRoleCommandInput } from '@aws-sdk/client-iam'
import { serviceEntry } from '../../../src/app/service-entry.ts'
import { uniqueId } from '../../../src/identity/access-key.ts'
import type { Role } from '../../../src/identity/entities.ts'
import { startApp } from '../../start-app.ts'
import { denied, limitExceeded, noRole } from './refusals.ts'

const app = await startApp()
after(() => app.close())
const { iam, account } = app

const arn = (rest: string) => `arn:aws:iam::${account}:${rest}`
const fresh = (prefix = 'role') => `${prefix}-${randomUUID().slice(0, 8)}`
const trusting = (Principal: unknown, more: object = {}) =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal, Action: 'sts:AssumeRole', ...more }],
  })
const TRUST = trusting({ AWS: arn('root') })
const shown = (document: string | undefined) => decodeURIComponent(document ?? '')

async function makeRole(input: Partial<CreateRoleCommandInput> = {}): Promise<string> {
  const RoleName = fresh()
  await iam.createRole({ RoleName, AssumeRolePolicyDocument: TRUST, ...input })
  return input.RoleName ?? RoleName
}

async function makeUser(Path = '/'): Promise<{ UserName: string; Arn: string; UserId: string }> {
  const { User } = await iam.createUser({ UserName: fresh('user'), Path })
  return { UserName: User?.UserName ?? '', Arn: User?.Arn ?? '', UserId: User?.UserId ?? '' }
}

describe('CreateRole', () => {
  test('answers with the role, its document percent-encoded, its ARN at once', async () => {
    const RoleName = fresh()
    const { Role } = await iam.createRole({
      RoleName,
      Path: '/team/blue/',
      AssumeRolePolicyDocument: TRUST,
      Description: 'Reads secrets',
      MaxSessionDuration: 7200,
      Tags: [{ Key: 'team', Value: 'blue' }],
    })
    assert.equal(Role?.Arn, arn(`role/team/blue/${RoleName}`))
    assert.match(Role?.RoleId ?? '', /^AROA[A-Z2-7]{16}$/)
    assert.equal(Role?.AssumeRolePolicyDocument?.includes(' '), false)
    assert.equal(shown(Role?.AssumeRolePolicyDocument), TRUST)
    assert.deepEqual(
      [Role?.RoleName, Role?.Path, Role?.Description, Role?.MaxSessionDuration, Role?.Tags],
      [RoleName, '/team/blue/', 'Reads secrets', 7200, [{ Key: 'team', Value: 'blue' }]],
    )
    assert.ok(Role?.CreateDate instanceof Date)
  })

  test('a role without any options is at the root path and has sessions of one hour', async () => {
    const RoleName = await makeRole()
    const { Role } = await iam.getRole({ RoleName })
    assert.deepEqual(
      [Role?.Path, Role?.Description, Role?.MaxSessionDuration, Role?.Tags, Role?.PermissionsBoundary],
      ['/', undefined, 3600, undefined, undefined],
    )
  })

  test('the answer has the longest session only where the request gives it, and no last use; GetRole and ListRoles have both', async () => {
    const Path = `/${fresh('answered')}/`
    const input = { RoleName: fresh(), AssumeRolePolicyDocument: TRUST, Path }
    const { Role: made } = await iam.createRole(input)
    assert.ok(made)
    assert.ok(!('MaxSessionDuration' in made) && !('RoleLastUsed' in made))
    const { Role: read } = await iam.getRole({ RoleName: input.RoleName })
    const { Roles: [listed] = [] } = await iam.listRoles({ PathPrefix: Path })
    for (const role of [read, listed]) assert.deepEqual([role?.MaxSessionDuration, role?.RoleLastUsed], [3600, {}])
    const { Role: given } = await iam.createRole({ ...input, RoleName: fresh(), MaxSessionDuration: 3600 })
    assert.equal(given?.MaxSessionDuration, 3600)
  })

  test('a name is taken in any case of letters, and found in any', async () => {
    const RoleName = fresh('Mixed')
    await makeRole({ RoleName })
    await assert.rejects(iam.createRole({ RoleName: RoleName.toUpperCase(), AssumeRolePolicyDocument: TRUST }), {
      name: 'EntityAlreadyExistsException',
      message: `Role with name ${RoleName.toUpperCase()} already exists.`,
    })
    const { Role } = await iam.getRole({ RoleName: RoleName.toLowerCase() })
    assert.equal(Role?.RoleName, RoleName)
  })

  test('a role made anew under an old name has another id', async () => {
    const RoleName = await makeRole()
    const { Role: first } = await iam.getRole({ RoleName })
    await iam.deleteRole({ RoleName })
    await makeRole({ RoleName })
    const { Role: second } = await iam.getRole({ RoleName })
    assert.notEqual(first?.RoleId, second?.RoleId)
  })

  test('a permissions boundary must exist, of the account or of AWS', async () => {
    const PermissionsBoundary = 'arn:aws:iam::aws:policy/ReadOnlyAccess'
    const RoleName = await makeRole({ PermissionsBoundary })
    const { Role } = await iam.getRole({ RoleName })
    assert.equal(Role?.PermissionsBoundary?.PermissionsBoundaryArn, PermissionsBoundary)
    for (const missing of [
      arn('policy/none'),
      'arn:aws:iam::aws:policy/None',
      'arn:aws:iam::999988887777:policy/other',
    ])
      await assert.rejects(makeRole({ PermissionsBoundary: missing }), {
        name: 'NoSuchEntityException',
        message: `Scope ARN: ${missing} does not exist or is not attachable.`,
      })
  })

  const refused: [what: string, input: Partial<CreateRoleCommandInput>, name: string][] = [
    ['a name of 65', { RoleName: 'r'.repeat(65) }, 'ValidationError'],
    ['a name with a slash', { RoleName: 'a/b' }, 'ValidationError'],
    ['a path without slash at its end', { Path: '/team' }, 'ValidationError'],
    ['sessions of less than an hour', { MaxSessionDuration: 3599 }, 'ValidationError'],
    ['sessions of more than twelve hours', { MaxSessionDuration: 43_201 }, 'ValidationError'],
    ['a tag of AWS', { Tags: [{ Key: 'aws:x', Value: '' }] }, 'InvalidInputException'],
    [
      'tag keys that differ by case alone',
      {
        Tags: [
          { Key: 'a', Value: '' },
          { Key: 'A', Value: '' },
        ],
      },
      'InvalidInputException',
    ],
    ['no JSON', { AssumeRolePolicyDocument: '{' }, 'MalformedPolicyDocumentException'],
    [
      'a trust policy without principal',
      { AssumeRolePolicyDocument: trusting(undefined) },
      'MalformedPolicyDocumentException',
    ],
    [
      'a trust policy with a resource',
      { AssumeRolePolicyDocument: trusting({ AWS: '*' }, { Resource: '*' }) },
      'MalformedPolicyDocumentException',
    ],
  ]
  for (const [what, input, name] of refused)
    test(`${what} is refused, and no role is made`, async () => {
      const RoleName = input.RoleName ?? fresh()
      await assert.rejects(iam.createRole({ RoleName, AssumeRolePolicyDocument: TRUST, ...input }), { name })
      const { Roles = [] } = await iam.listRoles({})
      assert.equal(
        Roles.some((role) => role.RoleName === RoleName),
        false,
      )
    })

  test('a trust policy has at most 2048 characters, white space not counted', async () => {
    const sized = (length: number, space = '') => {
      const empty = trusting({ AWS: arn('root') }, { Condition: { StringEquals: { 'sts:ExternalId': '' } } })
      const document = empty.replace('"sts:ExternalId":""', `"sts:ExternalId":"${'x'.repeat(length - empty.length)}"`)
      return document.replace('{', `{${space}`)
    }
    await makeRole({ AssumeRolePolicyDocument: sized(2048, ' \n\t'.repeat(500)) })
    await assert.rejects(makeRole({ AssumeRolePolicyDocument: sized(300, ' \n\t'.repeat(4000)) }), {
      name: 'LimitExceededException',
    })
    await assert.rejects(makeRole({ AssumeRolePolicyDocument: sized(2049) }), {
      name: 'LimitExceededException',
      message: 'Cannot exceed quota for ACLSizePerRole: 2048',
    })
  })
})

test('an account has at most 1000 roles', async () => {
  await using full = await startApp()
  const { identities, trail } = full.running.installation
  const at = full.clock.now()
  const role = (index: number): Role => ({
    kind: 'role',
    account: full.account,
    id: uniqueId('AROA'),
    name: `role-${index}`,
    path: '/',
    createdAt: at,
    revision: 1,
    inline: [],
    attached: [],
    tags: [],
    trust: { document: TRUST, bindings: {} },
    maxSession: 3600,
  })
  const event = {
    service: 'iam',
    operation: 'CreateRole',
    by: 'iam',
    account: full.account,
    region: 'us-east-1',
    at,
    arn: arn('role/'),
  }
  const changes = Array.from({ length: 1000 }, (_, index) => identities.create(role(index)))
  await trail.append(serviceEntry(event), changes)
  const create = () => full.iam.createRole({ RoleName: 'one-more', AssumeRolePolicyDocument: TRUST })
  await assert.rejects(create(), limitExceeded('Cannot exceed quota for RolesPerAccount: 1000'))
  await full.iam.deleteRole({ RoleName: 'role-0' })
  await create()
})

describe('principals of a trust policy', () => {
  test('users and roles that do not exist are refused, accounts and sessions are not', async () => {
    const { Arn } = await makeUser('/team/')
    const name = Arn.slice(Arn.lastIndexOf('/') + 1)
    const missing = [
      arn('user/nobody'),
      arn('role/none'),
      // The path and the case of letters are part of whom an ARN means.
      arn(`user/${name}`),
      arn(`user/team/${name.toUpperCase()}`),
      arn(`role/team/${name}`),
      'arn:aws:iam::999988887777:user/nobody',
    ]
    for (const principal of missing)
      await assert.rejects(makeRole({ AssumeRolePolicyDocument: trusting({ AWS: principal }) }), {
        name: 'MalformedPolicyDocumentException',
        message: `Invalid principal in policy: "AWS":"${principal}"`,
      })
    const accepted = [
      Arn,
      '*',
      account,
      arn('root'),
      '999988887777',
      'arn:aws:iam::999988887777:root',
      `arn:aws:sts::${account}:assumed-role/none/session`,
    ]
    for (const principal of accepted) await makeRole({ AssumeRolePolicyDocument: trusting({ AWS: principal }) })
  })

  test('a user who is gone is shown by the unique id, also when another has taken the name', async () => {
    const { UserName, Arn, UserId } = await makeUser()
    const document = trusting({ AWS: [Arn, arn('root')] })
    const RoleName = await makeRole({ AssumeRolePolicyDocument: document })
    const read = async () => shown((await iam.getRole({ RoleName })).Role?.AssumeRolePolicyDocument)
    assert.equal(await read(), document)
    await iam.deleteUser({ UserName })
    const expected = trusting({ AWS: [UserId, arn('root')] })
    assert.equal(await read(), expected)
    await iam.createUser({ UserName })
    assert.equal(await read(), expected)
    const { Roles = [] } = await iam.listRoles({})
    const listed = Roles.find((role) => role.RoleName === RoleName)
    assert.equal(shown(listed?.AssumeRolePolicyDocument), expected)
  })

  test('a unique id stands for who has it, and is refused once nobody has', async () => {
    const { UserName, UserId = '' } = await makeUser()
    const document = trusting({ AWS: UserId })
    await makeRole({ AssumeRolePolicyDocument: document })
    await iam.deleteUser({ UserName })
    await assert.rejects(makeRole({ AssumeRolePolicyDocument: document }), {
      name: 'MalformedPolicyDocumentException',
      message: `Invalid principal in policy: "AWS":"${UserId}"`,
    })
  })

  test('a user who is renamed is shown by the new name', async () => {
    const { UserName, Arn } = await makeUser()
    const RoleName = await makeRole({ AssumeRolePolicyDocument: trusting({ AWS: Arn }) })
    const NewUserName = fresh('renamed')
    await iam.updateUser({ UserName, NewUserName })
    const { Role } = await iam.getRole({ RoleName })
    assert.equal(shown(Role?.AssumeRolePolicyDocument), trusting({ AWS: arn(`user/${NewUserName}`) }))
  })

  test('a provider that a role trusts without conditions on audience and subject is told to the operator', async () => {
    const provider = arn('oidc-provider/issuer.example')
    const Action = 'sts:AssumeRoleWithWebIdentity'
    const warnings = () => app.logged.filter(({ message, level }) => level === 'warn' && message.includes(provider))
    const guarded = { StringEquals: { 'issuer.example:aud': 'sts.amazonaws.com', 'issuer.example:sub': 'system:x' } }
    await makeRole({
      AssumeRolePolicyDocument: trusting({ Federated: provider }, { Action, Condition: guarded }),
    })
    assert.equal(warnings().length, 0)
    const RoleName = await makeRole({ AssumeRolePolicyDocument: trusting({ Federated: provider }, { Action }) })
    assert.equal(warnings().length, 1)
    assert.ok(warnings()[0]?.message.includes(RoleName))
    await iam.updateAssumeRolePolicy({ RoleName, PolicyDocument: trusting({ Federated: provider }, { Action }) })
    assert.equal(warnings().length, 2)
  })
})

describe('changes', () => {
  test('UpdateAssumeRolePolicy replaces the document and leaves everything else', async () => {
    const RoleName = await makeRole({ Description: 'kept', MaxSessionDuration: 7200 })
    const PolicyDocument = trusting({ AWS: '999988887777' })
    await iam.updateAssumeRolePolicy({ RoleName, PolicyDocument })
    const { Role } = await iam.getRole({ RoleName })
    assert.deepEqual(
      [shown(Role?.AssumeRolePolicyDocument), Role?.Description, Role?.MaxSessionDuration],
      [PolicyDocument, 'kept', 7200],
    )
  })

  test('a document that is refused changes nothing', async () => {
    const RoleName = await makeRole()
    for (const PolicyDocument of ['{}', trusting({ AWS: arn('user/nobody') })])
      await assert.rejects(iam.updateAssumeRolePolicy({ RoleName, PolicyDocument }), {
        name: 'MalformedPolicyDocumentException',
      })
    const { Role } = await iam.getRole({ RoleName })
    assert.equal(shown(Role?.AssumeRolePolicyDocument), TRUST)
  })

  test('UpdateRole keeps a description that it is not given, and resets a duration that it is not given', async () => {
    const RoleName = await makeRole({ Description: 'first', MaxSessionDuration: 7200 })
    const read = async () => {
      const { Role } = await iam.getRole({ RoleName })
      return [Role?.Description, Role?.MaxSessionDuration]
    }
    await iam.updateRole({ RoleName, MaxSessionDuration: 10_800 })
    assert.deepEqual(await read(), ['first', 10_800])
    await iam.updateRole({ RoleName, Description: 'second' })
    assert.deepEqual(await read(), ['second', 3600])
    await iam.updateRole({ RoleName, Description: '', MaxSessionDuration: 43_200 })
    assert.deepEqual(await read(), [undefined, 43_200])
  })

  test('UpdateRoleDescription answers with the role', async () => {
    const RoleName = await makeRole({ MaxSessionDuration: 7200 })
    const { Role } = await iam.updateRoleDescription({ RoleName, Description: 'new' })
    assert.deepEqual([Role?.RoleName, Role?.Description, Role?.MaxSessionDuration], [RoleName, 'new', 7200])
    assert.equal((await iam.getRole({ RoleName })).Role?.Description, 'new')
  })

  test('a role with policies is not deleted', async () => {
    const RoleName = await makeRole()
    const PolicyArn = 'arn:aws:iam::aws:policy/ReadOnlyAccess'
    await iam.attachRolePolicy({ RoleName, PolicyArn })
    const attached = {
      name: 'DeleteConflictException',
      message: 'Cannot delete entity, must detach all policies first.',
    }
    await assert.rejects(iam.deleteRole({ RoleName }), attached)
    const PolicyDocument = JSON.stringify({ Statement: { Effect: 'Allow', Action: 'iam:*', Resource: '*' } })
    await iam.putRolePolicy({ RoleName, PolicyName: 'inline', PolicyDocument })
    await iam.detachRolePolicy({ RoleName, PolicyArn })
    const inline = { name: 'DeleteConflictException', message: 'Cannot delete entity, must delete policies first.' }
    await assert.rejects(iam.deleteRole({ RoleName }), inline)
    await iam.deleteRolePolicy({ RoleName, PolicyName: 'inline' })
    await iam.deleteRole({ RoleName })
    await assert.rejects(iam.getRole({ RoleName }), noRole(RoleName))
  })

  test('two changes at the same time are both kept', async () => {
    const RoleName = await makeRole()
    await Promise.all([
      iam.updateRoleDescription({ RoleName, Description: 'described' }),
      iam.attachRolePolicy({ RoleName, PolicyArn: 'arn:aws:iam::aws:policy/ReadOnlyAccess' }),
      iam.tagRole({ RoleName, Tags: [{ Key: 'a', Value: 'b' }] }),
    ])
    const { Role } = await iam.getRole({ RoleName })
    const { AttachedPolicies } = await iam.listAttachedRolePolicies({ RoleName })
    assert.deepEqual([Role?.Description, Role?.Tags?.length, AttachedPolicies?.length], ['described', 1, 1])
  })
})

describe('ListRoles', () => {
  test('pages of one hold every role under a path once, in the order of names', async () => {
    const Path = `/${fresh('page')}/`
    for (const RoleName of ['delta', 'Alpha', 'charlie', 'Bravo']) await makeRole({ RoleName, Path })
    const names: string[] = []
    let Marker: string | undefined
    do {
      const page = await iam.listRoles({ PathPrefix: Path, MaxItems: 1, Marker })
      assert.equal(page.Roles?.length, 1)
      assert.equal(page.IsTruncated, page.Marker !== undefined)
      names.push(...(page.Roles ?? []).map(({ RoleName = '' }) => RoleName))
      Marker = page.Marker
    } while (Marker !== undefined)
    assert.deepEqual(names, ['Alpha', 'Bravo', 'charlie', 'delta'])
  })

  test('a marker is of one list alone, and nobody can make one', async () => {
    const Path = `/${fresh('marker')}/`
    for (const RoleName of [fresh(), fresh()]) await makeRole({ RoleName, Path })
    const { Marker } = await iam.listRoles({ PathPrefix: Path, MaxItems: 1 })
    assert.ok(Marker)
    await assert.rejects(iam.listRoles({ MaxItems: 1, Marker }), { name: 'ValidationError' })
    await assert.rejects(iam.listRoles({ PathPrefix: Path, Marker: 'made' }), { name: 'ValidationError' })
  })

  test('lists leave out tags and boundary', async () => {
    const Path = `/${fresh('brief')}/`
    await makeRole({
      Path,
      Tags: [{ Key: 'a', Value: 'b' }],
      PermissionsBoundary: 'arn:aws:iam::aws:policy/ReadOnlyAccess',
    })
    const { Roles: [role] = [] } = await iam.listRoles({ PathPrefix: Path })
    assert.ok(role)
    assert.deepEqual([role.Tags, role.PermissionsBoundary], [undefined, undefined])
  })
})

describe('access', () => {
  test('who may do nothing learns nothing of what exists', async () => {
    const name = fresh('nobody')
    const nobody = app.iamFor({ credentials: await app.user(name) })
    const there = await makeRole({ Path: '/hidden/' })
    for (const RoleName of [there, fresh('none')]) {
      const calls: [action: string, call: () => Promise<unknown>][] = [
        ['GetRole', () => nobody.getRole({ RoleName })],
        ['UpdateRole', () => nobody.updateRole({ RoleName })],
        ['UpdateRoleDescription', () => nobody.updateRoleDescription({ RoleName, Description: '' })],
        ['UpdateAssumeRolePolicy', () => nobody.updateAssumeRolePolicy({ RoleName, PolicyDocument: TRUST })],
        ['DeleteRole', () => nobody.deleteRole({ RoleName })],
      ]
      for (const [action, call] of calls)
        await assert.rejects(call, denied(arn(`user/${name}`), action, `role ${RoleName}`))
    }
    const RoleName = fresh()
    const create = nobody.createRole({ RoleName, Path: '/a/', AssumeRolePolicyDocument: TRUST })
    await assert.rejects(create, denied(arn(`user/${name}`), 'CreateRole', arn(`role/a/${RoleName}`)))
    await assert.rejects(nobody.listRoles({}), denied(arn(`user/${name}`), 'ListRoles', arn('role/')))
  })

  test('who may gets the error of a missing role', async () => {
    const RoleName = fresh('none')
    for (const call of [
      () => iam.getRole({ RoleName }),
      () => iam.updateRole({ RoleName }),
      () => iam.updateRoleDescription({ RoleName, Description: '' }),
      () => iam.updateAssumeRolePolicy({ RoleName, PolicyDocument: TRUST }),
      () => iam.deleteRole({ RoleName }),
    ])
      await assert.rejects(call, noRole(RoleName))
  })

  test('a role is made with tags only by who may tag, and with a boundary that a policy demands', async () => {
    const name = fresh('maker')
    const boundary = 'arn:aws:iam::aws:policy/ReadOnlyAccess'
    const maker = app.iamFor({
      credentials: await app.user(name, [
        [
          {
            Effect: 'Allow',
            Action: 'iam:CreateRole',
            Resource: arn('role/app/*'),
            Condition: { StringEquals: { 'iam:PermissionsBoundary': boundary } },
          },
          {
            Effect: 'Allow',
            Action: 'iam:TagRole',
            Resource: '*',
            Condition: { 'ForAllValues:StringEquals': { 'aws:TagKeys': 'team' } },
          },
        ],
      ]),
    })
    const create = (input: Partial<CreateRoleCommandInput>) =>
      maker.createRole({
        RoleName: fresh(),
        Path: '/app/',
        AssumeRolePolicyDocument: TRUST,
        PermissionsBoundary: boundary,
        ...input,
      })
    await create({})
    await create({ Tags: [{ Key: 'team', Value: 'blue' }] })
    for (const input of [
      { Path: '/other/' },
      { PermissionsBoundary: undefined },
      { PermissionsBoundary: 'arn:aws:iam::aws:policy/AdministratorAccess' },
      { Tags: [{ Key: 'owner', Value: 'me' }] },
    ])
      await assert.rejects(create(input), { name: 'AccessDenied' })
  })
})
