import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, describe, test } from 'node:test'
import type { CreateSecretCommandInput } from '@aws-sdk/client-secrets-manager'
import {
  alreadyExists,
  BAD_REPLICA_REGION,
  BOTH_VALUES,
  denied,
  ENCRYPTION_FAILURE,
  INVALID_PARAMETER,
  KMS_DENIED,
  NAME_MARKED,
  NO_TOKEN,
  NOT_FOUND,
  tokenInUse,
  tooLong,
  tooShort,
  violations,
} from '../../expected-errors.ts'
import { members } from '../../members.ts'
import { namesIn } from '../../names.ts'
import { rawCall } from '../../raw-call.ts'
import { ADMINISTRATOR, REGION, startApp } from '../../start-app.ts'
import { storeKey } from '../../stored-data.ts'

const text = (length: number, character = 'x') => character.repeat(length)
const numberedTags = (count: number) => Array.from({ length: count }, (_, index) => ({ Key: `k${index}`, Value: 'v' }))

describe('constraints', async () => {
  const app = await startApp()
  after(() => app.close())
  const { client } = app
  let made = 0
  const create = (input: Partial<CreateSecretCommandInput>) => client.createSecret({ Name: `s${made++}`, ...input })

  const refused: [what: string, input: Partial<CreateSecretCommandInput>, expected: object][] = [
    ['no name', { Name: undefined }, violations([null, 'name', 'not be null'])],
    ['an empty name', { Name: '' }, violations(['', 'name', tooShort(1)])],
    ['a name of 513 characters', { Name: text(513) }, violations([text(513), 'name', tooLong(512)])],
    [
      'a token of 31 characters',
      { ClientRequestToken: text(31) },
      violations([text(31), 'clientRequestToken', tooShort(32)]),
    ],
    [
      'a token of 65 characters',
      { ClientRequestToken: text(65) },
      violations([text(65), 'clientRequestToken', tooLong(64)]),
    ],
    [
      'a description of 2049 characters',
      { Description: text(2049) },
      violations([text(2049), 'description', tooLong(2048)]),
    ],
    ['a key id of 2049 characters', { KmsKeyId: text(2049) }, violations([text(2049), 'kmsKeyId', tooLong(2048)])],
    ['an empty text', { SecretString: '' }, violations([undefined, 'secretString', tooShort(1)])],
    [
      'a text of 65,537 characters',
      { SecretString: text(65_537) },
      violations([undefined, 'secretString', tooLong(65_536)]),
    ],
    [
      'a text of 65,537 bytes in fewer characters',
      { SecretString: `${text(32_768, 'ä')}x` },
      violations([undefined, 'secretString', tooLong(65_536)]),
    ],
    ['no bytes', { SecretBinary: new Uint8Array() }, violations([undefined, 'secretBinary', tooShort(1)])],
    [
      '65,537 bytes',
      { SecretBinary: new Uint8Array(65_537) },
      violations([undefined, 'secretBinary', tooLong(65_536)]),
    ],
    ['an empty tag key', { Tags: [{ Key: '', Value: 'v' }] }, violations(['', 'tags.1.member.key', tooShort(1)])],
    [
      'a tag key of 129 characters',
      { Tags: [{ Key: 'a' }, { Key: text(129) }] },
      violations([text(129), 'tags.2.member.key', tooLong(128)]),
    ],
    [
      'a tag value of 257 characters',
      { Tags: [{ Key: 'a', Value: text(257) }] },
      violations([text(257), 'tags.1.member.value', tooLong(256)]),
    ],
    ['a type of 257 characters', { Type: text(257) }, violations([text(257), 'type', tooLong(256)])],
    ['no replica Region', { AddReplicaRegions: [] }, violations(['[]', 'addReplicaRegions', tooShort(1)])],
    [
      'a replica Region that is none',
      { AddReplicaRegions: [{ Region: 'Mars' }] },
      violations(['Mars', 'addReplicaRegions.1.member.region', 'satisfy regular expression pattern: ^([a-z]+-)+\\d+$']),
    ],
    ['a text and bytes', { SecretString: 'x', SecretBinary: new Uint8Array(1) }, BOTH_VALUES],
    ['51 tags', { Tags: numberedTags(51) }, INVALID_PARAMETER],
    ['a tag without a key', { Tags: [{ Value: 'v' }] }, INVALID_PARAMETER],
    ['a tag of AWS', { Tags: [{ Key: 'aws:name', Value: 'v' }] }, INVALID_PARAMETER],
    [
      'a tag key twice',
      {
        Tags: [
          { Key: 'a', Value: '1' },
          { Key: 'a', Value: '2' },
        ],
      },
      INVALID_PARAMETER,
    ],
    ['a replica in its own Region', { AddReplicaRegions: [{ Region: REGION }] }, BAD_REPLICA_REGION],
    ['a replica in another partition', { AddReplicaRegions: [{ Region: 'cn-north-1' }] }, BAD_REPLICA_REGION],
    ['a replica without a Region', { AddReplicaRegions: [{ KmsKeyId: 'alias/a' }] }, BAD_REPLICA_REGION],
    [
      'a replica Region twice',
      { AddReplicaRegions: [{ Region: 'eu-west-1' }, { Region: 'eu-west-1', KmsKeyId: 'alias/a' }] },
      BAD_REPLICA_REGION,
    ],
    [
      '51 replicas',
      { AddReplicaRegions: Array.from({ length: 51 }, (_, index) => ({ Region: `eu-west-${index}` })) },
      INVALID_PARAMETER,
    ],
  ]
  for (const [what, input, expected] of refused)
    test(`${what} is refused`, () => assert.rejects(create(input), expected))

  test('nothing of what was refused was stored', async () => {
    assert.deepEqual((await client.listSecrets({})).SecretList, [])
  })

  const taken: [what: string, input: Partial<CreateSecretCommandInput>][] = [
    ['a name of 512 characters', { Name: text(512) }],
    ['a token of 32 characters', { ClientRequestToken: text(32) }],
    ['a token of 64 characters, no UUID', { ClientRequestToken: `terraform-${text(54, '/')}` }],
    ['a description of 2048 characters', { Description: text(2048) }],
    ['50 tags', { Tags: numberedTags(50) }],
    ['a tag of 128 and 256 characters', { Tags: [{ Key: text(128, 'ß'), Value: text(256, 'ß') }] }],
    ['a type of 256 characters', { Type: text(256) }],
    ['the wish to overwrite replicas where there are none', { ForceOverwriteReplicaSecret: true }],
  ]
  for (const [what, input] of taken)
    test(`${what} is taken`, async () => {
      const { ARN } = await create({ SecretString: 'x', ...input })
      const {
        ARN: _,
        CreatedDate,
        LastChangedDate,
        VersionIdsToStages,
        ...described
      } = await client.describeSecret({
        SecretId: ARN,
      })
      const { Name = described.Name, ClientRequestToken, ForceOverwriteReplicaSecret, ...kept } = input
      assert.deepEqual(described, { ...kept, Name, $metadata: described.$metadata })
      if (ClientRequestToken) assert.deepEqual(VersionIdsToStages, { [ClientRequestToken]: ['AWSCURRENT'] })
    })

  for (const [what, value] of [
    ['65,536 characters', text(65_536)],
    ['32,768 characters of two bytes', text(32_768, 'ä')],
    ['16,384 characters of four bytes', text(16_384, '🔑')],
  ] as const)
    test(`a text of ${what} is taken`, async () => {
      const { ARN } = await create({ SecretString: value })
      assert.equal((await client.getSecretValue({ SecretId: ARN })).SecretString, value)
    })

  test('65,536 bytes are taken', async () => {
    const SecretBinary = Buffer.from(Array.from({ length: 65_536 }, (_, index) => index % 251))
    const { ARN } = await create({ SecretBinary })
    assert.ok(SecretBinary.equals((await client.getSecretValue({ SecretId: ARN })).SecretBinary ?? Buffer.alloc(0)))
  })

  for (const Name of namesIn('valid.txt'))
    test(`the name ${Name} can be created and read by all its ids`, async () => {
      const { ARN = '' } = await client.createSecret({ Name, SecretString: `value of ${Name}` })
      assert.equal(ARN.slice(0, -6), `arn:aws:secretsmanager:${REGION}:${app.account}:secret:${Name}-`)
      const ids = [Name, ARN, /.-[A-Za-z0-9]{6}$/.test(Name) ? ARN : ARN.slice(0, -7)]
      for (const SecretId of ids)
        assert.equal((await client.getSecretValue({ SecretId })).SecretString, `value of ${Name}`)
    })
})

describe('a request without a token', async () => {
  const app = await startApp({ verify: false })
  after(() => app.close())

  for (const [what, body] of [
    ['with a value', { Name: 'raw', SecretString: 'x' }],
    ['without a value', { Name: 'raw' }],
    ['with null for a token', { Name: 'raw', ClientRequestToken: null }],
    ['with an invalid name', { Name: 'raw name' }],
    ['with both values', { Name: 'raw', SecretString: 'x', SecretBinary: 'AA==' }],
  ] as const)
    test(`${what} is refused before anything else`, async () => {
      const { status, json } = await rawCall(app, 'CreateSecret', body)
      assert.deepEqual([status, json], [400, { __type: NO_TOKEN.name, Message: NO_TOKEN.message }])
    })

  test('left no secret', async () => {
    assert.deepEqual((await app.client.listSecrets({})).SecretList, [])
  })
})

describe('behaviour', async () => {
  const app = await startApp()
  after(() => app.close())
  const { client } = app
  const described = (SecretId: string) => members(client.describeSecret({ SecretId }))

  test('the answer has an ARN with six random characters, the name, and the token as version', async () => {
    const token = randomUUID()
    const answer = await members(client.createSecret({ Name: 'app/db', SecretString: 'x', ClientRequestToken: token }))
    assert.match(answer.ARN ?? '', /^arn:aws:secretsmanager:eu-central-1:111122223333:secret:app\/db-[A-Za-z0-9]{6}$/)
    assert.deepEqual(answer, { ARN: answer.ARN, Name: 'app/db', VersionId: token })
  })

  test('without a value there is no version', async () => {
    const answer = await members(client.createSecret({ Name: 'empty' }))
    assert.deepEqual(Object.keys(answer).sort(), ['ARN', 'Name'])
    const { CreatedDate, LastChangedDate, ...others } = await described('empty')
    assert.deepEqual(others, answer)
    assert.ok(CreatedDate)
    assert.deepEqual(CreatedDate, LastChangedDate)
    assert.deepEqual((await client.listSecretVersionIds({ SecretId: 'empty', IncludeDeprecated: true })).Versions, [])
  })

  test('the first version is the current one', async () => {
    const token = randomUUID()
    await client.createSecret({ Name: 'first', SecretString: 'x', ClientRequestToken: token })
    assert.deepEqual((await described('first')).VersionIdsToStages, { [token]: ['AWSCURRENT'] })
  })

  test('dates are those of the call, in milliseconds', async () => {
    const before = app.clock.now()
    await client.createSecret({ Name: 'dated', SecretString: 'x' })
    const after = app.clock.now()
    const { CreatedDate, LastChangedDate } = await described('dated')
    assert.ok(CreatedDate && CreatedDate.getTime() >= before && CreatedDate.getTime() <= after)
    assert.deepEqual(LastChangedDate, CreatedDate)
    assert.deepEqual((await client.getSecretValue({ SecretId: 'dated' })).CreatedDate, CreatedDate)
  })

  test('empty description, key and type are as none', async () => {
    await client.createSecret({ Name: 'blank', Description: '', KmsKeyId: '', Type: '', Tags: [] })
    assert.deepEqual(Object.keys(await described('blank')).sort(), ['ARN', 'CreatedDate', 'LastChangedDate', 'Name'])
  })

  test('tags keep their order, and one without a value has an empty one', async () => {
    const Tags = [{ Key: 'z', Value: '1' }, { Key: 'a' }, { Key: 'A', Value: '' }]
    await client.createSecret({ Name: 'tagged', Tags })
    assert.deepEqual((await described('tagged')).Tags, [
      { Key: 'z', Value: '1' },
      { Key: 'a', Value: '' },
      { Key: 'A', Value: '' },
    ])
  })

  test('each Region has its own names and its own partition', async () => {
    await client.createSecret({ Name: 'regional', SecretString: 'here' })
    for (const [region, partition] of [
      ['eu-west-1', 'aws'],
      ['cn-north-1', 'aws-cn'],
      ['us-gov-west-1', 'aws-us-gov'],
    ] as const) {
      const there = app.clientFor({ region })
      const { ARN = '' } = await there.createSecret({ Name: 'regional', SecretString: region })
      assert.match(ARN, new RegExp(`^arn:${partition}:secretsmanager:${region}:${app.account}:secret:regional-`))
      await assert.rejects(client.getSecretValue({ SecretId: ARN }), NOT_FOUND)
      assert.equal((await there.getSecretValue({ SecretId: ARN })).SecretString, region)
    }
    assert.equal((await client.getSecretValue({ SecretId: 'regional' })).SecretString, 'here')
  })

  test('names are case-sensitive', async () => {
    await client.createSecret({ Name: 'Case' })
    await client.createSecret({ Name: 'case' })
    await assert.rejects(client.createSecret({ Name: 'case' }), alreadyExists('case'))
  })
})

describe('a name that exists', async () => {
  const app = await startApp()
  after(() => app.close())
  const { client } = app
  const token = randomUUID()
  const first = { Name: 'taken', SecretString: 'value', ClientRequestToken: token, Description: 'first' }
  const created = await client.createSecret(first)

  test('is refused with another token, value or none', async () => {
    for (const input of [{ SecretString: 'value' }, { SecretString: 'other' }, {}])
      await assert.rejects(client.createSecret({ Name: 'taken', ...input }), alreadyExists('taken'))
  })

  test('answers the same again for the same token and value, and nothing changes', async () => {
    const before = await members(client.describeSecret({ SecretId: 'taken' }))
    app.clock.advance(1_000)
    const again = members(client.createSecret({ ...first, Description: 'second', Tags: [{ Key: 'a', Value: 'b' }] }))
    assert.deepEqual(await again, { ARN: created.ARN, Name: 'taken', VersionId: token })
    assert.deepEqual(await members(client.describeSecret({ SecretId: 'taken' })), before)
  })

  test('refuses the token of its version for another value, the same bytes included', async () => {
    const expected = tokenInUse(token, created.ARN)
    await assert.rejects(client.createSecret({ ...first, SecretString: 'other' }), expected)
    const { SecretString: _, ...binary } = { ...first, SecretBinary: Buffer.from('value') }
    await assert.rejects(client.createSecret(binary), expected)
  })

  test('refuses the token of its version without a value', async () => {
    const { SecretString: _, ...valueless } = first
    await assert.rejects(client.createSecret(valueless), alreadyExists('taken'))
  })

  test('knows the tokens of later versions too', async () => {
    const later = randomUUID()
    await client.putSecretValue({ SecretId: 'taken', SecretString: 'later', ClientRequestToken: later })
    const again = await client.createSecret({ Name: 'taken', SecretString: 'later', ClientRequestToken: later })
    assert.equal(again.VersionId, later)
    assert.equal((await client.createSecret(first)).VersionId, token)
  })

  test('and has no value is refused for every token', async () => {
    const ClientRequestToken = randomUUID()
    await client.createSecret({ Name: 'valueless', ClientRequestToken })
    for (const input of [{}, { SecretString: 'x' }])
      await assert.rejects(
        client.createSecret({ Name: 'valueless', ClientRequestToken, ...input }),
        alreadyExists('valueless'),
      )
  })

  test('answers bytes the same again too', async () => {
    const input = { Name: 'bytes', SecretBinary: new Uint8Array([0, 255, 1]), ClientRequestToken: randomUUID() }
    const { ARN } = await client.createSecret(input)
    assert.equal((await client.createSecret(input)).ARN, ARN)
  })

  test('and is marked for deletion is refused with a text of its own, whatever the token', async () => {
    const input = { Name: 'marked', SecretString: 'x', ClientRequestToken: randomUUID() }
    await client.createSecret(input)
    await client.deleteSecret({ SecretId: 'marked' })
    await assert.rejects(client.createSecret(input), NAME_MARKED)
    await assert.rejects(client.createSecret({ Name: 'marked' }), NAME_MARKED)
  })

  test('and was deleted by force is free at once, under another ARN', async () => {
    const input = { Name: 'gone', SecretString: 'x', ClientRequestToken: randomUUID() }
    const { ARN } = await client.createSecret(input)
    await client.deleteSecret({ SecretId: 'gone', ForceDeleteWithoutRecovery: true })
    const again = await client.createSecret({ ...input, SecretString: 'y' })
    assert.notEqual(again.ARN, ARN)
    assert.equal((await client.getSecretValue({ SecretId: 'gone' })).SecretString, 'y')
  })
})

describe('keys', async () => {
  const app = await startApp()
  after(() => app.close())
  const { client } = app
  const key = await storeKey(app, 'alias/customer')
  await storeKey(app, 'alias/disabled', 'Disabled')
  await storeKey(app, 'alias/pending', 'PendingDeletion')
  const keyOf = async (SecretId: string) => (await client.describeSecret({ SecretId })).KmsKeyId

  test('the default key is not named, unless the caller named it', async () => {
    await client.createSecret({ Name: 'default', SecretString: 'x' })
    assert.equal(await keyOf('default'), undefined)
    await client.createSecret({ Name: 'alias', SecretString: 'x', KmsKeyId: 'alias/aws/secretsmanager' })
    assert.equal(await keyOf('alias'), 'alias/aws/secretsmanager')
  })

  const aliasArn = `arn:aws:kms:${REGION}:${app.account}:alias/customer`
  for (const [form, KmsKeyId] of [
    ['id', key.keyId],
    ['ARN', key.arn],
    ['alias', 'alias/customer'],
    ['alias ARN', aliasArn],
  ] as const)
    test(`a key named by its ${form} is echoed as it was given`, async () => {
      await client.createSecret({ Name: `by ${form}`.replaceAll(' ', '-'), SecretString: form, KmsKeyId })
      const SecretId = `by ${form}`.replaceAll(' ', '-')
      assert.equal(await keyOf(SecretId), KmsKeyId)
      assert.equal((await client.getSecretValue({ SecretId })).SecretString, form)
    })

  for (const [what, KmsKeyId, refusal] of [
    ['does not exist', randomUUID(), INVALID_PARAMETER],
    ['is no key id at all', 'no key', INVALID_PARAMETER],
    ['is an alias of nothing', 'alias/none', INVALID_PARAMETER],
    ['lies in another Region', key.arn.replace(REGION, 'eu-west-1'), INVALID_PARAMETER],
    ['is disabled', 'alias/disabled', ENCRYPTION_FAILURE],
    ['is pending deletion', 'alias/pending', ENCRYPTION_FAILURE],
  ] as const)
    test(`a key that ${what} is an ${refusal.name}, with a value and without, and nothing is stored`, async () => {
      for (const value of [{ SecretString: 'x' }, {}]) {
        await assert.rejects(client.createSecret({ Name: 'unkeyed', KmsKeyId, ...value }), refusal)
        await assert.rejects(client.describeSecret({ SecretId: 'unkeyed' }), NOT_FOUND)
      }
    })

  test('a key of another account is denied, whether it exists or not', async () => {
    const foreign = `arn:aws:kms:${REGION}:999988887777:key/`
    for (const id of [key.keyId, randomUUID()])
      await assert.rejects(client.createSecret({ Name: 'unkeyed', KmsKeyId: foreign + id }), KMS_DENIED)
    await assert.rejects(client.describeSecret({ SecretId: 'unkeyed' }), NOT_FOUND)
  })

  test('the name of a failed creation is free', async () => {
    await client.createSecret({ Name: 'unkeyed', SecretString: 'x' })
  })
})

describe('access', async () => {
  const app = await startApp()
  after(() => app.close())
  const user = await app.as('reader')
  const principal = `arn:aws:iam::${app.account}:user/reader`

  test('who may not create learns nothing of what exists', async () => {
    await app.client.createSecret({ Name: 'there', SecretString: 'x' })
    await app.client.createSecret({ Name: 'marked' })
    await app.client.deleteSecret({ SecretId: 'marked' })
    for (const Name of ['there', 'marked', 'not-there'])
      await assert.rejects(user.createSecret({ Name, SecretString: 'y' }), denied(principal, 'CreateSecret', Name))
    await assert.rejects(app.client.describeSecret({ SecretId: 'not-there' }), NOT_FOUND)
  })

  test('a creation leaves a record with the ARN that was made and no value', async () => {
    const token = randomUUID()
    const input = { Name: 'recorded', Description: 'd', ClientRequestToken: token, Tags: [{ Key: 'k', Value: 'v' }] }
    const { ARN, $metadata } = await app.client.createSecret({ ...input, SecretString: 'hunter2-value' })
    const [entry] = await app.trail(1)
    assert.deepEqual(entry && { ...entry, at: 0, agent: '' }, {
      v: 1,
      id: $metadata.requestId,
      at: 0,
      service: 'secretsmanager',
      operation: 'CreateSecret',
      access: 'write',
      region: REGION,
      caller: {
        type: 'IAMUser',
        principalId: entry?.caller.principalId,
        arn: `arn:aws:iam::${app.account}:user/administrator`,
        account: app.account,
        accessKeyId: ADMINISTRATOR.accessKeyId,
        userName: 'administrator',
      },
      address: '127.0.0.1',
      agent: '',
      parameters: input,
      arn: ARN,
    })
    assert.match(entry?.agent ?? '', /aws-sdk-js/)
    assert.doesNotMatch(JSON.stringify(await app.trail()), /hunter2/)
  })

  test('a refusal leaves its record, with no ARN: the secret that has the name is another', async () => {
    await assert.rejects(app.client.createSecret({ Name: 'there', SecretString: 'hunter2' }))
    const [exists] = await app.trail(1)
    assert.equal(exists?.operation, 'CreateSecret')
    assert.deepEqual(exists?.error, {
      code: 'ResourceExistsException',
      message: 'The operation failed because the secret there already exists.',
    })
    assert.equal(exists?.arn, undefined)
    await assert.rejects(user.createSecret({ Name: 'there', SecretString: 'hunter2' }))
    const [refused] = await app.trail(1)
    assert.deepEqual([refused?.error?.code, refused?.caller.arn], ['AccessDeniedException', principal])
    assert.doesNotMatch(JSON.stringify(await app.trail()), /hunter2/)
  })
})

test('the default key may be named by the ARN of its alias, also by its first use', async () => {
  await using app = await startApp()
  const KmsKeyId = `arn:aws:kms:${REGION}:${app.account}:alias/aws/secretsmanager`
  await app.client.createSecret({ Name: 'a', SecretString: 'x', KmsKeyId })
  assert.equal((await app.client.getSecretValue({ SecretId: 'a' })).SecretString, 'x')
  assert.equal((await app.client.describeSecret({ SecretId: 'a' })).KmsKeyId, KmsKeyId)
})
