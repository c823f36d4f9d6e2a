import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, describe, test } from 'node:test'
import { members } from '../../members.ts'
import { startApp } from '../../start-app.ts'
import { BAD_MARKER, denied, invalidInput, limitExceeded, noSuchEntity, noUser, validationError } from './refusals.ts'

const app = await startApp()
after(() => app.close())
const { iam, account } = app

const unique = () => `u-${randomUUID()}`
const MAY_GET_USER = [{ Effect: 'Allow', Action: 'iam:GetUser', Resource: '*' }]
const noKey = (id: string | undefined) => noSuchEntity(`The Access Key with id ${id} cannot be found.`)

async function makeUser(): Promise<string> {
  const UserName = unique()
  await iam.createUser({ UserName })
  return UserName
}

async function makeKey(UserName: string) {
  const { AccessKey } = await iam.createAccessKey({ UserName })
  assert.ok(AccessKey?.AccessKeyId && AccessKey.SecretAccessKey)
  return { accessKeyId: AccessKey.AccessKeyId, secretAccessKey: AccessKey.SecretAccessKey }
}
const keysOf = async (UserName: string) => (await iam.listAccessKeys({ UserName })).AccessKeyMetadata

describe('CreateAccessKey', () => {
  test('gives a key that works at once, and its secret', async () => {
    const UserName = await makeUser()
    await iam.attachUserPolicy({ UserName, PolicyArn: 'arn:aws:iam::aws:policy/IAMReadOnlyAccess' })
    const { AccessKey } = await iam.createAccessKey({ UserName })
    assert.match(AccessKey?.AccessKeyId ?? '', /^AKIA[A-Z2-7]{16}$/)
    assert.match(AccessKey?.SecretAccessKey ?? '', /^[A-Za-z0-9/+]{40}$/)
    assert.deepEqual([AccessKey?.UserName, AccessKey?.Status], [UserName, 'Active'])
    const credentials = {
      accessKeyId: AccessKey?.AccessKeyId ?? '',
      secretAccessKey: AccessKey?.SecretAccessKey ?? '',
    }
    assert.equal((await app.iamFor({ credentials }).getUser({})).User?.UserName, UserName)
  })

  test('the secret is told once: no list and no record has it', async () => {
    const UserName = await makeUser()
    const { secretAccessKey } = await makeKey(UserName)
    assert.ok(!JSON.stringify(await iam.listAccessKeys({ UserName })).includes(secretAccessKey))
    assert.ok(!JSON.stringify(await app.trail()).includes(secretAccessKey))
  })

  test('without a name the key is for the caller, also with temporary credentials', async () => {
    const name = unique()
    const credentials = await app.user(name, [{ Effect: 'Allow', Action: 'iam:CreateAccessKey', Resource: '*' }])
    const { AccessKey } = await app.iamFor({ credentials }).createAccessKey({})
    assert.equal(AccessKey?.UserName, name)
    assert.equal((await keysOf(name))?.length, 2)
  })

  test('root has no keys here and must name a user', async () => {
    await using open = await startApp({ verify: false })
    const root = open.iamFor({ credentials: { accessKeyId: open.account, secretAccessKey: 'x' } })
    await assert.rejects(
      root.createAccessKey({}),
      validationError('Must specify userName when calling with non-User credentials'),
    )
  })

  test('a user has two keys at most, however many are made at once', async () => {
    const UserName = await makeUser()
    const outcomes = await Promise.allSettled([1, 2, 3, 4].map(() => iam.createAccessKey({ UserName })))
    assert.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 2)
    await assert.rejects(
      iam.createAccessKey({ UserName }),
      limitExceeded('Cannot exceed quota for AccessKeysPerUser: 2'),
    )
    assert.equal((await keysOf(UserName))?.length, 2)
  })

  test('an inactive key counts', async () => {
    const UserName = await makeUser()
    const { accessKeyId: AccessKeyId } = await makeKey(UserName)
    await makeKey(UserName)
    await iam.updateAccessKey({ UserName, AccessKeyId, Status: 'Inactive' })
    await assert.rejects(iam.createAccessKey({ UserName }), { name: 'LimitExceededException' })
    await iam.deleteAccessKey({ UserName, AccessKeyId })
    await makeKey(UserName)
  })

  test('a user who does not exist is not found', () =>
    assert.rejects(iam.createAccessKey({ UserName: 'none' }), noUser('none')))
})

describe('UpdateAccessKey', () => {
  test('an inactive key is refused at the next request, and works again once it is active', async () => {
    const UserName = unique()
    const credentials = await app.user(UserName, MAY_GET_USER)
    const AccessKeyId = credentials.accessKeyId
    const user = app.iamFor({ credentials })
    await user.getUser({})
    assert.deepEqual(await members(iam.updateAccessKey({ UserName, AccessKeyId, Status: 'Inactive' })), {})
    await assert.rejects(user.getUser({}), { name: 'InvalidClientTokenId' })
    assert.equal((await keysOf(UserName))?.[0]?.Status, 'Inactive')
    await iam.updateAccessKey({ UserName, AccessKeyId, Status: 'Active' })
    await iam.updateAccessKey({ UserName, AccessKeyId, Status: 'Active' })
    assert.equal((await user.getUser({})).User?.UserName, UserName)
  })

  test('nobody sets Expired, and no other word', async () => {
    const UserName = await makeUser()
    const { accessKeyId: AccessKeyId } = await makeKey(UserName)
    await assert.rejects(
      iam.updateAccessKey({ UserName, AccessKeyId, Status: 'Expired' }),
      invalidInput('Status Expired cannot be set: use Active or Inactive.'),
    )
    await assert.rejects(iam.updateAccessKey({ UserName, AccessKeyId, Status: 'active' as 'Active' }), {
      name: 'ValidationError',
    })
  })

  test("another user's key is not found", async () => {
    const [UserName, other] = [await makeUser(), await makeUser()]
    const { accessKeyId: AccessKeyId } = await makeKey(other)
    await assert.rejects(iam.updateAccessKey({ UserName, AccessKeyId, Status: 'Inactive' }), noKey(AccessKeyId))
    await assert.rejects(iam.deleteAccessKey({ UserName, AccessKeyId }), noKey(AccessKeyId))
    await assert.rejects(iam.deleteAccessKey({ AccessKeyId }), noKey(AccessKeyId))
    assert.equal((await keysOf(other))?.[0]?.Status, 'Active')
  })

  test('a user who does not exist is not found', () =>
    assert.rejects(
      iam.updateAccessKey({ UserName: 'none', AccessKeyId: 'A'.repeat(20), Status: 'Active' }),
      noUser('none'),
    ))
})

describe('DeleteAccessKey', () => {
  test('a deleted key is refused at the next request and gone for good', async () => {
    const UserName = unique()
    const credentials = await app.user(UserName, MAY_GET_USER)
    const AccessKeyId = credentials.accessKeyId
    await app.iamFor({ credentials }).getUser({})
    assert.deepEqual(await members(iam.deleteAccessKey({ UserName, AccessKeyId })), {})
    await assert.rejects(app.iamFor({ credentials }).getUser({}), { name: 'InvalidClientTokenId' })
    await assert.rejects(iam.deleteAccessKey({ UserName, AccessKeyId }), noKey(AccessKeyId))
    assert.deepEqual(await keysOf(UserName), [])
  })

  test('without a name it is a key of the caller', async () => {
    const UserName = unique()
    const credentials = await app.user(UserName, [
      { Effect: 'Allow', Action: 'iam:*AccessKey*', Resource: `arn:aws:iam::*:user/\${aws:username}` },
    ])
    const own = app.iamFor({ credentials })
    const { AccessKey } = await own.createAccessKey({})
    await own.deleteAccessKey({ AccessKeyId: AccessKey?.AccessKeyId })
    assert.deepEqual(
      (await own.listAccessKeys({})).AccessKeyMetadata?.map(({ AccessKeyId }) => AccessKeyId),
      [credentials.accessKeyId],
    )
  })
})

describe('ListAccessKeys', () => {
  test('lists the oldest first, in pages', async () => {
    const UserName = await makeUser()
    const first = await makeKey(UserName)
    app.clock.advance(1000)
    const second = await makeKey(UserName)
    const keys = await keysOf(UserName)
    assert.deepEqual(
      keys?.map((key) => [key.UserName, key.AccessKeyId, key.Status, key.CreateDate instanceof Date]),
      [
        [UserName, first.accessKeyId, 'Active', true],
        [UserName, second.accessKeyId, 'Active', true],
      ],
    )
    const page = await iam.listAccessKeys({ UserName, MaxItems: 1 })
    assert.deepEqual([page.AccessKeyMetadata, page.IsTruncated], [keys?.slice(0, 1), true])
    const last = await iam.listAccessKeys({ UserName, MaxItems: 1, Marker: page.Marker })
    assert.deepEqual([last.AccessKeyMetadata, last.IsTruncated, last.Marker], [keys?.slice(1), false, undefined])
    await assert.rejects(iam.listAccessKeys({ UserName: await makeUser(), Marker: page.Marker }), BAD_MARKER)
  })

  test('a user who does not exist is not found', () =>
    assert.rejects(iam.listAccessKeys({ UserName: 'none' }), noUser('none')))
})

describe('GetAccessKeyLastUsed', () => {
  test('a key that was never used says so', async () => {
    const UserName = await makeUser()
    const { accessKeyId: AccessKeyId } = await makeKey(UserName)
    assert.deepEqual(await members(iam.getAccessKeyLastUsed({ AccessKeyId })), {
      UserName,
      AccessKeyLastUsed: { ServiceName: 'N/A', Region: 'N/A' },
    })
  })

  test('tells when, for which service and in which Region a key was last used', async () => {
    const UserName = unique()
    const credentials = await app.user(UserName, MAY_GET_USER)
    const before = app.clock.now()
    await app.iamFor({ credentials }).getUser({})
    const { AccessKeyLastUsed } = await iam.getAccessKeyLastUsed({ AccessKeyId: credentials.accessKeyId })
    assert.deepEqual([AccessKeyLastUsed?.ServiceName, AccessKeyLastUsed?.Region], ['iam', 'us-east-1'])
    const at = AccessKeyLastUsed?.LastUsedDate?.getTime() ?? 0
    // Answers have whole seconds.
    assert.ok(at >= before - 1000 && at <= app.clock.now())
  })

  test('a use that could not be stored is not taken for remembered', async () => {
    await using own = await startApp()
    const credentials = await own.user(unique(), MAY_GET_USER)
    const user = own.iamFor({ credentials })
    const { engine } = own.running.installation
    const append = engine.append.bind(engine)
    engine.append = () => Promise.reject(new Error('the disk is full'))
    await assert.rejects(user.getUser({}), { name: 'InternalFailure' })
    engine.append = append
    await user.getUser({})
    const { AccessKeyLastUsed } = await own.iam.getAccessKeyLastUsed({ AccessKeyId: credentials.accessKeyId })
    assert.equal(AccessKeyLastUsed?.ServiceName, 'iam')
  })

  test('an unknown key is not found', async () => {
    const AccessKeyId = 'AKIAUNKNOWNUNKNOWNUN'
    await assert.rejects(iam.getAccessKeyLastUsed({ AccessKeyId }), noKey(AccessKeyId))
  })
})

describe('access', async () => {
  const nobody = app.iamFor({ credentials: await app.user('nobody') })
  const principal = `arn:aws:iam::${account}:user/nobody`
  const there = await makeUser()
  const { accessKeyId } = await makeKey(there)

  test('who is allowed nothing learns nothing of users and keys', async () => {
    for (const UserName of [there, 'none']) {
      const on = `user ${UserName}`
      const AccessKeyId = accessKeyId
      await assert.rejects(nobody.createAccessKey({ UserName }), denied(principal, 'CreateAccessKey', on))
      await assert.rejects(
        nobody.updateAccessKey({ UserName, AccessKeyId, Status: 'Inactive' }),
        denied(principal, 'UpdateAccessKey', on),
      )
      await assert.rejects(nobody.deleteAccessKey({ UserName, AccessKeyId }), denied(principal, 'DeleteAccessKey', on))
      await assert.rejects(nobody.listAccessKeys({ UserName }), denied(principal, 'ListAccessKeys', on))
    }
    for (const AccessKeyId of [accessKeyId, 'AKIAUNKNOWNUNKNOWNUN'])
      await assert.rejects(
        nobody.getAccessKeyLastUsed({ AccessKeyId }),
        denied(principal, 'GetAccessKeyLastUsed', `access key ${AccessKeyId}`),
      )
    assert.equal((await keysOf(there))?.length, 1)
  })

  test("a key's last use is told to who may ask about its owner", async () => {
    const credentials = await app.user(unique(), [
      { Effect: 'Allow', Action: 'iam:GetAccessKeyLastUsed', Resource: `arn:aws:iam::${account}:user/${there}` },
    ])
    const user = app.iamFor({ credentials })
    assert.equal((await user.getAccessKeyLastUsed({ AccessKeyId: accessKeyId })).UserName, there)
    const other = await makeKey(await makeUser())
    for (const AccessKeyId of [other.accessKeyId, 'AKIAUNKNOWNUNKNOWNUN'])
      await assert.rejects(user.getAccessKeyLastUsed({ AccessKeyId }), { name: 'AccessDenied' })
  })
})
