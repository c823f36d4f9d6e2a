import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, describe, test } from 'node:test'
import type { CreatePolicyCommandInput, ListPoliciesCommandInput, Policy } from '@aws-sdk/client-iam'
import { serviceEntry } from '../../../src/app/service-entry.ts'
import { uniqueId } from '../../../src/identity/access-key.ts'
import type { ManagedPolicy } from '../../../src/identity/entities.ts'
import { startApp } from '../../start-app.ts'
import { denied, limitExceeded } from './refusals.ts'

const app = await startApp()
after(() => app.close())
const { iam, account } = app

const arn = (rest: string) => `arn:aws:iam::${account}:${rest}`
const ofAws = (name: string) => `arn:aws:iam::aws:policy/${name}`
const fresh = (prefix: string) => `${prefix}-${randomUUID().slice(0, 8)}`
const allowing = (Action: string) =>
  JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action, Resource: '*' }] })
const DOCUMENT = allowing('secretsmanager:ListSecrets')
const TRUST = JSON.stringify({
  Statement: [{ Effect: 'Allow', Principal: { AWS: arn('root') }, Action: 'sts:AssumeRole' }],
})
const shown = (document: string | undefined) => decodeURIComponent(document ?? '')

async function makePolicy(input: Partial<CreatePolicyCommandInput> = {}): Promise<string> {
  const { Policy } = await iam.createPolicy({ PolicyName: fresh('policy'), PolicyDocument: DOCUMENT, ...input })
  return Policy?.Arn ?? ''
}
async function makeUser(PermissionsBoundary?: string): Promise<string> {
  const UserName = fresh('user')
  await iam.createUser({ UserName, PermissionsBoundary })
  return UserName
}

/** A document of so many characters, white space not counted. */
function sized(length: number): string {
  const statement = { Effect: 'Allow', Action: 'a:b', Resource: '*', Sid: '' }
  const empty = JSON.stringify({ Version: '2012-10-17', Statement: [statement] })
  return empty.replace('"Sid":""', `"Sid":"${'s'.repeat(length - empty.length)}"`)
}

const notFound = (PolicyArn: string) => ({
  name: 'NoSuchEntityException',
  message: `Policy ${PolicyArn} was not found.`,
})
const unchangeable = { name: 'InvalidInputException' }

describe('CreatePolicy and GetPolicy', () => {
  test('a new policy has one version and belongs to nobody', async () => {
    const PolicyName = fresh('new')
    const input = {
      PolicyName,
      Path: '/team/blue/',
      PolicyDocument: DOCUMENT,
      Description: 'Lists secrets',
      Tags: [{ Key: 'team', Value: 'blue' }],
    }
    const { Policy: made } = await iam.createPolicy(input)
    assert.equal(made?.Arn, arn(`policy/team/blue/${PolicyName}`))
    assert.match(made?.PolicyId ?? '', /^ANPA[A-Z2-7]{16}$/)
    assert.deepEqual(
      [made?.PolicyName, made?.Path, made?.Description, made?.Tags, made?.DefaultVersionId, made?.IsAttachable],
      [PolicyName, input.Path, undefined, input.Tags, 'v1', true],
    )
    assert.deepEqual([made?.AttachmentCount, made?.PermissionsBoundaryUsageCount], [0, 0])
    assert.deepEqual(made?.CreateDate, made?.UpdateDate)
    const { Policy: read } = await iam.getPolicy({ PolicyArn: made?.Arn })
    assert.deepEqual(read, { ...made, Description: input.Description })
  })

  test('CreatePolicy leaves out the description and empty tags; GetPolicy shows both', async () => {
    const { Policy: made } = await iam.createPolicy({
      PolicyName: fresh('untagged'),
      PolicyDocument: DOCUMENT,
      Description: 'Lists secrets',
    })
    assert.ok(made)
    assert.ok(!('Description' in made) && !('Tags' in made))
    const { Policy: read } = await iam.getPolicy({ PolicyArn: made.Arn })
    assert.deepEqual([read?.Description, read?.Tags], ['Lists secrets', []])
  })

  test('a name is taken under any path and in any case of letters', async () => {
    const PolicyName = fresh('Taken')
    await makePolicy({ PolicyName })
    for (const input of [{ PolicyName }, { PolicyName, Path: '/other/' }, { PolicyName: PolicyName.toLowerCase() }])
      await assert.rejects(makePolicy(input), {
        name: 'EntityAlreadyExistsException',
        message: `A policy called ${input.PolicyName} already exists. Duplicate names are not allowed.`,
      })
  })

  test('a document has at most 6144 characters, white space not counted', async () => {
    await makePolicy({ PolicyDocument: sized(6144).replace('{', `{${' \n\t'.repeat(3000)}`) })
    const tooLong = { name: 'LimitExceededException', message: 'Cannot exceed quota for PolicySize: 6144' }
    await assert.rejects(makePolicy({ PolicyDocument: sized(6145) }), tooLong)
    // White space without end is no way around it.
    await assert.rejects(makePolicy({ PolicyDocument: sized(100).replace('{', `{${' '.repeat(4 * 6144)}`) }), tooLong)
    const PolicyArn = await makePolicy()
    await assert.rejects(iam.createPolicyVersion({ PolicyArn, PolicyDocument: sized(6145) }), tooLong)
  })

  const refused: [what: string, input: Partial<CreatePolicyCommandInput>, name: string][] = [
    ['a name of 129', { PolicyName: 'p'.repeat(129) }, 'ValidationError'],
    ['a name with a slash', { PolicyName: 'a/b' }, 'ValidationError'],
    ['a path without slash at its end', { Path: '/team' }, 'ValidationError'],
    ['a path with spaces', { Path: '/te am/' }, 'ValidationError'],
    ['a tag of AWS', { Tags: [{ Key: 'aws:x', Value: '' }] }, 'InvalidInputException'],
    ['no JSON', { PolicyDocument: '{' }, 'MalformedPolicyDocumentException'],
    ['a policy with principals', { PolicyDocument: TRUST }, 'MalformedPolicyDocumentException'],
  ]
  for (const [what, input, name] of refused)
    test(`${what} is refused`, async () => {
      await assert.rejects(makePolicy(input), { name })
    })

  test('uses are counted, attachments and boundaries apart', async () => {
    const PolicyArn = await makePolicy()
    const GroupName = fresh('group')
    const RoleName = fresh('role')
    await iam.createGroup({ GroupName })
    await iam.createRole({ RoleName, AssumeRolePolicyDocument: TRUST, PermissionsBoundary: PolicyArn })
    const both = await makeUser(PolicyArn)
    await iam.attachUserPolicy({ UserName: both, PolicyArn })
    await iam.attachUserPolicy({ UserName: await makeUser(), PolicyArn })
    await iam.attachGroupPolicy({ GroupName, PolicyArn })
    const counts = async () => {
      const { Policy } = await iam.getPolicy({ PolicyArn })
      return [Policy?.AttachmentCount, Policy?.PermissionsBoundaryUsageCount]
    }
    assert.deepEqual(await counts(), [3, 2])
    await iam.detachUserPolicy({ UserName: both, PolicyArn })
    assert.deepEqual(await counts(), [2, 2])
    await iam.deleteRole({ RoleName })
    assert.deepEqual(await counts(), [2, 1])
  })

  test("AWS's policies are read like the account's", async () => {
    const { Policy } = await iam.getPolicy({ PolicyArn: ofAws('AdministratorAccess') })
    assert.deepEqual([Policy?.PolicyName, Policy?.Path, Policy?.DefaultVersionId], ['AdministratorAccess', '/', 'v1'])
    // The administrator.
    assert.equal(Policy?.AttachmentCount, 1)
    const { PolicyVersion } = await iam.getPolicyVersion({ PolicyArn: ofAws('AWSDenyAll'), VersionId: 'v1' })
    assert.deepEqual(JSON.parse(shown(PolicyVersion?.Document)).Statement[0].Effect, 'Deny')
    const { Versions } = await iam.listPolicyVersions({ PolicyArn: ofAws('AWSDenyAll') })
    assert.deepEqual(
      Versions?.map(({ VersionId, IsDefaultVersion }) => [VersionId, IsDefaultVersion]),
      [['v1', true]],
    )
  })

  test("AWS's policies cannot be changed", async () => {
    const PolicyArn = ofAws('ReadOnlyAccess')
    await assert.rejects(iam.createPolicyVersion({ PolicyArn, PolicyDocument: DOCUMENT }), unchangeable)
    await assert.rejects(iam.deletePolicyVersion({ PolicyArn, VersionId: 'v1' }), unchangeable)
    await assert.rejects(iam.setDefaultPolicyVersion({ PolicyArn, VersionId: 'v1' }), unchangeable)
    await assert.rejects(iam.deletePolicy({ PolicyArn }), unchangeable)
    await assert.rejects(iam.tagPolicy({ PolicyArn, Tags: [{ Key: 'a', Value: 'b' }] }), unchangeable)
    await assert.rejects(iam.untagPolicy({ PolicyArn, TagKeys: ['a'] }), unchangeable)
    assert.deepEqual((await iam.listPolicyTags({ PolicyArn })).Tags, [])
  })
})

test('an account has at most 1500 policies, those of AWS not counted', async () => {
  await using full = await startApp()
  const { identities, trail } = full.running.installation
  const at = full.clock.now()
  const policy = (index: number): ManagedPolicy => ({
    kind: 'policy',
    account: full.account,
    id: uniqueId('ANPA'),
    name: `policy-${index}`,
    path: '/',
    createdAt: at,
    updatedAt: at,
    revision: 1,
    tags: [],
    versions: [{ id: 'v1', document: DOCUMENT, createdAt: at }],
    defaultVersion: 'v1',
    versionsMade: 1,
  })
  const event = {
    service: 'iam',
    operation: 'CreatePolicy',
    by: 'iam',
    account: full.account,
    region: 'us-east-1',
    at,
    arn: arn('policy/'),
  }
  const changes = Array.from({ length: 1500 }, (_, index) => identities.create(policy(index)))
  await trail.append(serviceEntry(event), changes)
  const create = () => full.iam.createPolicy({ PolicyName: 'one-more', PolicyDocument: DOCUMENT })
  await assert.rejects(create(), limitExceeded('Cannot exceed quota for PoliciesPerAccount: 1500'))
  await full.iam.deletePolicy({ PolicyArn: `arn:aws:iam::${full.account}:policy/policy-0` })
  await create()
})

describe('versions', () => {
  test('a new version counts only once it is the default', async () => {
    const PolicyArn = await makePolicy()
    const UserName = fresh('reader')
    const reader = app.clientFor({ credentials: await app.user(UserName) })
    await iam.attachUserPolicy({ UserName, PolicyArn })
    await reader.listSecrets({})
    const { PolicyVersion } = await iam.createPolicyVersion({ PolicyArn, PolicyDocument: allowing('a:b') })
    assert.deepEqual(
      [PolicyVersion?.VersionId, PolicyVersion?.IsDefaultVersion, PolicyVersion?.Document],
      ['v2', false, undefined],
    )
    await reader.listSecrets({})
    await iam.setDefaultPolicyVersion({ PolicyArn, VersionId: 'v2' })
    await assert.rejects(reader.listSecrets({}), { name: 'AccessDeniedException' })
    await iam.createPolicyVersion({ PolicyArn, PolicyDocument: DOCUMENT, SetAsDefault: true })
    await reader.listSecrets({})
    assert.equal((await iam.getPolicy({ PolicyArn })).Policy?.DefaultVersionId, 'v3')
  })

  test('versions are shown by themselves with their document, listed without it, newest first', async () => {
    const PolicyArn = await makePolicy()
    for (const action of ['a:b', 'c:d'])
      await iam.createPolicyVersion({ PolicyArn, PolicyDocument: allowing(action), SetAsDefault: action === 'a:b' })
    const { Versions = [] } = await iam.listPolicyVersions({ PolicyArn })
    assert.deepEqual(
      Versions.map(({ VersionId, IsDefaultVersion, Document }) => [VersionId, IsDefaultVersion, Document]),
      [
        ['v3', false, undefined],
        ['v2', true, undefined],
        ['v1', false, undefined],
      ],
    )
    const { PolicyVersion } = await iam.getPolicyVersion({ PolicyArn, VersionId: 'v3' })
    assert.equal(shown(PolicyVersion?.Document), allowing('c:d'))
    assert.equal(PolicyVersion?.Document?.includes('+'), false)
  })

  test('pages of one hold every version once, in order', async () => {
    const PolicyArn = await makePolicy()
    for (const action of ['a:b', 'c:d', 'e:f'])
      await iam.createPolicyVersion({ PolicyArn, PolicyDocument: allowing(action) })
    const found: (string | undefined)[] = []
    let page = await iam.listPolicyVersions({ PolicyArn, MaxItems: 1 })
    for (; ; page = await iam.listPolicyVersions({ PolicyArn, MaxItems: 1, Marker: page.Marker })) {
      found.push(...(page.Versions ?? []).map(({ VersionId }) => VersionId))
      if (!page.IsTruncated) break
    }
    assert.deepEqual(found, ['v4', 'v3', 'v2', 'v1'])
  })

  test('a policy has at most five versions, and a number is never used again', async () => {
    const PolicyArn = await makePolicy()
    const create = () => iam.createPolicyVersion({ PolicyArn, PolicyDocument: DOCUMENT })
    for (let version = 2; version <= 5; version += 1) await create()
    await assert.rejects(create(), {
      name: 'LimitExceededException',
      message:
        'A managed policy can have up to 5 versions. Before you create a new version, you must delete an existing version.',
    })
    await iam.deletePolicyVersion({ PolicyArn, VersionId: 'v5' })
    assert.equal((await create()).PolicyVersion?.VersionId, 'v6')
  })

  test('the default version is not deleted, others are', async () => {
    const PolicyArn = await makePolicy()
    await iam.createPolicyVersion({ PolicyArn, PolicyDocument: DOCUMENT, SetAsDefault: true })
    await assert.rejects(iam.deletePolicyVersion({ PolicyArn, VersionId: 'v2' }), {
      name: 'DeleteConflictException',
      message: 'Cannot delete the default version of a policy.',
    })
    await iam.deletePolicyVersion({ PolicyArn, VersionId: 'v1' })
    const { Versions } = await iam.listPolicyVersions({ PolicyArn })
    assert.deepEqual(
      Versions?.map(({ VersionId }) => VersionId),
      ['v2'],
    )
  })

  test('a version that does not exist is not found', async () => {
    const PolicyArn = await makePolicy()
    const VersionId = 'v9'
    const missing = {
      name: 'NoSuchEntityException',
      message: `Policy ${PolicyArn} version v9 does not exist or is not attachable.`,
    }
    await assert.rejects(iam.getPolicyVersion({ PolicyArn, VersionId }), missing)
    await assert.rejects(iam.deletePolicyVersion({ PolicyArn, VersionId }), missing)
    await assert.rejects(iam.setDefaultPolicyVersion({ PolicyArn, VersionId }), missing)
    for (const malformed of ['1', 'v0', 'latest', 'v1/'])
      await assert.rejects(iam.getPolicyVersion({ PolicyArn, VersionId: malformed }), { name: 'ValidationError' })
  })

  test('a document that is refused makes no version', async () => {
    const PolicyArn = await makePolicy()
    await assert.rejects(iam.createPolicyVersion({ PolicyArn, PolicyDocument: '{}', SetAsDefault: true }), {
      name: 'MalformedPolicyDocumentException',
    })
    assert.equal((await iam.listPolicyVersions({ PolicyArn })).Versions?.length, 1)
  })
})

describe('DeletePolicy', () => {
  const attached = { name: 'DeleteConflictException', message: 'Cannot delete a policy attached to entities.' }

  test('a policy that somebody has, as a boundary too, is not deleted', async () => {
    const PolicyArn = await makePolicy()
    const UserName = await makeUser(PolicyArn)
    await assert.rejects(iam.deletePolicy({ PolicyArn }), attached)
    await iam.deleteUserPermissionsBoundary({ UserName })
    const GroupName = fresh('group')
    await iam.createGroup({ GroupName })
    await iam.attachGroupPolicy({ GroupName, PolicyArn })
    await assert.rejects(iam.deletePolicy({ PolicyArn }), attached)
    await iam.detachGroupPolicy({ GroupName, PolicyArn })
    await iam.deletePolicy({ PolicyArn })
    await assert.rejects(iam.getPolicy({ PolicyArn }), notFound(PolicyArn))
  })

  test('a policy with several versions is not deleted', async () => {
    const PolicyArn = await makePolicy()
    await iam.createPolicyVersion({ PolicyArn, PolicyDocument: DOCUMENT })
    await assert.rejects(iam.deletePolicy({ PolicyArn }), {
      name: 'DeleteConflictException',
      message:
        "This policy has more than one version. Before you delete a policy, you must delete the policy's versions. The default version is deleted with the policy.",
    })
    await iam.deletePolicyVersion({ PolicyArn, VersionId: 'v2' })
    await iam.deletePolicy({ PolicyArn })
  })
})

describe('ListPolicies', () => {
  const list = async (input: ListPoliciesCommandInput = {}) => {
    const found: Policy[] = []
    let Marker: string | undefined
    do {
      const page = await iam.listPolicies({ ...input, Marker })
      assert.ok((page.Policies ?? []).length <= (input.MaxItems ?? 100))
      assert.equal(page.IsTruncated, page.Marker !== undefined)
      found.push(...(page.Policies ?? []))
      Marker = page.Marker
    } while (Marker !== undefined)
    return found.map(({ Arn = '' }) => Arn)
  }

  test("the account's policies, AWS's, or both", async () => {
    const own = await makePolicy()
    const [all, local, aws] = [await list(), await list({ Scope: 'Local' }), await list({ Scope: 'AWS' })]
    assert.ok(local.includes(own) && local.every((policy) => policy.startsWith(arn('policy/'))))
    assert.ok(aws.includes(ofAws('ReadOnlyAccess')) && aws.every((policy) => policy.startsWith(ofAws(''))))
    assert.deepEqual(all, [...local, ...aws])
    assert.deepEqual(await list({ Scope: 'All' }), all)
  })

  test('pages of every size hold every policy once', async () => {
    for (let made = 0; made < 5; made += 1) await makePolicy()
    const all = await list()
    assert.equal(new Set(all).size, all.length)
    for (const MaxItems of [1, 2, 7]) assert.deepEqual(await list({ MaxItems }), all)
  })

  test('a marker is of one list alone', async () => {
    const { Marker } = await iam.listPolicies({ MaxItems: 1, Scope: 'AWS' })
    await assert.rejects(iam.listPolicies({ Marker }), { name: 'ValidationError' })
    await assert.rejects(iam.listPolicies({ Scope: 'AWS', OnlyAttached: true, Marker }), { name: 'ValidationError' })
  })

  test('PathPrefix chooses by path', async () => {
    const Path = `/${fresh('path')}/`
    const policies = [await makePolicy({ Path }), await makePolicy({ Path: `${Path}deeper/` })]
    assert.deepEqual((await list({ PathPrefix: Path })).toSorted(), policies.toSorted())
    assert.deepEqual(await list({ PathPrefix: Path, Scope: 'AWS' }), [])
  })

  test('only what somebody has, for what they have it', async () => {
    const Path = `/${fresh('used')}/`
    const [attached, boundary] = [await makePolicy({ Path }), await makePolicy({ Path }), await makePolicy({ Path })]
    await iam.attachUserPolicy({ UserName: await makeUser(boundary), PolicyArn: attached })
    assert.equal((await list({ PathPrefix: Path })).length, 3)
    assert.deepEqual(await list({ PathPrefix: Path, OnlyAttached: true, MaxItems: 1 }), [attached])
    assert.deepEqual(await list({ PathPrefix: Path, PolicyUsageFilter: 'PermissionsPolicy' }), [attached])
    assert.deepEqual(await list({ PathPrefix: Path, PolicyUsageFilter: 'PermissionsBoundary', MaxItems: 1 }), [
      boundary,
    ])
    assert.ok((await list({ Scope: 'AWS', OnlyAttached: true })).includes(ofAws('AdministratorAccess')))
  })

  test('lists leave out description and tags', async () => {
    const Path = `/${fresh('brief')}/`
    await makePolicy({ Path, Description: 'd', Tags: [{ Key: 'a', Value: 'b' }] })
    const { Policies: [policy] = [] } = await iam.listPolicies({ PathPrefix: Path })
    assert.ok(policy)
    assert.deepEqual([policy.Description, policy.Tags, policy.AttachmentCount], [undefined, undefined, 0])
  })

  test('an unknown scope is refused', async () => {
    await assert.rejects(iam.listPolicies({ Scope: 'Everything' as 'All' }), { name: 'ValidationError' })
  })
})

describe('ListEntitiesForPolicy', () => {
  test('groups, users and roles that have a policy, also one of AWS', async () => {
    for (const PolicyArn of [await makePolicy(), ofAws('IAMReadOnlyAccess')]) {
      const [user, bounded] = [await makeUser(), await makeUser(PolicyArn)]
      const [GroupName, RoleName] = [fresh('group'), fresh('role')]
      await iam.createGroup({ GroupName, Path: '/team/' })
      await iam.createRole({ RoleName, AssumeRolePolicyDocument: TRUST, Path: '/team/' })
      await iam.attachUserPolicy({ UserName: user, PolicyArn })
      await iam.attachGroupPolicy({ GroupName, PolicyArn })
      await iam.attachRolePolicy({ RoleName, PolicyArn })
      const read = async (input: object) => {
        const page = await iam.listEntitiesForPolicy({ PolicyArn, ...input })
        return [
          page.PolicyGroups?.map((group) => group.GroupName),
          page.PolicyUsers?.map((one) => one.UserName).toSorted(),
          page.PolicyRoles?.map((role) => role.RoleName),
        ]
      }
      assert.deepEqual(await read({}), [[GroupName], [user, bounded].toSorted(), [RoleName]])
      assert.deepEqual(await read({ EntityFilter: 'Role' }), [[], [], [RoleName]])
      assert.deepEqual(await read({ EntityFilter: 'LocalManagedPolicy' }), [[], [], []])
      assert.deepEqual(await read({ PathPrefix: '/team/' }), [[GroupName], [], [RoleName]])
      assert.deepEqual(await read({ PolicyUsageFilter: 'PermissionsBoundary' }), [[], [bounded], []])
      assert.deepEqual(await read({ PolicyUsageFilter: 'PermissionsPolicy' }), [[GroupName], [user], [RoleName]])
      const { PolicyGroups, PolicyUsers, PolicyRoles } = await iam.listEntitiesForPolicy({ PolicyArn })
      assert.match(PolicyGroups?.[0]?.GroupId ?? '', /^AGPA/)
      assert.match(PolicyUsers?.[0]?.UserId ?? '', /^AIDA/)
      assert.match(PolicyRoles?.[0]?.RoleId ?? '', /^AROA/)

      const walked: (string | undefined)[] = []
      let page = await iam.listEntitiesForPolicy({ PolicyArn, MaxItems: 1 })
      for (; ; page = await iam.listEntitiesForPolicy({ PolicyArn, MaxItems: 1, Marker: page.Marker })) {
        walked.push(
          ...(page.PolicyGroups ?? []).map((group) => group.GroupName),
          ...(page.PolicyUsers ?? []).map((one) => one.UserName),
          ...(page.PolicyRoles ?? []).map((role) => role.RoleName),
        )
        if (!page.IsTruncated) break
      }
      assert.deepEqual(walked.toSorted(), [GroupName, user, bounded, RoleName].toSorted())
    }
  })
})

describe('access', () => {
  test('who may do nothing learns nothing of what exists', async () => {
    const user = fresh('nobody')
    const nobody = app.iamFor({ credentials: await app.user(user) })
    const refusedTo = (action: string, resource?: string) => denied(arn(`user/${user}`), action, resource)
    const VersionId = 'v1'
    for (const PolicyArn of [await makePolicy(), arn('policy/none'), ofAws('ReadOnlyAccess')])
      for (const [action, call] of [
        ['GetPolicy', () => nobody.getPolicy({ PolicyArn })],
        ['DeletePolicy', () => nobody.deletePolicy({ PolicyArn })],
        ['ListEntitiesForPolicy', () => nobody.listEntitiesForPolicy({ PolicyArn })],
        ['CreatePolicyVersion', () => nobody.createPolicyVersion({ PolicyArn, PolicyDocument: '{' })],
        ['GetPolicyVersion', () => nobody.getPolicyVersion({ PolicyArn, VersionId })],
        ['DeletePolicyVersion', () => nobody.deletePolicyVersion({ PolicyArn, VersionId })],
        ['ListPolicyVersions', () => nobody.listPolicyVersions({ PolicyArn })],
        ['SetDefaultPolicyVersion', () => nobody.setDefaultPolicyVersion({ PolicyArn, VersionId })],
      ] as const)
        await assert.rejects(call, refusedTo(action, PolicyArn))
    await assert.rejects(nobody.listPolicies({}), refusedTo('ListPolicies'))
    const create = nobody.createPolicy({ PolicyName: 'p', Path: '/a/', PolicyDocument: DOCUMENT })
    await assert.rejects(create, refusedTo('CreatePolicy', arn('policy/a/p')))
  })

  test('who may gets the error of a missing policy', async () => {
    for (const PolicyArn of [arn('policy/none'), ofAws('None')]) {
      const VersionId = 'v1'
      for (const call of [
        () => iam.getPolicy({ PolicyArn }),
        () => iam.deletePolicy({ PolicyArn }),
        () => iam.listEntitiesForPolicy({ PolicyArn }),
        () => iam.createPolicyVersion({ PolicyArn, PolicyDocument: DOCUMENT }),
        () => iam.getPolicyVersion({ PolicyArn, VersionId }),
        () => iam.deletePolicyVersion({ PolicyArn, VersionId }),
        () => iam.listPolicyVersions({ PolicyArn }),
        () => iam.setDefaultPolicyVersion({ PolicyArn, VersionId }),
      ])
        await assert.rejects(call, notFound(PolicyArn))
    }
  })

  test('a policy that denies one ARN is not got around by another case of letters', async () => {
    const PolicyArn = await makePolicy()
    const user = app.iamFor({
      credentials: await app.user(fresh('some'), [
        [
          { Effect: 'Allow', Action: 'iam:*', Resource: '*' },
          { Effect: 'Deny', Action: 'iam:DeletePolicy', Resource: PolicyArn },
        ],
      ]),
    })
    await assert.rejects(user.deletePolicy({ PolicyArn }), { name: 'AccessDenied' })
    const other = PolicyArn.replace('policy-', 'POLICY-')
    await assert.rejects(user.deletePolicy({ PolicyArn: other }), notFound(other))
  })

  test('policies are made with tags only by who may tag', async () => {
    const statements = [{ Effect: 'Allow', Action: 'iam:CreatePolicy', Resource: '*' }]
    const maker = app.iamFor({ credentials: await app.user(fresh('maker'), [statements]) })
    await maker.createPolicy({ PolicyName: fresh('plain'), PolicyDocument: DOCUMENT })
    const Tags = [{ Key: 'a', Value: 'b' }]
    const tagged = maker.createPolicy({ PolicyName: fresh('tagged'), PolicyDocument: DOCUMENT, Tags })
    await assert.rejects(tagged, { name: 'AccessDenied' })
  })
})
