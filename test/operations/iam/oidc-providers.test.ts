import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, describe, test } from 'node:test'
import type { CreateOpenIDConnectProviderCommandInput } from '@aws-sdk/client-iam'
import { startApp } from '../../start-app.ts'
import { denied } from './refusals.ts'

const app = await startApp()
after(() => app.close())
const { iam, account } = app

const fresh = () => `issuer-${randomUUID().slice(0, 8)}.example`
const arnOf = (name: string) => `arn:aws:iam::${account}:oidc-provider/${name}`
const thumbprint = (digit: number) => String(digit).repeat(40)
const text = (length: number) => 'x'.repeat(length)

async function makeProvider(input: Partial<CreateOpenIDConnectProviderCommandInput> = {}): Promise<string> {
  const made = await iam.createOpenIDConnectProvider({ Url: `https://${fresh()}`, ...input })
  return made.OpenIDConnectProviderArn ?? ''
}
const read = (OpenIDConnectProviderArn: string) => iam.getOpenIDConnectProvider({ OpenIDConnectProviderArn })
const notFound = (arn: string) => ({
  name: 'NoSuchEntityException',
  message: `OpenIDConnect Provider not found for arn ${arn}`,
})

describe('CreateOpenIDConnectProvider', () => {
  test('the ARN is made of host and path; everything else is kept as given', async () => {
    const host = fresh()
    const input = {
      Url: `https://${host}/realms/Coffer`,
      ClientIDList: ['sts.amazonaws.com', 'other'],
      ThumbprintList: [thumbprint(1), thumbprint(2)],
      Tags: [{ Key: 'team', Value: 'blue' }],
    }
    const made = await iam.createOpenIDConnectProvider(input)
    const arn = arnOf(`${host}/realms/Coffer`)
    assert.deepEqual([made.OpenIDConnectProviderArn, made.Tags], [arn, input.Tags])
    const { Url, ClientIDList, ThumbprintList, CreateDate, Tags } = await read(arn)
    assert.deepEqual(
      [Url, ClientIDList, ThumbprintList, Tags],
      [`${host}/realms/Coffer`, input.ClientIDList, input.ThumbprintList, input.Tags],
    )
    assert.ok(CreateDate instanceof Date)
  })

  test('client ids, thumbprints and tags may be missing', async () => {
    const { ClientIDList = [], ThumbprintList = [], Tags } = await read(await makeProvider())
    assert.deepEqual([ClientIDList, ThumbprintList, Tags], [[], [], undefined])
  })

  test('an issuer is there once, in any case of letters', async () => {
    const host = fresh()
    await makeProvider({ Url: `https://${host}` })
    for (const Url of [`https://${host}`, `https://${host.toUpperCase()}`])
      await assert.rejects(makeProvider({ Url }), {
        name: 'EntityAlreadyExistsException',
        message: `Provider with url https://${host} already exists.`,
      })
  })

  const refused: [what: string, input: Partial<CreateOpenIDConnectProviderCommandInput>, name: string][] = [
    ['a URL without TLS', { Url: 'http://issuer.example' }, 'ValidationError'],
    ['a URL with the port that is understood', { Url: 'https://issuer.example:443' }, 'ValidationError'],
    ['a URL with a query', { Url: 'https://issuer.example?a=b' }, 'ValidationError'],
    ['a URL with credentials', { Url: 'https://a:b@issuer.example' }, 'ValidationError'],
    ['a URL of 256', { Url: `https://issuer.example/${text(233)}` }, 'ValidationError'],
    ['no URL at all', { Url: 'issuer.example' }, 'ValidationError'],
    ['an empty client id', { ClientIDList: [''] }, 'ValidationError'],
    ['a client id of 256', { ClientIDList: [text(256)] }, 'ValidationError'],
    ['101 client ids', { ClientIDList: Array.from({ length: 101 }, (_, id) => `c${id}`) }, 'LimitExceededException'],
    ['a thumbprint of 39', { ThumbprintList: [text(39)] }, 'ValidationError'],
    ['six thumbprints', { ThumbprintList: [0, 1, 2, 3, 4, 5].map(thumbprint) }, 'InvalidInputException'],
    ['a tag of AWS', { Tags: [{ Key: 'aws:x', Value: '' }] }, 'InvalidInputException'],
  ]
  for (const [what, input, name] of refused)
    test(`${what} is refused`, async () => {
      await assert.rejects(makeProvider(input), { name })
    })

  test('an account has at most 100 providers', async () => {
    await using other = await startApp()
    for (let made = 0; made < 100; made += 1) await other.iam.createOpenIDConnectProvider({ Url: `https://${fresh()}` })
    await assert.rejects(other.iam.createOpenIDConnectProvider({ Url: `https://${fresh()}` }), {
      name: 'LimitExceededException',
      message: 'Cannot exceed quota for OpenIdConnectProvidersPerAccount: 100',
    })
    assert.equal((await other.iam.listOpenIDConnectProviders({})).OpenIDConnectProviderList?.length, 100)
  })
})

describe('changes', () => {
  test('client ids are added and removed, and doing either again changes nothing', async () => {
    const OpenIDConnectProviderArn = await makeProvider({ ClientIDList: ['a', 'a'] })
    const ids = async () => (await read(OpenIDConnectProviderArn)).ClientIDList ?? []
    assert.deepEqual(await ids(), ['a'])
    for (const ClientID of ['b', 'B', 'b'])
      await iam.addClientIDToOpenIDConnectProvider({ OpenIDConnectProviderArn, ClientID })
    assert.deepEqual(await ids(), ['a', 'b', 'B'])
    for (const ClientID of ['b', 'b', 'none'])
      await iam.removeClientIDFromOpenIDConnectProvider({ OpenIDConnectProviderArn, ClientID })
    assert.deepEqual(await ids(), ['a', 'B'])
  })

  test('a provider has at most 100 client ids', async () => {
    const ClientIDList = Array.from({ length: 100 }, (_, id) => `c${id}`)
    const OpenIDConnectProviderArn = await makeProvider({ ClientIDList })
    await iam.addClientIDToOpenIDConnectProvider({ OpenIDConnectProviderArn, ClientID: 'c0' })
    await assert.rejects(iam.addClientIDToOpenIDConnectProvider({ OpenIDConnectProviderArn, ClientID: 'new' }), {
      name: 'LimitExceededException',
      message: 'Cannot exceed quota for ClientIdsPerOpenIdConnectProvider: 100',
    })
  })

  test('thumbprints are replaced as a whole', async () => {
    const OpenIDConnectProviderArn = await makeProvider({ ThumbprintList: [thumbprint(1)], ClientIDList: ['kept'] })
    const ThumbprintList = [1, 2, 3, 4, 5].map(thumbprint)
    await iam.updateOpenIDConnectProviderThumbprint({ OpenIDConnectProviderArn, ThumbprintList })
    const provider = await read(OpenIDConnectProviderArn)
    assert.deepEqual([provider.ThumbprintList, provider.ClientIDList], [ThumbprintList, ['kept']])
    const six = [...ThumbprintList, thumbprint(6)]
    await assert.rejects(iam.updateOpenIDConnectProviderThumbprint({ OpenIDConnectProviderArn, ThumbprintList: six }), {
      name: 'InvalidInputException',
    })
  })

  test('a deleted provider is gone, and can be made anew', async () => {
    const Url = `https://${fresh()}`
    const OpenIDConnectProviderArn = await makeProvider({ Url, ClientIDList: ['old'] })
    await iam.deleteOpenIDConnectProvider({ OpenIDConnectProviderArn })
    await assert.rejects(read(OpenIDConnectProviderArn), notFound(OpenIDConnectProviderArn))
    await makeProvider({ Url, ClientIDList: ['new'] })
    assert.deepEqual((await read(OpenIDConnectProviderArn)).ClientIDList, ['new'])
  })
})

describe('ListOpenIDConnectProviders', () => {
  test('every provider is listed by its ARN', async () => {
    const arns = [await makeProvider(), await makeProvider()]
    const { OpenIDConnectProviderList = [] } = await iam.listOpenIDConnectProviders({})
    const listed = OpenIDConnectProviderList.map(({ Arn }) => Arn)
    assert.equal(new Set(listed).size, listed.length)
    for (const arn of arns) assert.ok(listed.includes(arn))
  })
})

describe('access', () => {
  test('who may do nothing learns nothing of what exists', async () => {
    const user = `nobody-${randomUUID().slice(0, 8)}`
    const nobody = app.iamFor({ credentials: await app.user(user) })
    const refusedTo = (action: string, resource?: string) =>
      denied(`arn:aws:iam::${account}:user/${user}`, action, resource)
    for (const OpenIDConnectProviderArn of [await makeProvider(), arnOf('none.example')]) {
      const provider = { OpenIDConnectProviderArn }
      for (const [action, call] of [
        ['GetOpenIDConnectProvider', () => nobody.getOpenIDConnectProvider(provider)],
        ['DeleteOpenIDConnectProvider', () => nobody.deleteOpenIDConnectProvider(provider)],
        [
          'UpdateOpenIDConnectProviderThumbprint',
          () => nobody.updateOpenIDConnectProviderThumbprint({ ...provider, ThumbprintList: [] }),
        ],
        [
          'AddClientIDToOpenIDConnectProvider',
          () => nobody.addClientIDToOpenIDConnectProvider({ ...provider, ClientID: 'a' }),
        ],
        [
          'RemoveClientIDFromOpenIDConnectProvider',
          () => nobody.removeClientIDFromOpenIDConnectProvider({ ...provider, ClientID: 'a' }),
        ],
      ] as const)
        await assert.rejects(call, refusedTo(action, OpenIDConnectProviderArn))
    }
    await assert.rejects(nobody.listOpenIDConnectProviders({}), refusedTo('ListOpenIDConnectProviders'))
    const create = nobody.createOpenIDConnectProvider({ Url: 'https://New.example/a' })
    await assert.rejects(create, refusedTo('CreateOpenIDConnectProvider', arnOf('new.example/a')))
  })

  test('deleting a provider that does not exist succeeds, so that a deletion can be repeated', async () => {
    const OpenIDConnectProviderArn = await makeProvider()
    for (const _ of ['first', 'second']) await iam.deleteOpenIDConnectProvider({ OpenIDConnectProviderArn })
    await assert.rejects(iam.getOpenIDConnectProvider({ OpenIDConnectProviderArn }), notFound(OpenIDConnectProviderArn))
    const ofAnotherKind = OpenIDConnectProviderArn.replace(':oidc-provider/', ':saml-provider/')
    await assert.rejects(
      iam.deleteOpenIDConnectProvider({ OpenIDConnectProviderArn: ofAnotherKind }),
      notFound(ofAnotherKind),
    )
  })

  test('who may gets the error of a missing provider', async () => {
    const there = await makeProvider()
    for (const OpenIDConnectProviderArn of [
      arnOf('none.example'),
      there.replace('issuer-', 'ISSUER-'),
      there.replace(':oidc-provider/', ':saml-provider/'),
    ]) {
      const provider = { OpenIDConnectProviderArn }
      for (const call of [
        () => iam.getOpenIDConnectProvider(provider),
        () => iam.updateOpenIDConnectProviderThumbprint({ ...provider, ThumbprintList: [thumbprint(1)] }),
        () => iam.addClientIDToOpenIDConnectProvider({ ...provider, ClientID: 'a' }),
        () => iam.removeClientIDFromOpenIDConnectProvider({ ...provider, ClientID: 'a' }),
      ])
        await assert.rejects(call, notFound(OpenIDConnectProviderArn))
    }
  })

  test('providers are made with tags only by who may tag', async () => {
    const statements = [{ Effect: 'Allow', Action: 'iam:CreateOpenIDConnectProvider', Resource: '*' }]
    const maker = app.iamFor({ credentials: await app.user('provider-maker', [statements]) })
    await maker.createOpenIDConnectProvider({ Url: `https://${fresh()}` })
    const tagged = maker.createOpenIDConnectProvider({ Url: `https://${fresh()}`, Tags: [{ Key: 'a', Value: 'b' }] })
    await assert.rejects(tagged, { name: 'AccessDenied' })
  })
})
