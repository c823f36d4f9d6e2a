import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, describe, test } from 'node:test'
import type { ListUserTagsCommandOutput, Tag } from '@aws-sdk/client-iam'
import { members } from '../../members.ts'
import { startApp } from '../../start-app.ts'
import {
  BAD_MARKER,
  denied,
  invalidInput,
  limitExceeded,
  noInstanceProfile,
  noRole,
  noSuchEntity,
  noUser,
} from './refusals.ts'

const app = await startApp()
after(() => app.close())
const { iam, account } = app

const tag = (Key: string, Value = 'v'): Tag => ({ Key, Value })
const numbered = (count: number, from = 0) => Array.from({ length: count }, (_, index) => tag(`k${from + index}`))
const arn = (what: string) => `arn:aws:iam::${account}:${what}`
const document = (statement: object) => JSON.stringify({ Version: '2012-10-17', Statement: [statement] })
const EVERYTHING = document({ Effect: 'Allow', Action: '*', Resource: '*' })
const TRUST = document({ Effect: 'Allow', Principal: { AWS: account }, Action: 'sts:AssumeRole' })

interface Paging {
  readonly MaxItems?: number
  readonly Marker?: string | undefined
}

/** Everything that the three operations on tags are for: how to make one, and how to call it. */
interface Tagged {
  readonly noun: string
  make(tags?: Tag[]): Promise<string>
  tag(id: string, Tags: Tag[], client?: typeof iam): Promise<{ $metadata: unknown }>
  untag(id: string, TagKeys: string[], client?: typeof iam): Promise<{ $metadata: unknown }>
  list(id: string, paging?: Paging, client?: typeof iam): Promise<ListUserTagsCommandOutput>
  readonly missing: { readonly id: string; readonly refusal: object }
  /** How denials name one. */
  label(id: string): string
}

const everything: readonly Tagged[] = [
  {
    noun: 'User',
    async make(Tags) {
      const UserName = `u-${randomUUID()}`
      await iam.createUser({ UserName, Tags })
      return UserName
    },
    tag: (UserName, Tags, client = iam) => client.tagUser({ UserName, Tags }),
    untag: (UserName, TagKeys, client = iam) => client.untagUser({ UserName, TagKeys }),
    list: (UserName, paging, client = iam) => client.listUserTags({ UserName, ...paging }),
    missing: { id: 'none', refusal: noUser('none') },
    label: (id) => `user ${id}`,
  },
  {
    noun: 'Role',
    async make(Tags) {
      const RoleName = `r-${randomUUID()}`
      await iam.createRole({ RoleName, AssumeRolePolicyDocument: TRUST, Tags })
      return RoleName
    },
    tag: (RoleName, Tags, client = iam) => client.tagRole({ RoleName, Tags }),
    untag: (RoleName, TagKeys, client = iam) => client.untagRole({ RoleName, TagKeys }),
    list: (RoleName, paging, client = iam) => client.listRoleTags({ RoleName, ...paging }),
    missing: { id: 'none', refusal: noRole('none') },
    label: (id) => `role ${id}`,
  },
  {
    noun: 'InstanceProfile',
    async make(Tags) {
      const InstanceProfileName = `i-${randomUUID()}`
      await iam.createInstanceProfile({ InstanceProfileName, Tags })
      return InstanceProfileName
    },
    tag: (InstanceProfileName, Tags, client = iam) => client.tagInstanceProfile({ InstanceProfileName, Tags }),
    untag: (InstanceProfileName, TagKeys, client = iam) =>
      client.untagInstanceProfile({ InstanceProfileName, TagKeys }),
    list: (InstanceProfileName, paging, client = iam) =>
      client.listInstanceProfileTags({ InstanceProfileName, ...paging }),
    missing: { id: 'none', refusal: noInstanceProfile('none') },
    label: (id) => `instance profile ${id}`,
  },
  {
    noun: 'Policy',
    async make(Tags) {
      const { Policy } = await iam.createPolicy({ PolicyName: `p-${randomUUID()}`, PolicyDocument: EVERYTHING, Tags })
      return Policy?.Arn ?? ''
    },
    tag: (PolicyArn, Tags, client = iam) => client.tagPolicy({ PolicyArn, Tags }),
    untag: (PolicyArn, TagKeys, client = iam) => client.untagPolicy({ PolicyArn, TagKeys }),
    list: (PolicyArn, paging, client = iam) => client.listPolicyTags({ PolicyArn, ...paging }),
    missing: { id: arn('policy/none'), refusal: noSuchEntity(`Policy ${arn('policy/none')} was not found.`) },
    label: (id) => id,
  },
  {
    noun: 'OpenIDConnectProvider',
    async make(Tags) {
      const Url = `https://${randomUUID()}.example.com/issuer`
      const { OpenIDConnectProviderArn = '' } = await iam.createOpenIDConnectProvider({ Url, Tags })
      return OpenIDConnectProviderArn
    },
    tag: (OpenIDConnectProviderArn, Tags, client = iam) =>
      client.tagOpenIDConnectProvider({ OpenIDConnectProviderArn, Tags }),
    untag: (OpenIDConnectProviderArn, TagKeys, client = iam) =>
      client.untagOpenIDConnectProvider({ OpenIDConnectProviderArn, TagKeys }),
    list: (OpenIDConnectProviderArn, paging, client = iam) =>
      client.listOpenIDConnectProviderTags({ OpenIDConnectProviderArn, ...paging }),
    missing: {
      id: arn('oidc-provider/none.example.com'),
      refusal: noSuchEntity(`OpenIDConnect Provider not found for arn ${arn('oidc-provider/none.example.com')}`),
    },
    label: (id) => id,
  },
]

const nobody = app.iamFor({ credentials: await app.user('nobody') })
const principal = arn('user/nobody')

for (const { noun, make, tag: add, untag, list, missing, label } of everything)
  describe(`tags of ${noun}`, () => {
    const tagsOf = async (id: string) => (await list(id)).Tags

    test('those given when it is made are listed by key', async () => {
      const id = await make([tag('b', '2'), tag('a', '1'), tag('empty', '')])
      assert.deepEqual(await members(list(id)), {
        Tags: [tag('a', '1'), tag('b', '2'), tag('empty', '')],
        IsTruncated: false,
      })
    })

    test('tagging adds keys and takes new values, without regard to case', async () => {
      const id = await make([tag('Team', 'blue')])
      assert.deepEqual(await members(add(id, [tag('TEAM', 'red'), tag('cost', '1')])), {})
      assert.deepEqual(await tagsOf(id), [tag('TEAM', 'red'), tag('cost', '1')])
    })

    test('untagging takes keys away in any case and ignores those that are not there', async () => {
      const id = await make([tag('Team'), tag('cost')])
      assert.deepEqual(await members(untag(id, ['team', 'none'])), {})
      assert.deepEqual(await tagsOf(id), [tag('cost')])
      await untag(id, ['cost'])
      await untag(id, [])
      assert.deepEqual(await tagsOf(id), [])
    })

    test('nothing to add is no change', async () => {
      const id = await make()
      await add(id, [])
      assert.deepEqual(await tagsOf(id), [])
    })

    const refused: [what: string, tags: Tag[], expected: object][] = [
      [
        'a key twice in different case',
        [tag('Key'), tag('kEY')],
        invalidInput('Duplicate tag keys found. Please note that Tag keys are case insensitive.'),
      ],
      ['a key of AWS', [tag('aws:x')], invalidInput('aws: prefixed tag key names are not allowed for external use.')],
      ['an empty key', [tag('')], { name: 'ValidationError' }],
      ['a key of 129', [tag('x'.repeat(129))], { name: 'ValidationError' }],
      ['a value of 257', [tag('a', 'x'.repeat(257))], { name: 'ValidationError' }],
      ['a sign that AWS does not allow', [tag('a', 'a;b')], { name: 'ValidationError' }],
      ['51 tags', numbered(51), { name: 'ValidationError' }],
    ]
    for (const [what, tags, expected] of refused)
      test(`${what} is refused, and nothing is tagged`, async () => {
        const id = await make()
        await assert.rejects(add(id, tags), expected)
        assert.deepEqual(await tagsOf(id), [])
      })

    test('keys and values may have letters of any script, at any length that is allowed', async () => {
      const id = await make()
      const tags = [tag('ключ'.repeat(32), '値'.repeat(256)), tag('a b_.:/=+-@', 'a b_.:/=+-@')]
      await add(id, tags)
      assert.deepEqual(await tagsOf(id), tags.toReversed())
    })

    test('there are 50 at most, counted afterwards', async () => {
      const id = await make(numbered(49))
      await assert.rejects(add(id, numbered(2, 49)), limitExceeded(`Cannot exceed quota for TagsPer${noun}: 50`))
      await add(id, numbered(2, 48))
      await add(id, [tag('K0', 'new')])
      assert.equal((await tagsOf(id))?.length, 50)
    })

    test('pages of one show every tag once', async () => {
      const tags = [tag('a'), tag('b'), tag('ключ'.repeat(32))]
      const id = await make(tags)
      const walked: Tag[] = []
      let Marker: string | undefined
      do {
        const page = await list(id, { MaxItems: 1, Marker })
        assert.equal(page.IsTruncated, page.Marker !== undefined)
        walked.push(...(page.Tags ?? []))
        Marker = page.Marker
      } while (Marker)
      assert.deepEqual(walked, tags)
      const { Marker: first } = await list(id, { MaxItems: 1 })
      await assert.rejects(list(await make(tags), { Marker: first }), BAD_MARKER)
    })

    test('what does not exist is not found', async () => {
      const { id, refusal } = missing
      await assert.rejects(add(id, [tag('a')]), refusal)
      await assert.rejects(untag(id, ['a']), refusal)
      await assert.rejects(list(id), refusal)
    })

    test('who is allowed nothing learns nothing of what exists', async () => {
      const there = await make()
      for (const id of [there, missing.id]) {
        await assert.rejects(add(id, [tag('a')], nobody), denied(principal, `Tag${noun}`, label(id)))
        await assert.rejects(untag(id, ['a'], nobody), denied(principal, `Untag${noun}`, label(id)))
        await assert.rejects(list(id, {}, nobody), denied(principal, `List${noun}Tags`, label(id)))
      }
      assert.deepEqual(await tagsOf(there), [])
    })

    test('policies see the tags that a request sends, the keys it takes away, and those that are there', async () => {
      const name = `u-${randomUUID()}`
      const credentials = await app.user(name, [
        {
          Effect: 'Allow',
          Action: `iam:Tag${noun}`,
          Resource: '*',
          Condition: { StringEquals: { 'aws:RequestTag/team': 'blue' } },
        },
        {
          Effect: 'Allow',
          Action: `iam:Untag${noun}`,
          Resource: '*',
          Condition: { 'ForAllValues:StringEquals': { 'aws:TagKeys': ['free'] } },
        },
        {
          Effect: 'Allow',
          Action: `iam:List${noun}Tags`,
          Resource: '*',
          Condition: { StringEquals: { 'iam:ResourceTag/team': 'blue' } },
        },
      ])
      const user = app.iamFor({ credentials })
      const id = await make([tag('free'), tag('team', 'red')])
      const refusal = { name: 'AccessDenied' }
      await assert.rejects(list(id, {}, user), refusal)
      await assert.rejects(add(id, [tag('team', 'red')], user), refusal)
      await add(id, [tag('team', 'blue')], user)
      await assert.rejects(untag(id, ['free', 'team'], user), refusal)
      await untag(id, ['free'], user)
      assert.deepEqual((await list(id, {}, user)).Tags, [tag('team', 'blue')])
    })
  })

test('an ARN means one thing: in another case it means nothing, whatever a policy says of it', async () => {
  for (const noun of ['Policy', 'OpenIDConnectProvider']) {
    const { make, list } = everything.find((one) => one.noun === noun)!
    const id = await make()
    const other = id.replace(/[^:/]+$/, (name) => name.toUpperCase())
    assert.notEqual(other, id)
    await assert.rejects(list(other), { name: 'NoSuchEntityException' })
  }
})

test('what belongs to another account is denied', async () => {
  for (const [noun, id] of [
    ['Policy', 'arn:aws:iam::999999999999:policy/x'],
    ['OpenIDConnectProvider', 'arn:aws:iam::999999999999:oidc-provider/example.com'],
  ] as const)
    await assert.rejects(everything.find((one) => one.noun === noun)!.list(id), { name: 'AccessDenied' })
})
