import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, describe, test } from 'node:test'
import type { EntityType, GetAccountAuthorizationDetailsCommandOutput } from '@aws-sdk/client-iam'
import { members } from '../../members.ts'
import { startApp } from '../../start-app.ts'
import { BAD_MARKER, denied, noSuchEntity, noUser } from './refusals.ts'

const app = await startApp()
after(() => app.close())
const { iam, account } = app

const arn = (what: string) => `arn:aws:iam::${account}:${what}`
const ADMINISTRATOR_ACCESS = 'arn:aws:iam::aws:policy/AdministratorAccess'
const READ_ONLY = 'arn:aws:iam::aws:policy/IAMReadOnlyAccess'
const document = (statement: object) => JSON.stringify({ Version: '2012-10-17', Statement: [statement] })
const SECRETS = document({ Effect: 'Allow', Action: 'secretsmanager:*', Resource: '*' })
const TRUST = document({ Effect: 'Allow', Principal: { AWS: arn('root') }, Action: 'sts:AssumeRole' })

const nobody = app.iamFor({ credentials: await app.user('nobody') })
const principal = arn('user/nobody')

/** An account with one of everything, and two users. */
async function furnish() {
  const own = await startApp()
  const { iam } = own
  const { Policy } = await iam.createPolicy({ PolicyName: 'local', Path: '/p/', PolicyDocument: SECRETS })
  const PolicyArn = Policy?.Arn ?? ''
  await iam.createPolicyVersion({ PolicyArn, PolicyDocument: SECRETS, SetAsDefault: true })
  await iam.createGroup({ GroupName: 'group', Path: '/g/' })
  await iam.putGroupPolicy({ GroupName: 'group', PolicyName: 'inline', PolicyDocument: SECRETS })
  await iam.attachGroupPolicy({ GroupName: 'group', PolicyArn })
  await iam.createUser({ UserName: 'user', PermissionsBoundary: PolicyArn, Tags: [{ Key: 'a', Value: 'b' }] })
  await iam.addUserToGroup({ GroupName: 'group', UserName: 'user' })
  await iam.putUserPolicy({ UserName: 'user', PolicyName: 'inline', PolicyDocument: SECRETS })
  await iam.createRole({ RoleName: 'role', AssumeRolePolicyDocument: TRUST, Description: 'd' })
  await iam.putRolePolicy({ RoleName: 'role', PolicyName: 'inline', PolicyDocument: SECRETS })
  await iam.attachRolePolicy({ RoleName: 'role', PolicyArn: READ_ONLY })
  await iam.createInstanceProfile({ InstanceProfileName: 'profile', Path: '/i/', Tags: [{ Key: 'a', Value: 'b' }] })
  await iam.addRoleToInstanceProfile({ InstanceProfileName: 'profile', RoleName: 'role' })
  await iam.createInstanceProfile({ InstanceProfileName: 'empty' })
  await iam.createOpenIDConnectProvider({ Url: 'https://issuer.example.com' })
  return own
}

describe('GetAccountSummary', () => {
  test('counts what there is, and tells what there may be', async () => {
    await using own = await furnish()
    const { SummaryMap = {} } = await own.iam.getAccountSummary({})
    assert.equal(Object.keys(SummaryMap).length, 34)
    const { Users, Groups, Roles, Policies, PolicyVersionsInUse, Providers } = SummaryMap
    assert.deepEqual([Users, Groups, Roles, Policies, PolicyVersionsInUse, Providers], [2, 1, 1, 1, 2, 1])
    const { UsersQuota, AccessKeysPerUserQuota, GroupsPerUserQuota, VersionsPerPolicyQuota } = SummaryMap
    assert.deepEqual([SummaryMap.InstanceProfiles, SummaryMap.InstanceProfilesQuota], [2, 1000])
    assert.deepEqual([UsersQuota, AccessKeysPerUserQuota, GroupsPerUserQuota, VersionsPerPolicyQuota], [5000, 2, 10, 5])
    const { UserPolicySizeQuota, GroupPolicySizeQuota, RolePolicySizeQuota, PolicySizeQuota } = SummaryMap
    assert.deepEqual(
      [UserPolicySizeQuota, GroupPolicySizeQuota, RolePolicySizeQuota, PolicySizeQuota],
      [2048, 5120, 10240, 6144],
    )
    assert.deepEqual(
      [SummaryMap.MFADevices, SummaryMap.AccountAccessKeysPresent, SummaryMap.ServerCertificates],
      [0, 0, 0],
    )
  })
})

describe('GetAccountAuthorizationDetails', async () => {
  const own = await furnish()
  after(() => own.close())
  const details = await members(own.iam.getAccountAuthorizationDetails({}))
  const decoded = (text: string | undefined) => decodeURIComponent(text ?? '')
  const inline = [{ PolicyName: 'inline', PolicyDocument: SECRETS }]
  const shown = (list: { PolicyName?: string | undefined; PolicyDocument?: string | undefined }[] | undefined) =>
    list?.map(({ PolicyName, PolicyDocument }) => ({ PolicyName, PolicyDocument: decoded(PolicyDocument) }))
  const local = { PolicyName: 'local', PolicyArn: arn('policy/p/local') }

  test('shows users with all that decides about them', () => {
    const [administrator, user] = details.UserDetailList ?? []
    assert.deepEqual(
      [administrator?.UserName, administrator?.AttachedManagedPolicies],
      ['administrator', [{ PolicyName: 'AdministratorAccess', PolicyArn: ADMINISTRATOR_ACCESS }]],
    )
    assert.match(user?.UserId ?? '', /^AIDA/)
    assert.deepEqual(
      [user?.UserName, user?.Arn, user?.GroupList, user?.Tags],
      ['user', arn('user/user'), ['group'], [{ Key: 'a', Value: 'b' }]],
    )
    assert.equal(user?.PermissionsBoundary?.PermissionsBoundaryArn, local.PolicyArn)
    assert.deepEqual([shown(user?.UserPolicyList), user?.AttachedManagedPolicies], [inline, []])
  })

  test('shows groups and roles', () => {
    const [group] = details.GroupDetailList ?? []
    assert.deepEqual([group?.GroupName, group?.Path, group?.Arn], ['group', '/g/', arn('group/g/group')])
    assert.deepEqual([shown(group?.GroupPolicyList), group?.AttachedManagedPolicies], [inline, [local]])
    const [role] = details.RoleDetailList ?? []
    assert.deepEqual(
      [role?.RoleName, decoded(role?.AssumeRolePolicyDocument), role?.InstanceProfileList?.length],
      ['role', TRUST, 1],
    )
    const [profile] = role?.InstanceProfileList ?? []
    assert.deepEqual(
      [profile?.Arn, profile?.Roles?.map(({ Arn }) => Arn)],
      [arn('instance-profile/i/profile'), [role?.Arn]],
    )
    assert.deepEqual(
      [shown(role?.RolePolicyList), role?.AttachedManagedPolicies],
      [inline, [{ PolicyName: 'IAMReadOnlyAccess', PolicyArn: READ_ONLY }]],
    )
  })

  test("shows the account's policies with their versions, and those of AWS that somebody has", () => {
    const [first, ...ofAws] = details.Policies ?? []
    assert.deepEqual(
      [first?.Arn, first?.DefaultVersionId, first?.AttachmentCount, first?.PermissionsBoundaryUsageCount],
      [local.PolicyArn, 'v2', 1, 1],
    )
    assert.deepEqual(
      first?.PolicyVersionList?.map(({ VersionId, IsDefaultVersion, Document }) => [
        VersionId,
        IsDefaultVersion,
        decoded(Document),
      ]),
      [
        ['v2', true, SECRETS],
        ['v1', false, SECRETS],
      ],
    )
    assert.deepEqual(
      ofAws.map(({ Arn, AttachmentCount }) => [Arn, AttachmentCount]),
      [
        [ADMINISTRATOR_ACCESS, 1],
        [READ_ONLY, 1],
      ],
    )
    assert.deepEqual([details.IsTruncated, details.Marker], [false, undefined])
  })

  test('a filter leaves the rest out', async () => {
    const counts = async (...Filter: EntityType[]) => {
      const found = await own.iam.getAccountAuthorizationDetails({ Filter })
      return listsOf(found).map((list) => list.length)
    }
    assert.deepEqual(await counts('User'), [2, 0, 0, 0])
    assert.deepEqual(await counts('Role', 'Group'), [0, 1, 1, 0])
    assert.deepEqual(await counts('LocalManagedPolicy'), [0, 0, 0, 1])
    assert.deepEqual(await counts('AWSManagedPolicy'), [0, 0, 0, 2])
  })

  for (const MaxItems of [1, 2, 3])
    test(`pages of ${MaxItems} walk through users, groups, roles and policies`, async () => {
      const walked: string[][] = []
      let Marker: string | undefined
      do {
        const page = await own.iam.getAccountAuthorizationDetails({ MaxItems, Marker })
        assert.equal(page.IsTruncated, page.Marker !== undefined)
        walked.push(listsOf(page).flat())
        Marker = page.Marker
      } while (Marker)
      const all = [
        arn('user/administrator'),
        arn('user/user'),
        arn('group/g/group'),
        arn('role/role'),
        local.PolicyArn,
        ADMINISTRATOR_ACCESS,
        READ_ONLY,
      ]
      assert.deepEqual(walked.flat(), all)
      assert.ok(walked.slice(0, -1).every((page) => page.length === MaxItems))
    })

  test('a page ends before its documents are too long, and the walk goes on behind it', async () => {
    await using full = await startApp()
    // Percent-encoded, each of these documents is nearly three times as long.
    const PolicyDocument = `${SECRETS.slice(0, -1)}${'\n'.repeat(20_000)}}`
    const PolicyNames = Array.from({ length: 12 }, (_, at) => `policy-${String(at).padStart(2, '0')}`)
    for (const PolicyName of PolicyNames) {
      const { Policy } = await full.iam.createPolicy({ PolicyName, PolicyDocument })
      await full.iam.createPolicyVersion({ PolicyArn: Policy?.Arn, PolicyDocument })
    }
    const found: (string | undefined)[] = []
    let pages = 0
    let Marker: string | undefined
    do {
      const page = await full.iam.getAccountAuthorizationDetails({ Filter: ['LocalManagedPolicy'], Marker })
      const documents = (page.Policies ?? []).flatMap(({ PolicyVersionList = [] }) => PolicyVersionList)
      const length = documents.reduce((sum, { Document = '' }) => sum + Document.length, 0)
      assert.ok(length > 0 && length <= 1_000_000, `a page of ${length}`)
      found.push(...(page.Policies ?? []).map(({ PolicyName }) => PolicyName))
      Marker = page.Marker
      pages++
    } while (Marker)
    assert.deepEqual(found, PolicyNames)
    assert.ok(pages > 1)
  })

  test('a marker belongs to one filter', async () => {
    const { Marker } = await own.iam.getAccountAuthorizationDetails({ MaxItems: 1 })
    await assert.rejects(own.iam.getAccountAuthorizationDetails({ Marker, Filter: ['User'] }), BAD_MARKER)
  })

  test('a filter of another word is refused', () =>
    assert.rejects(iam.getAccountAuthorizationDetails({ Filter: ['user' as EntityType] }), { name: 'ValidationError' }))
})

function listsOf(found: Partial<GetAccountAuthorizationDetailsCommandOutput>): string[][] {
  const { UserDetailList = [], GroupDetailList = [], RoleDetailList = [], Policies = [] } = found
  return [UserDetailList, GroupDetailList, RoleDetailList, Policies].map((list) => list.map(({ Arn = '' }) => Arn))
}

describe('what Terraform looks for when it deletes', async () => {
  const UserName = `u-${randomUUID()}`
  await iam.createUser({ UserName })

  test('lists are there and empty', async () => {
    const complete = { IsTruncated: false }
    assert.deepEqual(await members(iam.listMFADevices({ UserName })), { MFADevices: [], ...complete })
    assert.deepEqual(await members(iam.listVirtualMFADevices({})), { VirtualMFADevices: [], ...complete })
    assert.deepEqual(await members(iam.listSigningCertificates({ UserName })), { Certificates: [], ...complete })
    assert.deepEqual(await members(iam.listSSHPublicKeys({ UserName })), { SSHPublicKeys: [], ...complete })
    assert.deepEqual(await members(iam.listServiceSpecificCredentials({ UserName })), {
      ServiceSpecificCredentials: [],
      ...complete,
    })
    assert.deepEqual(await members(iam.listAccountAliases({})), { AccountAliases: [], ...complete })
  })

  test('without a name they are about the caller', async () => {
    assert.deepEqual((await iam.listMFADevices({})).MFADevices, [])
    assert.deepEqual((await iam.listServiceSpecificCredentials({ AllUsers: true })).ServiceSpecificCredentials, [])
    await assert.rejects(iam.getLoginProfile({}), noSuchEntity('Login Profile for User administrator cannot be found.'))
  })

  test('nobody has a login profile', async () => {
    const refusal = noSuchEntity(`Login Profile for User ${UserName} cannot be found.`)
    await assert.rejects(iam.getLoginProfile({ UserName }), refusal)
    await assert.rejects(iam.deleteLoginProfile({ UserName }), refusal)
  })

  test('whoever does not exist is not found', async () => {
    for (const call of ofUser(iam, 'none')) await assert.rejects(call(), noUser('none'))
  })

  test('there is no marker that goes on', () =>
    assert.rejects(iam.listMFADevices({ UserName, Marker: 'x' }), BAD_MARKER))
})

function ofUser(client: typeof iam, UserName: string): (() => Promise<unknown>)[] {
  return [
    () => client.listMFADevices({ UserName }),
    () => client.listSigningCertificates({ UserName }),
    () => client.listSSHPublicKeys({ UserName }),
    () => client.listServiceSpecificCredentials({ UserName }),
    () => client.getLoginProfile({ UserName }),
    () => client.deleteLoginProfile({ UserName }),
  ]
}

describe('access', () => {
  test('who is allowed nothing is denied what is about the whole account', async () => {
    await assert.rejects(nobody.getAccountSummary({}), denied(principal, 'GetAccountSummary'))
    await assert.rejects(nobody.getAccountAuthorizationDetails({}), denied(principal, 'GetAccountAuthorizationDetails'))
    await assert.rejects(nobody.listAccountAliases({}), denied(principal, 'ListAccountAliases'))
    await assert.rejects(nobody.listVirtualMFADevices({}), denied(principal, 'ListVirtualMFADevices'))
    await assert.rejects(
      nobody.listServiceSpecificCredentials({ AllUsers: true }),
      denied(principal, 'ListServiceSpecificCredentials'),
    )
  })

  test('and learns nothing of who exists', async () => {
    for (const UserName of ['administrator', 'none'])
      for (const call of ofUser(nobody, UserName))
        await assert.rejects(call(), ({ name, message }: Error) => {
          assert.equal(name, 'AccessDenied')
          assert.match(message, new RegExp(` on resource: user ${UserName} because `))
          return true
        })
  })
})
