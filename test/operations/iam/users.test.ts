import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, describe, test } from 'node:test'
import type { Tag } from '@aws-sdk/client-iam'
import { startApp } from '../../start-app.ts'
import { alreadyExists, invalidInput, noSuchEntity, noUser, validationError } from './refusals.ts'

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

describe('CreateUser', () => {
  test('makes a user, and GetUser shows the same', async () => {
    const UserName = unique()
    const Tags = [
      { Key: 'team', Value: 'blue' },
      { Key: 'empty', Value: '' },
    ]
    const { User } = await iam.createUser({
      UserName,
      Path: '/division/team/',
      Tags,
      PermissionsBoundary: ADMINISTRATOR_ACCESS,
    })
    assert.match(User?.UserId ?? '', /^AIDA[A-Z2-7]{16}$/)
    assert.ok(User?.CreateDate instanceof Date)
    const { UserId, CreateDate, ...rest } = User
    assert.deepEqual(rest, {
      UserName,
      Path: '/division/team/',
      Arn: arnOf(UserName, '/division/team/'),
      Tags,
      PermissionsBoundary: { PermissionsBoundaryType: 'Policy', PermissionsBoundaryArn: ADMINISTRATOR_ACCESS },
    })
    assert.deepEqual(await get(UserName), User)
  })

  test('without anything else a user is at the root, untagged and unbounded', async () => {
    const UserName = unique()
    const { User } = await iam.createUser({ UserName })
    assert.deepEqual([User?.Path, User?.Tags, User?.PermissionsBoundary], ['/', undefined, undefined])
  })

  test('a name is taken in any case and under any path, and kept as it was written', async () => {
    const UserName = `Mixed-${randomUUID()}`
    await iam.createUser({ UserName })
    const other = UserName.toUpperCase()
    await assert.rejects(
      iam.createUser({ UserName: other, Path: '/other/' }),
      alreadyExists(`User with name ${other} already exists.`),
    )
    assert.equal((await get(other))?.UserName, UserName)
  })

  test('a user of the same name has another id than the one before', async () => {
    const UserName = await makeUser()
    const first = await get(UserName)
    await iam.deleteUser({ UserName })
    await iam.createUser({ UserName })
    assert.notEqual((await get(UserName))?.UserId, first?.UserId)
  })

  const refused: [
    what: string,
    input: { Path?: string; Tags?: Tag[]; PermissionsBoundary?: string },
    expected: object,
  ][] = [
    [
      'a key twice in different case',
      {
        Tags: [
          { Key: 'Team', Value: 'a' },
          { Key: 'team', Value: 'b' },
        ],
      },
      invalidInput('Duplicate tag keys found. Please note that Tag keys are case insensitive.'),
    ],
    [
      'a key of AWS',
      { Tags: [{ Key: 'AWS:x', Value: 'a' }] },
      invalidInput('aws: prefixed tag key names are not allowed for external use.'),
    ],
    [
      'a boundary that does not exist',
      { PermissionsBoundary: `arn:aws:iam::${account}:policy/none` },
      noSuchEntity(`Scope ARN: arn:aws:iam::${account}:policy/none does not exist or is not attachable.`),
    ],
    ['a path that does not end with a slash', { Path: '/a' }, { name: 'ValidationError' }],
    [
      '51 tags',
      { Tags: Array.from({ length: 51 }, (_, index) => ({ Key: `k${index}`, Value: '' })) },
      { name: 'ValidationError' },
    ],
  ]
  for (const [what, input, expected] of refused)
    test(`${what} is refused, and there is no user`, async () => {
      const UserName = unique()
      await assert.rejects(iam.createUser({ UserName, ...input }), expected)
      await assert.rejects(get(UserName), noUser(UserName))
    })

  for (const UserName of ['', 'a b', 'ä', 'a/b', 'a'.repeat(65)])
    test(`the name '${UserName}' is refused`, () =>
      assert.rejects(iam.createUser({ UserName }), { name: 'ValidationError' }))

  test('a name may have 64 characters and every sign that AWS allows', async () => {
    const UserName = `_+=,.@-${randomUUID()}`.padEnd(64, 'x')
    await iam.createUser({ UserName })
    assert.equal((await get(UserName))?.UserName, UserName)
  })
})

describe('GetUser', () => {
  test('without a name shows the caller', async () => {
    assert.equal((await iam.getUser({})).User?.Arn, arnOf('administrator'))
  })

  test('a session of a role has to name one', async () => {
    const session = app.iamFor({ credentials: await assumeAdministrator() })
    await assert.rejects(
      session.getUser({}),
      validationError('Must specify userName when calling with non-User credentials'),
    )
    assert.equal((await session.getUser({ UserName: 'administrator' })).User?.UserName, 'administrator')
  })

  test('root is shown as AWS shows it: with its ARN and the account as its id', async () => {
    await using open = await startApp({ verify: false })
    const { User } = await open.iamFor({ credentials: { accessKeyId: open.account, secretAccessKey: 'x' } }).getUser({})
    assert.deepEqual(
      [User?.Arn, User?.UserId, User?.UserName],
      [`arn:aws:iam::${open.account}:root`, open.account, undefined],
    )
  })

  test('a user who does not exist is not found', () => assert.rejects(get('none'), noUser('none')))
})

interface SessionCredentials {
  AccessKeyId?: string | undefined
  SecretAccessKey?: string | undefined
  SessionToken?: string | undefined
}

function sessionOf({ AccessKeyId = '', SecretAccessKey = '', SessionToken = '' }: SessionCredentials = {}) {
  return { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken }
}

async function assumeAdministrator() {
  const RoleName = `r-${randomUUID()}`
  const trust = {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { AWS: arnOf('administrator') }, Action: 'sts:AssumeRole' }],
  }
  const { Role } = await iam.createRole({ RoleName, AssumeRolePolicyDocument: JSON.stringify(trust) })
  await iam.attachRolePolicy({ RoleName, PolicyArn: ADMINISTRATOR_ACCESS })
  const { Credentials } = await app.sts.assumeRole({ RoleArn: Role?.Arn, RoleSessionName: 'session' })
  return sessionOf(Credentials)
}
