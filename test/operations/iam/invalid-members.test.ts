import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { startApp } from '../../start-app.ts'
import { validationError } from './refusals.ts'

const app = await startApp()
after(() => app.close())
const { iam } = app

const DOCUMENT = JSON.stringify({
  Version: '2012-10-17',
  Statement: { Effect: 'Allow', Action: 's3:ListBucket', Resource: '*' },
})
const UserName = 'invalid-members-user'
const GroupName = 'invalid-members-group'
const RoleName = 'invalid-members-role'
const trust = { AssumeRolePolicyDocument: DOCUMENT }

const invalidName = (member: string) =>
  validationError(
    `The specified value for ${member} is invalid. It must contain only alphanumeric characters and/or the following: +=,.@_-`,
  )
const invalidPath = (member: string, ends = 'begin and end with /') =>
  validationError(
    `The specified value for ${member} is invalid. It must ${ends} and contain only alphanumeric characters and/or / characters.`,
  )

describe('a name with characters that IAM does not take is refused in its own sentence', () => {
  const bad = 'no blank'
  const calls: [operation: string, member: string, call: () => Promise<unknown>][] = [
    ['CreateUser', 'userName', () => iam.createUser({ UserName: bad })],
    ['GetUser', 'userName', () => iam.getUser({ UserName: bad })],
    ['UpdateUser', 'newUserName', () => iam.updateUser({ UserName, NewUserName: bad })],
    ['CreateAccessKey', 'userName', () => iam.createAccessKey({ UserName: bad })],
    ['CreateGroup', 'groupName', () => iam.createGroup({ GroupName: bad })],
    ['UpdateGroup', 'newGroupName', () => iam.updateGroup({ GroupName, NewGroupName: bad })],
    ['AddUserToGroup', 'groupName', () => iam.addUserToGroup({ GroupName: bad, UserName })],
    ['CreateRole', 'roleName', () => iam.createRole({ RoleName: bad, ...trust })],
    ['DeleteRole', 'roleName', () => iam.deleteRole({ RoleName: bad })],
    ['TagRole', 'roleName', () => iam.tagRole({ RoleName: bad, Tags: [] })],
    ['CreatePolicy', 'policyName', () => iam.createPolicy({ PolicyName: bad, PolicyDocument: DOCUMENT })],
    ['PutRolePolicy', 'policyName', () => iam.putRolePolicy({ RoleName, PolicyName: bad, PolicyDocument: DOCUMENT })],
    [
      'AttachUserPolicy',
      'userName',
      () => iam.attachUserPolicy({ UserName: bad, PolicyArn: `arn:aws:iam::aws:policy/x` }),
    ],
  ]
  for (const [operation, member, call] of calls)
    test(`${member} of ${operation}`, () => assert.rejects(call(), invalidName(member)))
})

describe('a path of another form than IAM takes is refused in its own sentence', () => {
  const calls: [operation: string, member: string, call: (path: string) => Promise<unknown>][] = [
    ['CreateUser', 'path', (Path) => iam.createUser({ UserName, Path })],
    ['UpdateUser', 'newPath', (NewPath) => iam.updateUser({ UserName, NewPath })],
    ['CreateGroup', 'path', (Path) => iam.createGroup({ GroupName, Path })],
    ['CreateRole', 'path', (Path) => iam.createRole({ RoleName, ...trust, Path })],
    ['CreatePolicy', 'path', (Path) => iam.createPolicy({ PolicyName: 'p', PolicyDocument: DOCUMENT, Path })],
    ['ListPolicies', 'pathPrefix', (PathPrefix) => iam.listPolicies({ PathPrefix })],
  ]
  for (const [operation, member, call] of calls)
    test(`${member} of ${operation}`, async () => {
      for (const path of ['team/', '/team', 'team', '/team blue/'])
        await assert.rejects(call(path), invalidPath(member))
    })

  test('pathPrefix of ListUsers, ListGroups and ListRoles, which need not end with /', async () => {
    const lists = [
      (PathPrefix: string) => iam.listUsers({ PathPrefix }),
      (PathPrefix: string) => iam.listGroups({ PathPrefix }),
      (PathPrefix: string) => iam.listRoles({ PathPrefix }),
    ]
    for (const list of lists) {
      await assert.rejects(list('team'), invalidPath('pathPrefix', 'begin with /'))
      await list('/team')
    }
  })
})

describe('a PolicyArn that is no ARN is refused before anything is looked up', () => {
  const refusal = validationError('Invalid ARN:  Could not be parsed!')
  const Tags = [{ Key: 'a', Value: 'b' }]
  const calls: Record<string, (PolicyArn: string) => Promise<unknown>> = {
    AttachUserPolicy: (PolicyArn) => iam.attachUserPolicy({ UserName, PolicyArn }),
    AttachGroupPolicy: (PolicyArn) => iam.attachGroupPolicy({ GroupName, PolicyArn }),
    AttachRolePolicy: (PolicyArn) => iam.attachRolePolicy({ RoleName, PolicyArn }),
    DetachUserPolicy: (PolicyArn) => iam.detachUserPolicy({ UserName, PolicyArn }),
    DetachGroupPolicy: (PolicyArn) => iam.detachGroupPolicy({ GroupName, PolicyArn }),
    DetachRolePolicy: (PolicyArn) => iam.detachRolePolicy({ RoleName, PolicyArn }),
    GetPolicy: (PolicyArn) => iam.getPolicy({ PolicyArn }),
    DeletePolicy: (PolicyArn) => iam.deletePolicy({ PolicyArn }),
    CreatePolicyVersion: (PolicyArn) => iam.createPolicyVersion({ PolicyArn, PolicyDocument: DOCUMENT }),
    GetPolicyVersion: (PolicyArn) => iam.getPolicyVersion({ PolicyArn, VersionId: 'v1' }),
    DeletePolicyVersion: (PolicyArn) => iam.deletePolicyVersion({ PolicyArn, VersionId: 'v1' }),
    SetDefaultPolicyVersion: (PolicyArn) => iam.setDefaultPolicyVersion({ PolicyArn, VersionId: 'v1' }),
    ListPolicyVersions: (PolicyArn) => iam.listPolicyVersions({ PolicyArn }),
    ListEntitiesForPolicy: (PolicyArn) => iam.listEntitiesForPolicy({ PolicyArn }),
    TagPolicy: (PolicyArn) => iam.tagPolicy({ PolicyArn, Tags }),
    UntagPolicy: (PolicyArn) => iam.untagPolicy({ PolicyArn, TagKeys: ['a'] }),
    ListPolicyTags: (PolicyArn) => iam.listPolicyTags({ PolicyArn }),
    CreateUser: (PermissionsBoundary) => iam.createUser({ UserName, PermissionsBoundary }),
    CreateRole: (PermissionsBoundary) => iam.createRole({ RoleName, ...trust, PermissionsBoundary }),
    PutUserPermissionsBoundary: (PermissionsBoundary) =>
      iam.putUserPermissionsBoundary({ UserName, PermissionsBoundary }),
    PutRolePermissionsBoundary: (PermissionsBoundary) =>
      iam.putRolePermissionsBoundary({ RoleName, PermissionsBoundary }),
  }
  for (const [operation, call] of Object.entries(calls))
    test(operation, async () => {
      for (const text of [
        'longpolicynamebutnoarn',
        'arn:aws:iam::aws-policy',
        'ARN:AWS:IAM::AWS:POLICY/READONLYACCESS',
      ])
        await assert.rejects(call(text), refusal)
    })
})

test('the framework names what it checks itself before IAM says anything of names, paths and ARNs', async () => {
  const UserName = `no blank ${'x'.repeat(64)}`
  await assert.rejects(
    iam.createUser({ UserName, Path: 'team' }),
    validationError(
      `1 validation error detected: Value '${UserName}' at 'userName' failed to satisfy constraint: Member must have length less than or equal to 64`,
    ),
  )
})
