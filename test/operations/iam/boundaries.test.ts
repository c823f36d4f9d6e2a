import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, describe, test } from 'node:test'
import { members } from '../../members.ts'
import { startApp } from '../../start-app.ts'
import { denied, noRole, noSuchEntity, noUser } from './refusals.ts'

const app = await startApp()
after(() => app.close())
const { iam, account } = app

const arn = (what: string) => `arn:aws:iam::${account}:${what}`
const ADMINISTRATOR_ACCESS = 'arn:aws:iam::aws:policy/AdministratorAccess'
const READ_ONLY = 'arn:aws:iam::aws:policy/IAMReadOnlyAccess'
const document = (statement: object) => JSON.stringify({ Version: '2012-10-17', Statement: [statement] })
const TRUST = document({ Effect: 'Allow', Principal: { AWS: account }, Action: 'sts:AssumeRole' })

async function makePolicy(Action: string): Promise<string> {
  const PolicyDocument = document({ Effect: 'Allow', Action, Resource: '*' })
  const { Policy } = await iam.createPolicy({ PolicyName: `p-${randomUUID()}`, PolicyDocument })
  return Policy?.Arn ?? ''
}

/** Who can have a boundary: how to make one, and how to call the operations. */
interface Bounded {
  readonly noun: string
  make(boundary?: string): Promise<string>
  boundaryOf(name: string): Promise<string | undefined>
  put(name: string, boundary: string, client?: typeof iam): Promise<{ $metadata: unknown }>
  remove(name: string, client?: typeof iam): Promise<{ $metadata: unknown }>
  missing(name: string): object
  label(name: string): string
}

const kinds: readonly Bounded[] = [
  {
    noun: 'User',
    async make(PermissionsBoundary) {
      const UserName = `u-${randomUUID()}`
      await iam.createUser({ UserName, PermissionsBoundary })
      return UserName
    },
    boundaryOf: async (UserName) => (await iam.getUser({ UserName })).User?.PermissionsBoundary?.PermissionsBoundaryArn,
    put: (UserName, PermissionsBoundary, client = iam) =>
      client.putUserPermissionsBoundary({ UserName, PermissionsBoundary }),
    remove: (UserName, client = iam) => client.deleteUserPermissionsBoundary({ UserName }),
    missing: noUser,
    label: (name) => `user ${name}`,
  },
  {
    noun: 'Role',
    async make(PermissionsBoundary) {
      const RoleName = `r-${randomUUID()}`
      await iam.createRole({ RoleName, AssumeRolePolicyDocument: TRUST, PermissionsBoundary })
      return RoleName
    },
    boundaryOf: async (RoleName) => (await iam.getRole({ RoleName })).Role?.PermissionsBoundary?.PermissionsBoundaryArn,
    put: (RoleName, PermissionsBoundary, client = iam) =>
      client.putRolePermissionsBoundary({ RoleName, PermissionsBoundary }),
    remove: (RoleName, client = iam) => client.deleteRolePermissionsBoundary({ RoleName }),
    missing: noRole,
    label: (name) => `role ${name}`,
  },
]

const nobody = app.iamFor({ credentials: await app.user('nobody') })

for (const { noun, make, boundaryOf, put, remove, missing, label } of kinds)
  describe(`boundary of ${noun}`, () => {
    test('a policy of the account or of AWS is put, replaced and taken away', async () => {
      const [name, own] = [await make(), await makePolicy('s3:*')]
      assert.deepEqual(await members(put(name, own)), {})
      assert.equal(await boundaryOf(name), own)
      await put(name, ADMINISTRATOR_ACCESS)
      await put(name, ADMINISTRATOR_ACCESS)
      assert.equal(await boundaryOf(name), ADMINISTRATOR_ACCESS)
      assert.deepEqual(await members(remove(name)), {})
      await remove(name)
      assert.equal(await boundaryOf(name), undefined)
    })

    const nowhere = [
      arn('policy/none'),
      'arn:aws:iam::aws:policy/None',
      'arn:aws:iam::999999999999:policy/none',
      arn('user/administrator'),
    ]
    for (const boundary of nowhere)
      test(`${boundary} is no policy and refused`, async () => {
        const name = await make(READ_ONLY)
        await assert.rejects(
          put(name, boundary),
          noSuchEntity(`Scope ARN: ${boundary} does not exist or is not attachable.`),
        )
        assert.equal(await boundaryOf(name), READ_ONLY)
      })

    test("a policy's ARN in another case or path is no policy", async () => {
      const [name, own] = [await make(), await makePolicy('s3:*')]
      for (const boundary of [
        own.toUpperCase().replace(/^.*:POLICY\//, arn('policy/')),
        own.replace('policy/', 'policy/x/'),
      ])
        await assert.rejects(put(name, boundary), { name: 'NoSuchEntityException' })
    })

    test('what somebody has as a boundary cannot be deleted', async () => {
      const PolicyArn = await makePolicy('s3:*')
      const name = await make(PolicyArn)
      await assert.rejects(iam.deletePolicy({ PolicyArn }), { name: 'DeleteConflictException' })
      await remove(name)
      await iam.deletePolicy({ PolicyArn })
    })

    test('a policy is never gone while it is a boundary', async () => {
      for (let round = 0; round < 5; round++) {
        const [name, PolicyArn] = [await make(), await makePolicy('s3:*')]
        const [bounded, deleted] = await Promise.allSettled([put(name, PolicyArn), iam.deletePolicy({ PolicyArn })])
        assert.notEqual(bounded.status, deleted.status)
        assert.equal(await boundaryOf(name), bounded.status === 'fulfilled' ? PolicyArn : undefined)
      }
    })

    test('whoever does not exist is not found', async () => {
      await assert.rejects(put('none', READ_ONLY), missing('none'))
      await assert.rejects(remove('none'), missing('none'))
    })

    test('who is allowed nothing learns nothing of who exists', async () => {
      const there = await make(READ_ONLY)
      for (const name of [there, 'none']) {
        const refusal = (action: string) => denied(arn('user/nobody'), action, label(name))
        await assert.rejects(put(name, ADMINISTRATOR_ACCESS, nobody), refusal(`Put${noun}PermissionsBoundary`))
        await assert.rejects(remove(name, nobody), refusal(`Delete${noun}PermissionsBoundary`))
      }
      assert.equal(await boundaryOf(there), READ_ONLY)
    })

    test('policies see the boundary that is put and the one that is taken away', async () => {
      const credentials = await app.user(`u-${randomUUID()}`, [
        {
          Effect: 'Allow',
          Action: [`iam:Put${noun}PermissionsBoundary`, `iam:Delete${noun}PermissionsBoundary`],
          Resource: '*',
          Condition: { StringEquals: { 'iam:PermissionsBoundary': READ_ONLY } },
        },
      ])
      const user = app.iamFor({ credentials })
      const name = await make(ADMINISTRATOR_ACCESS)
      await assert.rejects(remove(name, user), { name: 'AccessDenied' })
      await assert.rejects(put(name, ADMINISTRATOR_ACCESS, user), { name: 'AccessDenied' })
      await put(name, READ_ONLY, user)
      await remove(name, user)
      assert.equal(await boundaryOf(name), undefined)
    })
  })

test('a user may do what both its policies and its boundary allow, from the next request on', async () => {
  const UserName = `u-${randomUUID()}`
  const credentials = await app.user(UserName, [{ Effect: 'Allow', Action: 'iam:*', Resource: '*' }])
  const user = app.iamFor({ credentials })
  await user.listUsers({})
  await iam.putUserPermissionsBoundary({ UserName, PermissionsBoundary: await makePolicy('iam:GetUser') })
  await user.getUser({})
  await assert.rejects(user.listUsers({}), {
    name: 'AccessDenied',
    message: /because no permissions boundary allows the iam:ListUsers action$/,
  })
  await iam.deleteUserPermissionsBoundary({ UserName })
  await user.listUsers({})
})
