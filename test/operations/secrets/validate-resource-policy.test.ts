import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, describe, test } from 'node:test'
import {
  denied,
  INVALID_NAME,
  LOCKED_OUT,
  MARKED,
  NOT_FOUND,
  POLICY_PRINCIPAL,
  POLICY_SERVICE,
  POLICY_SYNTAX,
  PUBLIC_POLICY,
  tooLong,
  tooShort,
  violations,
} from '../../expected-errors.ts'
import { members } from '../../members.ts'
import { startApp } from '../../start-app.ts'
import { storeAccount } from '../../stored-data.ts'

const app = await startApp()
after(() => app.close())
const { client, account } = app

const document = (...Statement: readonly object[]) => JSON.stringify({ Version: '2012-10-17', Statement })
const allow = (Principal: unknown, more = {}) => ({
  Effect: 'Allow',
  Principal,
  Action: 'secretsmanager:*',
  Resource: '*',
  ...more,
})
const user = (name: string) => `arn:aws:iam::${account}:user/${name}`
const POLICY = document(allow({ AWS: account }))
const { Principal: _, ...unnamed } = allow('*')

async function makeSecret(): Promise<string> {
  const { ARN = '' } = await client.createSecret({ Name: `s-${randomUUID()}`, SecretString: 'x' })
  return ARN
}

describe('constraints', () => {
  for (const [what, input, expected] of [
    ['an empty request', { ResourcePolicy: undefined }, violations([null, 'resourcePolicy', 'not be null'])],
    ['an empty SecretId', { SecretId: '' }, violations(['', 'secretId', tooShort(1)])],
    ['an empty policy', { ResourcePolicy: '' }, violations(['', 'resourcePolicy', tooShort(1)])],
    [
      'a policy of 20481 characters',
      { ResourcePolicy: ' '.repeat(20_481) },
      violations([' '.repeat(8_192), 'resourcePolicy', tooLong(20_480)]),
    ],
    ['an invalid name', { SecretId: 'Inv Name' }, INVALID_NAME],
    ['a secret that does not exist', { SecretId: 'none' }, NOT_FOUND],
  ] as const)
    test(`${what} is refused`, () =>
      assert.rejects(client.validateResourcePolicy({ ResourcePolicy: POLICY, ...input }), expected))

  test('a secret that is marked for deletion is refused', async () => {
    const SecretId = await makeSecret()
    await client.deleteSecret({ SecretId })
    await assert.rejects(client.validateResourcePolicy({ SecretId, ResourcePolicy: POLICY }), MARKED)
  })
})

/** What was found, each as its check and the text of the error that PutResourcePolicy would answer, and what it says beyond that. */
async function findings(ResourcePolicy: string, SecretId?: string) {
  const { PolicyValidationPassed, ValidationErrors = [] } = await client.validateResourcePolicy({
    SecretId,
    ResourcePolicy,
  })
  assert.equal(PolicyValidationPassed, ValidationErrors.length === 0)
  return ValidationErrors.map(({ CheckName, ErrorMessage }) => [CheckName, ErrorMessage])
}

describe('behaviour', () => {
  const syntax = (detail: string) => ['SYNTAX_CHECK', `${POLICY_SYNTAX.message} ${detail}`]
  const principal = (type: string, value: string) => [
    'PRINCIPAL_CHECK',
    `${POLICY_PRINCIPAL.message} Invalid principal in policy: "${type}":"${value}"`,
  ]
  const PUBLIC = ['PUBLIC_ACCESS_CHECK', PUBLIC_POLICY.message]
  const LOCKOUT = ['LOCKOUT_CHECK', LOCKED_OUT.message]

  test('a policy without faults passes, with a secret and without', async () => {
    const SecretId = await makeSecret()
    const passed = { PolicyValidationPassed: true, ValidationErrors: [] }
    assert.deepEqual(await members(client.validateResourcePolicy({ ResourcePolicy: POLICY })), passed)
    assert.deepEqual(await members(client.validateResourcePolicy({ SecretId, ResourcePolicy: POLICY })), passed)
    assert.equal((await client.getResourcePolicy({ SecretId })).ResourcePolicy, undefined)
  })

  for (const [what, ResourcePolicy, expected] of [
    ['no JSON', '{', [syntax('This policy contains invalid Json')]],
    ['an unknown element', document(allow({ AWS: account }, { Comment: 'x' })), [syntax('Syntax errors in policy.')]],
    ['no principals', document(unnamed), [syntax('Missing required field Principal')]],
    ['no actions', document({ ...allow('*'), Action: [] }), [syntax('Policy statement must contain actions.')]],
    ['no resources', document({ ...allow('*'), Resource: [] }), [syntax('Policy statement must contain resources.')]],
    ['a user who does not exist', document(allow({ AWS: user('nobody') })), [principal('AWS', user('nobody'))]],
    ['a token issuer', document(allow({ Federated: 'x.example.com' })), [principal('FEDERATED', 'x.example.com')]],
    [
      "a service that is not AWS's",
      document(allow({ Service: 'x.example.com' })),
      [['SERVICE_PRINCIPAL_CHECK', `${POLICY_SERVICE.message} Invalid principal in policy: "SERVICE":"x.example.com"`]],
    ],
    ['everyone', document(allow('*')), [PUBLIC]],
    [
      'everyone and nobody',
      document(allow({ AWS: ['*', user('nobody')] })),
      [principal('AWS', user('nobody')), PUBLIC],
    ],
    [
      'everyone of an account',
      document(allow('*', { Condition: { StringEquals: { 'aws:PrincipalAccount': account } } })),
      [],
    ],
  ] as const)
    test(`of ${what} it tells ${expected.length === 0 ? 'nothing' : 'what is wrong'}`, async () => {
      assert.deepEqual(await findings(ResourcePolicy), expected)
      assert.deepEqual(await findings(ResourcePolicy, await makeSecret()), expected)
    })

  test('it tells who would be locked out of the secret', async () => {
    const SecretId = await makeSecret()
    const denying = document(allow({ AWS: account }, { Effect: 'Deny' }))
    assert.deepEqual(await findings(denying, SecretId), [LOCKOUT])
    assert.deepEqual(await findings(document(allow('*'), allow('*', { Effect: 'Deny' })), SecretId), [PUBLIC, LOCKOUT])
    // Without a secret there is nothing to be locked out of.
    assert.deepEqual(await findings(denying), [])
  })

  test('what it lets pass can be set, and what it does not cannot', async () => {
    const SecretId = await makeSecret()
    for (const ResourcePolicy of [
      POLICY,
      document(allow('*')),
      document(unnamed),
      document(allow('*', { Effect: 'Deny' })),
    ]) {
      const put = client.putResourcePolicy({ SecretId, ResourcePolicy, BlockPublicPolicy: true })
      const outcome = await put.then(
        () => [],
        ({ message }) => [message],
      )
      const [first] = await findings(ResourcePolicy, SecretId)
      assert.deepEqual(outcome, first ? [first[1]?.slice(0, outcome[0]?.length)] : [])
    }
  })
})

describe('access', () => {
  const may = (...Action: string[]) => [[{ Effect: 'Allow', Action, Resource: '*' }]]

  test('it needs permission for itself and for PutResourcePolicy, and tells nothing of what exists', async () => {
    const there = await makeSecret()
    const validating = await app.as('validating', may('secretsmanager:ValidateResourcePolicy'))
    const putting = await app.as('putting', may('secretsmanager:PutResourcePolicy'))
    for (const SecretId of [there, 'none', undefined]) {
      await assert.rejects(
        validating.validateResourcePolicy({ SecretId, ResourcePolicy: '{' }),
        denied(user('validating'), 'PutResourcePolicy', SecretId),
      )
      await assert.rejects(
        putting.validateResourcePolicy({ SecretId, ResourcePolicy: '{' }),
        denied(user('putting'), 'ValidateResourcePolicy', SecretId),
      )
    }
    const both = await app.as('both', may('secretsmanager:*ResourcePolicy'))
    const { PolicyValidationPassed } = await both.validateResourcePolicy({ SecretId: there, ResourcePolicy: POLICY })
    assert.equal(PolicyValidationPassed, true)
  })

  test('another account validates policies for a secret where it may set them', async () => {
    const OTHER = '444455556666'
    const other = app.clientFor({ credentials: await storeAccount(app, OTHER) })
    const SecretId = await makeSecret()
    await client.putResourcePolicy({ SecretId, ResourcePolicy: document(allow({ AWS: OTHER })) })
    const { ValidationErrors } = await other.validateResourcePolicy({ SecretId, ResourcePolicy: POLICY })
    assert.deepEqual(
      ValidationErrors?.map(({ CheckName }) => CheckName),
      ['LOCKOUT_CHECK'],
    )
  })

  test('it leaves a record with the policy, a refused one too', async () => {
    const SecretId = await makeSecret()
    await client.validateResourcePolicy({ SecretId, ResourcePolicy: POLICY })
    const [done] = await app.trail(1)
    assert.deepEqual(
      [done?.operation, done?.access, done?.arn, done?.parameters],
      ['ValidateResourcePolicy', 'read', SecretId, { SecretId, ResourcePolicy: POLICY }],
    )
    await client.validateResourcePolicy({ ResourcePolicy: '{' })
    const [without] = await app.trail(1)
    assert.deepEqual(
      [without?.arn, without?.parameters, without?.error],
      [undefined, { ResourcePolicy: '{' }, undefined],
    )
    await assert.rejects(client.validateResourcePolicy({ SecretId: 'none', ResourcePolicy: POLICY }))
    const [refused] = await app.trail(1)
    assert.deepEqual([refused?.arn, refused?.error?.code], [undefined, NOT_FOUND.name])
  })
})
