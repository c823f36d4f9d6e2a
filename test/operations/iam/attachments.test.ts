import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, describe, test } from 'node:test'
import type { AttachedPolicy, IAM } from '@aws-sdk/client-iam'
import { startApp } from '../../start-app.ts'
import { denied } from './refusals.ts'

const app = await startApp()
after(() => app.close())
const { iam, account } = app

const arn = (rest: string) => `arn:aws:iam::${account}:${rest}`
const ofAws = (name: string) => `arn:aws:iam::aws:policy/${name}`
const fresh = (prefix: string) => `${prefix}-${randomUUID().slice(0, 8)}`
const DOCUMENT = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: 'secretsmanager:ListSecrets', Resource: '*' }],
})
const TRUST = JSON.stringify({
  Statement: [{ Effect: 'Allow', Principal: { AWS: arn('root') }, Action: 'sts:AssumeRole' }],
})

async function makePolicy(PolicyName = fresh('policy'), Path = '/'): Promise<string> {
  const { Policy } = await iam.createPolicy({ PolicyName, Path, PolicyDocument: DOCUMENT })
  return Policy?.Arn ?? ''
}

/** The account's policy of a name that AWS has too. */
const sameName = await makePolicy('ReadOnlyAccess')

interface Page {
  readonly AttachedPolicies?: AttachedPolicy[] | undefined
  readonly IsTruncated?: boolean | undefined
  readonly Marker?: string | undefined
}

/** The same three operations, for whoever has the policies. */
interface Family {
  readonly kind: string
  readonly noun: string
  make(): Promise<string>
  attach(client: IAM, name: string, PolicyArn: string): Promise<unknown>
  detach(client: IAM, name: string, PolicyArn: string): Promise<unknown>
  list(
    client: IAM,
    name: string,
    more?: { PathPrefix?: string; MaxItems?: number; Marker?: string | undefined },
  ): Promise<Page>
}

const families: readonly Family[] = [
  {
    kind: 'user',
    noun: 'User',
    async make() {
      const UserName = fresh('user')
      await iam.createUser({ UserName })
      return UserName
    },
    attach: (client, UserName, PolicyArn) => client.attachUserPolicy({ UserName, PolicyArn }),
    detach: (client, UserName, PolicyArn) => client.detachUserPolicy({ UserName, PolicyArn }),
    list: (client, UserName, more) => client.listAttachedUserPolicies({ UserName, ...more }),
  },
  {
    kind: 'group',
    noun: 'Group',
    async make() {
      const GroupName = fresh('group')
      await iam.createGroup({ GroupName })
      return GroupName
    },
    attach: (client, GroupName, PolicyArn) => client.attachGroupPolicy({ GroupName, PolicyArn }),
    detach: (client, GroupName, PolicyArn) => client.detachGroupPolicy({ GroupName, PolicyArn }),
    list: (client, GroupName, more) => client.listAttachedGroupPolicies({ GroupName, ...more }),
  },
  {
    kind: 'role',
    noun: 'Role',
    async make() {
      const RoleName = fresh('role')
      await iam.createRole({ RoleName, AssumeRolePolicyDocument: TRUST })
      return RoleName
    },
    attach: (client, RoleName, PolicyArn) => client.attachRolePolicy({ RoleName, PolicyArn }),
    detach: (client, RoleName, PolicyArn) => client.detachRolePolicy({ RoleName, PolicyArn }),
    list: (client, RoleName, more) => client.listAttachedRolePolicies({ RoleName, ...more }),
  },
]

for (const { kind, noun, make, attach, detach, list } of families)
  describe(`managed policies of a ${kind}`, () => {
    const attached = async (name: string) =>
      ((await list(iam, name)).AttachedPolicies ?? []).map(({ PolicyArn }) => PolicyArn)

    test("the account's policies and AWS's are attached once, however often they are", async () => {
      const name = await make()
      const own = await makePolicy(`a-${fresh('own')}`, '/team/')
      for (const policy of [ofAws('ReadOnlyAccess'), own, ofAws('ReadOnlyAccess'), own]) await attach(iam, name, policy)
      const { AttachedPolicies, IsTruncated } = await list(iam, name)
      assert.deepEqual(AttachedPolicies, [
        { PolicyName: own.slice(own.lastIndexOf('/') + 1), PolicyArn: own },
        { PolicyName: 'ReadOnlyAccess', PolicyArn: ofAws('ReadOnlyAccess') },
      ])
      assert.equal(IsTruncated, false)
    })

    test('a policy that does not exist, or is of another account, is not attached', async () => {
      const name = await make()
      const own = await makePolicy(undefined, '/team/')
      const wrongPath = own.replace('/team/', '/')
      for (const policy of [
        arn('policy/none'),
        ofAws('None'),
        ofAws('readonlyaccess'),
        own.replace(account, '999988887777'),
        wrongPath,
        arn(`${kind}/${name}`),
      ])
        await assert.rejects(attach(iam, name, policy), {
          name: 'NoSuchEntityException',
          message: `Policy ${policy} does not exist or is not attachable.`,
        })
      assert.deepEqual(await attached(name), [])
    })

    test('at most ten policies are attached', async () => {
      const name = await make()
      const policies = await Promise.all(Array.from({ length: 11 }, () => makePolicy()))
      const last = policies.pop() ?? ''
      for (const policy of policies) await attach(iam, name, policy)
      await assert.rejects(attach(iam, name, last), {
        name: 'LimitExceededException',
        message: `Cannot exceed quota for PoliciesPer${noun}: 10`,
      })
      await attach(iam, name, policies[0] ?? '')
      await detach(iam, name, policies[0] ?? '')
      await attach(iam, name, last)
      assert.equal((await attached(name)).length, 10)
    })

    test('what is not attached cannot be detached', async () => {
      const name = await make()
      const policy = await makePolicy()
      await attach(iam, name, policy)
      await detach(iam, name, policy)
      for (const absent of [policy, ofAws('ReadOnlyAccess'), arn('policy/none')])
        await assert.rejects(detach(iam, name, absent), {
          name: 'NoSuchEntityException',
          message: `Policy ${absent} was not found.`,
        })
      assert.deepEqual(await attached(name), [])
    })

    test("pages of one hold every policy once, also the account's of the same name as AWS's", async () => {
      const name = await make()
      const policies = [ofAws('SecurityAudit'), ofAws('ReadOnlyAccess'), sameName, ofAws('IAMReadOnlyAccess')]
      for (const policy of policies) await attach(iam, name, policy)
      const found: (string | undefined)[] = []
      let page = await list(iam, name, { MaxItems: 1 })
      for (; ; page = await list(iam, name, { MaxItems: 1, Marker: page.Marker })) {
        found.push(...(page.AttachedPolicies ?? []).map(({ PolicyArn }) => PolicyArn))
        if (!page.IsTruncated) break
      }
      assert.equal(found.length, 4)
      assert.deepEqual(found.toSorted(), policies.toSorted())
    })

    test('pages of policies with the longest names and paths go on', async () => {
      const name = await make()
      const path = `/${'p'.repeat(510)}/`
      const policies: string[] = []
      for (const end of ['a', 'b', 'c']) policies.push(await makePolicy(fresh('long').padEnd(127, 'x') + end, path))
      for (const policy of policies) await attach(iam, name, policy)
      const found: (string | undefined)[] = []
      let page = await list(iam, name, { MaxItems: 1 })
      for (; ; page = await list(iam, name, { MaxItems: 1, Marker: page.Marker })) {
        found.push(...(page.AttachedPolicies ?? []).map(({ PolicyArn }) => PolicyArn))
        if (!page.IsTruncated) break
      }
      assert.deepEqual(found.toSorted(), policies.toSorted())
    })

    test('PathPrefix chooses by the path of the policy', async () => {
      const name = await make()
      const deep = await makePolicy(undefined, '/team/blue/')
      for (const policy of [deep, await makePolicy(undefined, '/teams/'), ofAws('ReadOnlyAccess')])
        await attach(iam, name, policy)
      const { AttachedPolicies = [] } = await list(iam, name, { PathPrefix: '/team/' })
      assert.deepEqual(
        AttachedPolicies.map(({ PolicyArn }) => PolicyArn),
        [deep],
      )
      assert.equal((await list(iam, name, { PathPrefix: '/' })).AttachedPolicies?.length, 3)
    })

    test(`a ${kind} that does not exist has no policies`, async () => {
      const name = fresh('none')
      const missing = { name: 'NoSuchEntityException', message: `The ${kind} with name ${name} cannot be found.` }
      await assert.rejects(attach(iam, name, ofAws('ReadOnlyAccess')), missing)
      await assert.rejects(detach(iam, name, ofAws('ReadOnlyAccess')), missing)
      await assert.rejects(list(iam, name), missing)
    })

    test('who may do nothing learns nothing of what exists', async () => {
      const user = fresh('nobody')
      const nobody = app.iamFor({ credentials: await app.user(user) })
      for (const name of [await make(), fresh('none')])
        for (const [action, call] of [
          [`Attach${noun}Policy`, () => attach(nobody, name, ofAws('AdministratorAccess'))],
          [`Detach${noun}Policy`, () => detach(nobody, name, arn('policy/none'))],
          [`ListAttached${noun}Policies`, () => list(nobody, name)],
        ] as const)
          await assert.rejects(call, denied(arn(`user/${user}`), action, `${kind} ${name}`))
    })

    test('a policy may say which policies somebody may attach and detach', async () => {
      const helpdesk = app.iamFor({
        credentials: await app.user(fresh('helpdesk'), [
          [
            {
              Effect: 'Allow',
              Action: [`iam:Attach${noun}Policy`, `iam:Detach${noun}Policy`],
              Resource: '*',
              Condition: { ArnLike: { 'iam:PolicyARN': ofAws('*ReadOnlyAccess') } },
            },
          ],
        ]),
      })
      const name = await make()
      await attach(helpdesk, name, ofAws('ReadOnlyAccess'))
      await detach(helpdesk, name, ofAws('ReadOnlyAccess'))
      await attach(iam, name, ofAws('SecurityAudit'))
      await assert.rejects(attach(helpdesk, name, ofAws('AdministratorAccess')), { name: 'AccessDenied' })
      await assert.rejects(detach(helpdesk, name, ofAws('SecurityAudit')), { name: 'AccessDenied' })
    })
  })

describe('what an attached policy does', () => {
  test('it allows from the next request on, through a group too, and no longer when it is detached', async () => {
    const UserName = fresh('reader')
    const reader = app.clientFor({ credentials: await app.user(UserName) })
    const GroupName = fresh('group')
    await iam.createGroup({ GroupName })
    await iam.addUserToGroup({ GroupName, UserName })
    const PolicyArn = await makePolicy()
    const refused = () => assert.rejects(reader.listSecrets({}), { name: 'AccessDeniedException' })
    await refused()
    await iam.attachUserPolicy({ UserName, PolicyArn })
    await reader.listSecrets({})
    await iam.detachUserPolicy({ UserName, PolicyArn })
    await refused()
    await iam.attachGroupPolicy({ GroupName, PolicyArn })
    await reader.listSecrets({})
    await iam.detachGroupPolicy({ GroupName, PolicyArn })
    await refused()
  })

  test('ReadOnlyAccess and SecurityAudit list and describe secrets, and read no value', async () => {
    await app.client.createSecret({ Name: 'watched', SecretString: 'x' })
    for (const policy of ['ReadOnlyAccess', 'SecurityAudit']) {
      const UserName = fresh('auditor')
      const auditor = app.clientFor({ credentials: await app.user(UserName) })
      await iam.attachUserPolicy({ UserName, PolicyArn: ofAws(policy) })
      await auditor.listSecrets({})
      await auditor.describeSecret({ SecretId: 'watched' })
      await assert.rejects(auditor.getSecretValue({ SecretId: 'watched' }), { name: 'AccessDeniedException' })
      await assert.rejects(auditor.batchGetSecretValue({ SecretIdList: ['watched'] }), {
        name: 'AccessDeniedException',
      })
      await assert.rejects(auditor.createSecret({ Name: fresh('new') }), { name: 'AccessDeniedException' })
    }
  })

  test('attaching a policy while it is deleted ends with one of the two', async () => {
    for (let round = 0; round < 5; round += 1) {
      const PolicyArn = await makePolicy()
      const UserName = fresh('user')
      await iam.createUser({ UserName })
      const [attached, deleted] = await Promise.allSettled([
        iam.attachUserPolicy({ UserName, PolicyArn }),
        iam.deletePolicy({ PolicyArn }),
      ])
      assert.notEqual(attached.status, deleted.status)
    }
  })
})
