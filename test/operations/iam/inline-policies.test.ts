import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, describe, test } from 'node:test'
import type { IAM } from '@aws-sdk/client-iam'
import { startApp } from '../../start-app.ts'
import { denied } from './refusals.ts'

const app = await startApp()
after(() => app.close())
const { iam, account } = app

const arn = (rest: string) => `arn:aws:iam::${account}:${rest}`
const fresh = (prefix: string) => `${prefix}-${randomUUID().slice(0, 8)}`
const TRUST = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { AWS: arn('root') }, Action: 'sts:AssumeRole' }],
})
const allowing = (Action: string) =>
  JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action, Resource: '*' }] })
const DOCUMENT = allowing('secretsmanager:GetSecretValue')

/** A document of so many characters, white space not counted. */
function sized(length: number): string {
  const empty = JSON.stringify({ Statement: [{ Effect: 'Allow', Action: 'a:b', Resource: '*', Sid: '' }] })
  return empty.replace('"Sid":""', `"Sid":"${'s'.repeat(length - empty.length)}"`)
}

interface Page {
  readonly PolicyNames?: string[] | undefined
  readonly IsTruncated?: boolean | undefined
  readonly Marker?: string | undefined
}

/** The same four operations, for whoever has the policies. */
interface Family {
  readonly kind: string
  readonly noun: string
  readonly limit: number
  make(): Promise<string>
  put(client: IAM, name: string, PolicyName: string, PolicyDocument: string): Promise<unknown>
  get(client: IAM, name: string, PolicyName: string): Promise<object & { PolicyDocument?: string | undefined }>
  remove(client: IAM, name: string, PolicyName: string): Promise<unknown>
  list(client: IAM, name: string, paging?: { MaxItems?: number; Marker?: string | undefined }): Promise<Page>
}

const families: readonly Family[] = [
  {
    kind: 'user',
    noun: 'User',
    limit: 2048,
    async make() {
      const UserName = fresh('user')
      await iam.createUser({ UserName })
      return UserName
    },
    put: (client, UserName, PolicyName, PolicyDocument) =>
      client.putUserPolicy({ UserName, PolicyName, PolicyDocument }),
    get: (client, UserName, PolicyName) => client.getUserPolicy({ UserName, PolicyName }),
    remove: (client, UserName, PolicyName) => client.deleteUserPolicy({ UserName, PolicyName }),
    list: (client, UserName, paging) => client.listUserPolicies({ UserName, ...paging }),
  },
  {
    kind: 'group',
    noun: 'Group',
    limit: 5120,
    async make() {
      const GroupName = fresh('group')
      await iam.createGroup({ GroupName })
      return GroupName
    },
    put: (client, GroupName, PolicyName, PolicyDocument) =>
      client.putGroupPolicy({ GroupName, PolicyName, PolicyDocument }),
    get: (client, GroupName, PolicyName) => client.getGroupPolicy({ GroupName, PolicyName }),
    remove: (client, GroupName, PolicyName) => client.deleteGroupPolicy({ GroupName, PolicyName }),
    list: (client, GroupName, paging) => client.listGroupPolicies({ GroupName, ...paging }),
  },
  {
    kind: 'role',
    noun: 'Role',
    limit: 10_240,
    async make() {
      const RoleName = fresh('role')
      await iam.createRole({ RoleName, AssumeRolePolicyDocument: TRUST })
      return RoleName
    },
    put: (client, RoleName, PolicyName, PolicyDocument) =>
      client.putRolePolicy({ RoleName, PolicyName, PolicyDocument }),
    get: (client, RoleName, PolicyName) => client.getRolePolicy({ RoleName, PolicyName }),
    remove: (client, RoleName, PolicyName) => client.deleteRolePolicy({ RoleName, PolicyName }),
    list: (client, RoleName, paging) => client.listRolePolicies({ RoleName, ...paging }),
  },
]

for (const { kind, noun, limit, make, put, get, remove, list } of families)
  describe(`inline policies of a ${kind}`, () => {
    const missingPolicy = (name: string) => ({
      name: 'NoSuchEntityException',
      message: `The ${kind} policy with name ${name} cannot be found.`,
    })

    test('a policy is shown as it was put, percent-encoded', async () => {
      const name = await make()
      const document =
        '{\n  "Statement": {\r\n\t"Effect": "Allow", "Action": "a:b", "Resource": "arn:aws:s3:::a+b c/é(*)~\'!" } }'
      await put(iam, name, 'p', document)
      const { PolicyDocument = '', ...names } = await get(iam, name, 'p')
      assert.equal(decodeURIComponent(PolicyDocument), document)
      assert.match(PolicyDocument, /^[A-Za-z0-9%._~-]+$/, 'a form decoder reads it too')
      const { [`${noun}Name`]: owner, PolicyName } = names as Record<string, unknown>
      assert.deepEqual([owner, PolicyName], [name, 'p'])
    })

    test('putting a name again replaces the policy, in any case of letters', async () => {
      const name = await make()
      await put(iam, name, 'Name', DOCUMENT)
      await put(iam, name, 'name', allowing('a:b'))
      assert.deepEqual((await list(iam, name)).PolicyNames, ['name'])
      assert.equal(decodeURIComponent((await get(iam, name, 'NAME')).PolicyDocument ?? ''), allowing('a:b'))
    })

    test('a deleted policy is gone, the others stay', async () => {
      const name = await make()
      for (const policy of ['a', 'b', 'c']) await put(iam, name, policy, DOCUMENT)
      await remove(iam, name, 'b')
      assert.deepEqual((await list(iam, name)).PolicyNames, ['a', 'c'])
      await assert.rejects(get(iam, name, 'b'), missingPolicy('b'))
      await assert.rejects(remove(iam, name, 'b'), missingPolicy('b'))
    })

    test('pages of one hold every name once, in order', async () => {
      const name = await make()
      assert.deepEqual((await list(iam, name)).PolicyNames, [])
      for (const policy of ['delta', 'Alpha', 'charlie', 'Bravo']) await put(iam, name, policy, DOCUMENT)
      const names: string[] = []
      let page = await list(iam, name, { MaxItems: 1 })
      for (; ; page = await list(iam, name, { MaxItems: 1, Marker: page.Marker })) {
        names.push(...(page.PolicyNames ?? []))
        assert.equal(page.IsTruncated, page.Marker !== undefined)
        if (!page.IsTruncated) break
      }
      assert.deepEqual(names, ['Alpha', 'Bravo', 'charlie', 'delta'])
    })

    test('a marker of somebody else is refused', async () => {
      const [one, other] = [await make(), await make()]
      for (const policy of ['a', 'b']) for (const name of [one, other]) await put(iam, name, policy, DOCUMENT)
      const { Marker } = await list(iam, one, { MaxItems: 1 })
      await assert.rejects(list(iam, other, { Marker }), { name: 'ValidationError' })
    })

    test(`all policies together have at most ${limit} characters, white space not counted`, async () => {
      const name = await make()
      const half = limit / 2
      await put(iam, name, 'a', sized(half).replace('{', `{${' \n'.repeat(half)}`))
      await put(iam, name, 'b', sized(half))
      await put(iam, name, 'b', sized(half))
      const tooLong = {
        name: 'LimitExceededException',
        message: `Maximum policy size of ${limit} bytes exceeded for ${kind} ${name}`,
      }
      await assert.rejects(put(iam, name, 'b', sized(half + 1)), tooLong)
      await assert.rejects(put(iam, name, 'c', DOCUMENT), tooLong)
      assert.equal(decodeURIComponent((await get(iam, name, 'b')).PolicyDocument ?? ''), sized(half))
      await remove(iam, name, 'a')
      await put(iam, name, 'c', DOCUMENT)
    })

    test('a document that is no identity policy is refused', async () => {
      const name = await make()
      for (const document of [
        '{',
        '[]',
        '{}',
        TRUST,
        JSON.stringify({ Statement: [{ Effect: 'Allow', Action: 'a:b' }] }),
        JSON.stringify({ Statement: [{ Effect: 'allow', Action: 'a:b', Resource: '*' }] }),
        DOCUMENT.replace('{', '{"Version":"2012-10-17",'),
      ])
        await assert.rejects(put(iam, name, 'p', document), { name: 'MalformedPolicyDocumentException' }, document)
      assert.deepEqual((await list(iam, name)).PolicyNames, [])
    })

    test('names are checked', async () => {
      const name = await make()
      for (const policy of ['a/b', 'x'.repeat(129)])
        await assert.rejects(put(iam, name, policy, DOCUMENT), { name: 'ValidationError' })
      await assert.rejects(put(iam, name, 'p', '‘'), { name: 'ValidationError' })
    })

    test(`a ${kind} that does not exist has no policies`, async () => {
      const name = fresh('none')
      const missing = { name: 'NoSuchEntityException', message: `The ${kind} with name ${name} cannot be found.` }
      await assert.rejects(put(iam, name, 'p', DOCUMENT), missing)
      await assert.rejects(get(iam, name, 'p'), missing)
      await assert.rejects(remove(iam, name, 'p'), missing)
      await assert.rejects(list(iam, name), missing)
    })

    test('who may do nothing learns nothing of what exists', async () => {
      const user = fresh('nobody')
      const nobody = app.iamFor({ credentials: await app.user(user) })
      const there = await make()
      await put(iam, there, 'p', DOCUMENT)
      for (const name of [there, fresh('none')])
        for (const [action, call] of [
          [`Put${noun}Policy`, () => put(nobody, name, 'p', '{')],
          [`Get${noun}Policy`, () => get(nobody, name, 'p')],
          [`Delete${noun}Policy`, () => remove(nobody, name, 'p')],
          [`List${noun}Policies`, () => list(nobody, name)],
        ] as const)
          await assert.rejects(call, denied(arn(`user/${user}`), action, `${kind} ${name}`))
    })
  })

describe('what an inline policy does', () => {
  test('a policy that is put allows from the next request on, and no longer when it is deleted', async () => {
    const UserName = fresh('reader')
    const reader = app.clientFor({ credentials: await app.user(UserName) })
    await assert.rejects(reader.listSecrets({}), { name: 'AccessDeniedException' })
    await iam.putUserPolicy({ UserName, PolicyName: 'list', PolicyDocument: allowing('secretsmanager:ListSecrets') })
    await reader.listSecrets({})
    await iam.deleteUserPolicy({ UserName, PolicyName: 'list' })
    await assert.rejects(reader.listSecrets({}), { name: 'AccessDeniedException' })
  })

  test('a policy may look at the boundary that somebody has before it lets others change what they may do', async () => {
    const boundary = 'arn:aws:iam::aws:policy/ReadOnlyAccess'
    const helpdesk = app.iamFor({
      credentials: await app.user(fresh('helpdesk'), [
        [
          {
            Effect: 'Allow',
            Action: ['iam:PutUserPolicy', 'iam:DeleteUserPolicy'],
            Resource: '*',
            Condition: { StringEquals: { 'iam:PermissionsBoundary': boundary } },
          },
        ],
      ]),
    })
    const [bounded, free] = [fresh('bounded'), fresh('free')]
    await iam.createUser({ UserName: bounded, PermissionsBoundary: boundary })
    await iam.createUser({ UserName: free })
    await helpdesk.putUserPolicy({ UserName: bounded, PolicyName: 'p', PolicyDocument: DOCUMENT })
    await helpdesk.deleteUserPolicy({ UserName: bounded, PolicyName: 'p' })
    const put = helpdesk.putUserPolicy({ UserName: free, PolicyName: 'p', PolicyDocument: DOCUMENT })
    await assert.rejects(put, { name: 'AccessDenied' })
  })
})
