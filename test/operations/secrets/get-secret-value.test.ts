import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import type { SecretsManager } from '@aws-sdk/client-secrets-manager'
import { sql } from '../../../src/storage/sql.ts'
import {
  denied,
  deniedAcross,
  INVALID_NAME,
  MARKED,
  NOT_FOUND,
  noStage,
  noVersion,
  tooLong,
  tooShort,
  UNREADABLE,
  violations,
} from '../../expected-errors.ts'
import { REGION, startApp, type TestApp } from '../../start-app.ts'
import { forge, storeKey, storeSwapped, storeUnderKey } from '../../stored-data.ts'

const DAY = 86_400_000

const versionId = (number: number) => `${number}`.padStart(32, 'v')
const partialOf = (arn = '') => arn.slice(0, -7)

describe('decoding and constraints', async () => {
  const app = await startApp()
  after(() => app.close())
  test('a SecretId that is no text cannot be read', async () => {
    const read = (SecretId: unknown) => app.client.getSecretValue({ SecretId: SecretId as string })
    await assert.rejects(read(5), {
      name: 'SerializationException',
      message: 'NUMBER_VALUE can not be converted to a String',
    })
    await assert.rejects(read(true), { message: 'TRUE_VALUE can not be converted to a String' })
    await assert.rejects(read(['a']), { message: 'Start of list found where not expected' })
    await assert.rejects(read({ a: 1 }), { message: 'Start of structure or map found where not expected.' })
  })

  test('null is the same as nothing', async () => {
    await app.client.createSecret({ Name: 'null', SecretString: 'x' })
    const nothing = null as unknown as undefined
    const read = await app.client.getSecretValue({ SecretId: 'null', VersionId: nothing, VersionStage: nothing })
    assert.equal(read.SecretString, 'x')
  })

  const long = (length: number) => 'x'.repeat(length)
  const refused: [input: { SecretId?: string; VersionId?: string; VersionStage?: string }, expected: object][] = [
    [{}, violations([null, 'secretId', 'not be null'])],
    [{ SecretId: '' }, violations(['', 'secretId', tooShort(1)])],
    [{ SecretId: long(2049) }, violations([long(2049), 'secretId', tooLong(2048)])],
    [{ SecretId: 'a', VersionId: long(31) }, violations([long(31), 'versionId', tooShort(32)])],
    [{ SecretId: 'a', VersionId: long(65) }, violations([long(65), 'versionId', tooLong(64)])],
    [{ SecretId: 'a', VersionStage: '' }, violations(['', 'versionStage', tooShort(1)])],
    [{ SecretId: 'a', VersionStage: long(257) }, violations([long(257), 'versionStage', tooLong(256)])],
    [
      { VersionId: 'b', VersionStage: '' },
      violations(
        [null, 'secretId', 'not be null'],
        ['b', 'versionId', tooShort(32)],
        ['', 'versionStage', tooShort(1)],
      ),
    ],
  ]
  for (const [input, expected] of refused) {
    const members = Object.entries(input).map(([name, value]) => `${name} of ${value.length} characters`)
    test(`${members.join(', ') || 'an empty request'} is refused`, async () => {
      await assert.rejects(app.client.getSecretValue(input as { SecretId: string }), expected)
    })
  }

  for (const name of [
    'Inv Name',
    ' Inv Name',
    ' Inv*Name? ',
    ' Inv *?!]Name\\-',
    'näme',
    'arn:aws:secretsmanager: x',
  ]) {
    test(`${JSON.stringify(name)} is the id of nothing that could be`, async () => {
      await assert.rejects(app.client.getSecretValue({ SecretId: name }), INVALID_NAME)
    })
  }
})

describe('values', async () => {
  const app = await startApp()
  after(() => app.close())
  const { client } = app

  test('a text comes back as it was stored', async () => {
    const SecretString = 'pässword 🔑 \u0000 \\ " \n {"json":true}'
    const created = await client.createSecret({ Name: 'text', SecretString })
    const { $metadata, ...read } = await client.getSecretValue({ SecretId: 'text' })
    assert.equal($metadata.httpStatusCode, 200)
    assert.deepEqual(read, {
      ARN: created.ARN,
      Name: 'text',
      VersionId: created.VersionId,
      SecretString,
      VersionStages: ['AWSCURRENT'],
      CreatedDate: read.CreatedDate,
    })
  })

  test('bytes come back as bytes, and no text beside them', async () => {
    const SecretBinary = Uint8Array.from({ length: 256 }, (_, index) => index)
    await client.createSecret({ Name: 'binary', SecretBinary })
    const read = await client.getSecretValue({ SecretId: 'binary' })
    assert.deepEqual(Buffer.from(read.SecretBinary ?? ''), Buffer.from(SecretBinary))
    assert.ok(!('SecretString' in read))
  })

  test('a value may change from text to bytes', async () => {
    await client.createSecret({ Name: 'changing', SecretString: 'text' })
    await client.putSecretValue({ SecretId: 'changing', SecretBinary: Buffer.from('bytes') })
    const read = await client.getSecretValue({ SecretId: 'changing' })
    assert.equal(Buffer.from(read.SecretBinary ?? '').toString(), 'bytes')
    const before = await client.getSecretValue({ SecretId: 'changing', VersionStage: 'AWSPREVIOUS' })
    assert.equal(before.SecretString, 'text')
  })

  test('the largest values come back whole', async () => {
    const SecretString = 'x'.repeat(65_536)
    const SecretBinary = Buffer.alloc(65_536, 0xff)
    await client.createSecret({ Name: 'large-text', SecretString })
    await client.createSecret({ Name: 'large-binary', SecretBinary })
    assert.equal((await client.getSecretValue({ SecretId: 'large-text' })).SecretString, SecretString)
    const binary = (await client.getSecretValue({ SecretId: 'large-binary' })).SecretBinary ?? new Uint8Array()
    assert.equal(Buffer.compare(Buffer.from(binary), SecretBinary), 0)
  })

  test('CreatedDate is the creation of the version, in milliseconds', async () => {
    await client.createSecret({ Name: 'dated', SecretString: 'first' })
    app.clock.advance(3_600_000)
    const from = app.clock.now()
    await client.putSecretValue({ SecretId: 'dated', SecretString: 'second' })
    const { CreatedDate } = await client.getSecretValue({ SecretId: 'dated' })
    const at = CreatedDate?.getTime() ?? 0
    assert.ok(from <= at && at <= app.clock.now(), `${at} lies between ${from} and now`)
  })

  test('a customer key protects a value as well', async () => {
    await storeKey(app, 'alias/mine')
    await client.createSecret({ Name: 'under-mine', SecretString: 'mine', KmsKeyId: 'alias/mine' })
    assert.equal((await client.getSecretValue({ SecretId: 'under-mine' })).SecretString, 'mine')
  })
})

describe('the version that is meant', async () => {
  const app = await startApp()
  after(() => app.close())
  const { client } = app
  const SecretId = 'versions'
  const read = (VersionId?: string, VersionStage?: string) =>
    client.getSecretValue({ SecretId, VersionId, VersionStage })
  await client.createSecret({ Name: SecretId, SecretString: '1', ClientRequestToken: versionId(1) })
  for (const number of [2, 3])
    await client.putSecretValue({ SecretId, SecretString: `${number}`, ClientRequestToken: versionId(number) })
  await client.putSecretValue({
    SecretId,
    SecretString: '4',
    ClientRequestToken: versionId(4),
    VersionStages: ['AWSPENDING', 'blue'],
  })

  test('is the one labelled AWSCURRENT when none is named', async () => {
    const { SecretString, VersionId, VersionStages } = await read()
    assert.deepEqual(
      { SecretString, VersionId, VersionStages },
      {
        SecretString: '3',
        VersionId: versionId(3),
        VersionStages: ['AWSCURRENT'],
      },
    )
  })

  test('is the one of that id, whatever its labels', async () => {
    const { SecretString, VersionStages } = await read(versionId(4))
    assert.deepEqual({ SecretString, VersionStages }, { SecretString: '4', VersionStages: ['AWSPENDING', 'blue'] })
  })

  test('may have lost all labels, which are then left out', async () => {
    const { $metadata, ...deprecated } = await read(versionId(1))
    assert.equal(deprecated.SecretString, '1')
    assert.ok(!('VersionStages' in deprecated))
  })

  test('is the one with that label', async () => {
    assert.equal((await read(undefined, 'AWSPREVIOUS')).SecretString, '2')
    assert.equal((await read(undefined, 'AWSPENDING')).SecretString, '4')
    assert.equal((await read(undefined, 'blue')).SecretString, '4')
  })

  test('may be named by id and label together', async () => {
    assert.equal((await read(versionId(4), 'blue')).SecretString, '4')
    assert.equal((await read(versionId(3), 'AWSCURRENT')).SecretString, '3')
  })

  test('is refused when the label is on another version, or on none', async () => {
    const elsewhere = {
      name: 'InvalidRequestException',
      message: 'You provided a VersionStage that is not associated to the provided VersionId.',
    }
    await assert.rejects(read(versionId(3), 'blue'), elsewhere)
    await assert.rejects(read(versionId(3), 'none'), elsewhere)
  })

  test('is not found by an unknown id, also with a label', async () => {
    await assert.rejects(read(versionId(9)), noVersion(versionId(9)))
    await assert.rejects(read(versionId(9), 'AWSCURRENT'), noVersion(versionId(9)))
  })

  test('is not found by an unknown label, whose case counts', async () => {
    await assert.rejects(read(undefined, 'green'), noStage('green'))
    await assert.rejects(read(undefined, 'Blue'), noStage('Blue'))
  })

  test('is not found in a secret without a value', async () => {
    await client.createSecret({ Name: 'valueless' })
    const read = (VersionStage?: string) => client.getSecretValue({ SecretId: 'valueless', VersionStage })
    await assert.rejects(read(), noStage('AWSCURRENT'))
    await assert.rejects(read('AWSPREVIOUS'), noStage('AWSPREVIOUS'))
  })

  test('is not found as AWSPREVIOUS while there is only one', async () => {
    await client.createSecret({ Name: 'single', SecretString: 'x' })
    const call = client.getSecretValue({ SecretId: 'single', VersionStage: 'AWSPREVIOUS' })
    await assert.rejects(call, noStage('AWSPREVIOUS'))
  })

  test('is found only in its own secret', async () => {
    await client.createSecret({ Name: 'other', SecretString: 'x', ClientRequestToken: versionId(7) })
    await assert.rejects(read(versionId(7)), noVersion(versionId(7)))
  })
})

describe('the secret that an id names', async () => {
  const app = await startApp()
  after(() => app.close())
  const { client, account } = app
  const create = async (Name: string) => (await client.createSecret({ Name, SecretString: Name })).ARN ?? ''
  const read = async (SecretId: string) => (await client.getSecretValue({ SecretId })).SecretString
  const arnOf = (resource: string, region = REGION) => `arn:aws:secretsmanager:${region}:${account}:secret:${resource}`

  for (const sign of ['/', '_', '+', '=', '.', '@', '-', '!']) {
    test(`is found by name, ARN and partial ARN with ${sign} in its name`, async () => {
      const name = `with${sign}sign`
      const arn = await create(name)
      for (const id of [name, arn, partialOf(arn)]) assert.equal(await read(id), name, id)
    })
  }

  test('keeps a name of 512 characters whole', async () => {
    const name = 'n'.repeat(512)
    const arn = await create(name)
    assert.equal((await client.getSecretValue({ SecretId: arn })).Name, name)
  })

  test('is not found by a partial ARN that could be a complete one', async () => {
    const arn = await create('app-a1b2c3')
    assert.equal(await read('app-a1b2c3'), 'app-a1b2c3')
    assert.equal(await read(arn), 'app-a1b2c3')
    await assert.rejects(read(partialOf(arn)), NOT_FOUND)
  })

  test('is found by a partial ARN that could not be a complete one', async () => {
    for (const name of ['app-a1b2', 'app-a1b2c3-', 'app-a1b2c3d', 'app-a1b_c3'])
      assert.equal(await read(partialOf(await create(name))), name)
  })

  test('is the one with that ARN, even where another has it for a name', async () => {
    const arn = await create('base')
    await create(`base${arn.slice(-7)}`)
    assert.equal(await read(arn), 'base')
  })

  test('is not found by its name with the suffix of its ARN', async () => {
    const arn = await create('suffixed')
    await assert.rejects(read(`suffixed${arn.slice(-7)}`), NOT_FOUND)
  })

  test('is not found with another suffix, or by a part of its name', async () => {
    const arn = await create('whole/name')
    const other = arn.endsWith('aaaaaa') ? 'bbbbbb' : 'aaaaaa'
    for (const id of [`${partialOf(arn)}-${other}`, 'whole', arnOf('whole'), 'whole/name/'])
      await assert.rejects(read(id), NOT_FOUND, id)
  })

  test('is not found in another case', async () => {
    const arn = await create('Case')
    await assert.rejects(read('case'), NOT_FOUND)
    await assert.rejects(read(partialOf(arn).toLowerCase()), NOT_FOUND)
  })

  test('belongs to one Region, by name and by ARN', async () => {
    const arn = await create('regional')
    const elsewhere = app.clientFor({ region: 'us-east-1' })
    for (const SecretId of ['regional', arn, partialOf(arn)])
      await assert.rejects(elsewhere.getSecretValue({ SecretId }), NOT_FOUND)
    for (const id of [arnOf('regional', 'us-east-1'), arnOf(`regional${arn.slice(-7)}`, 'us-east-1')])
      await assert.rejects(read(id), NOT_FOUND)
    await elsewhere.createSecret({ Name: 'regional', SecretString: 'its own' })
    assert.equal((await elsewhere.getSecretValue({ SecretId: 'regional' })).SecretString, 'its own')
  })

  test('belongs to one partition', async () => {
    const arn = await create('partitioned')
    for (const id of [arn, partialOf(arn)]) await assert.rejects(read(id.replace('arn:aws:', 'arn:aws-cn:')), NOT_FOUND)
  })

  for (const id of [
    'arn:',
    'arn:aws:secretsmanager',
    `arn:aws:secretsmanager:${REGION}:111122223333:secret:`,
    `arn:aws:secretsmanager:${REGION}:1111:secret:short-account`,
    `arn:aws:secretsmanager:${REGION}:111122223333:key:other-type`,
    `arn:aws:kms:${REGION}:111122223333:secret:other-service`,
    `arn:aws:secretsmanager:${REGION}:111122223333:secret:no(parentheses)-a1b2c3`,
  ])
    test(`is not found by ${id}, which is no ARN of a secret`, async () => {
      await assert.rejects(read(id), NOT_FOUND)
    })

  test('is another one once it was removed and made anew', async () => {
    const before = await create('again')
    await client.deleteSecret({ SecretId: 'again', ForceDeleteWithoutRecovery: true })
    for (const id of ['again', before, partialOf(before)]) await assert.rejects(read(id), NOT_FOUND)
    const now = await create('again')
    assert.notEqual(now, before)
    assert.equal(await read(partialOf(before)), 'again')
    await assert.rejects(read(before), NOT_FOUND)
  })
})

describe('states that keep a value back', async () => {
  const app = await startApp()
  after(() => app.close())
  const { client } = app

  test('a secret marked for deletion is not read, however it is named, until it is restored', async () => {
    const { ARN = '', VersionId } = await client.createSecret({ Name: 'marked', SecretString: 'x' })
    await client.deleteSecret({ SecretId: 'marked' })
    for (const SecretId of ['marked', ARN, partialOf(ARN)])
      await assert.rejects(client.getSecretValue({ SecretId }), MARKED)
    await assert.rejects(client.getSecretValue({ SecretId: 'marked', VersionId }), MARKED)
    await assert.rejects(client.getSecretValue({ SecretId: 'marked', VersionStage: 'none' }), MARKED)
    await client.restoreSecret({ SecretId: 'marked' })
    assert.equal((await client.getSecretValue({ SecretId: 'marked' })).SecretString, 'x')
  })

  test('a value that was moved to another secret in the store does not open', async () => {
    const { ARN = '' } = await client.createSecret({ Name: 'origin', SecretString: 'x' })
    await storeSwapped(app, ARN, 'swapped')
    await assert.rejects(client.getSecretValue({ SecretId: 'swapped' }), UNREADABLE)
    assert.equal((await client.getSecretValue({ SecretId: 'origin' })).SecretString, 'x')
  })

  test('labels, tags and names that were altered in the store are not believed', async () => {
    const { ARN = '', VersionId } = await client.createSecret({ Name: 'forged', SecretString: '1' })
    await client.putSecretValue({ SecretId: 'forged', SecretString: '2' })
    await forge(app, sql`update secrets set current_version = ${VersionId ?? ''} where arn = ${ARN}`)
    await assert.rejects(client.getSecretValue({ SecretId: 'forged' }), UNREADABLE)
    await client.createSecret({ Name: 'tagged', SecretString: 'x' })
    await forge(app, sql`update secrets set tags = '[["team","blue"]]' where name = 'tagged'`)
    await assert.rejects(client.getSecretValue({ SecretId: 'tagged' }), UNREADABLE)
    await client.createSecret({ Name: 'renamed', SecretString: 'x' })
    await forge(app, sql`update secrets set name = 'new-name' where name = 'renamed'`)
    await assert.rejects(client.getSecretValue({ SecretId: 'new-name' }), UNREADABLE)
  })

  for (const state of ['Disabled', 'PendingDeletion'] as const)
    test(`a value under a key that is ${state} does not open`, async () => {
      await storeUnderKey(app, `under-${state}`, await storeKey(app, `alias/${state}`, state))
      await assert.rejects(client.getSecretValue({ SecretId: `under-${state}` }), UNREADABLE)
    })
})

describe('LastAccessedDate', () => {
  const accessOf = async ({ client }: TestApp, SecretId: string) =>
    (await client.describeSecret({ SecretId })).LastAccessedDate

  test('is absent until a value is read, then the day of the last read', async () => {
    await using app = await startApp()
    const { client, clock } = app
    app.clock.toNoon()
    await client.createSecret({ Name: 'a', SecretString: 'x' })
    assert.equal(await accessOf(app, 'a'), undefined)
    await client.getSecretValue({ SecretId: 'a' })
    const first = app.clock.today()
    assert.deepEqual(await accessOf(app, 'a'), first)
    clock.advance(3_600_000)
    await client.getSecretValue({ SecretId: 'a' })
    assert.deepEqual(await accessOf(app, 'a'), first)
    clock.advance(DAY)
    assert.deepEqual(await accessOf(app, 'a'), first)
    await client.getSecretValue({ SecretId: 'a' })
    assert.deepEqual(await accessOf(app, 'a'), new Date(first.getTime() + DAY))
  })

  test('is not moved by looking at the secret', async () => {
    await using app = await startApp()
    const { client } = app
    await client.createSecret({ Name: 'a', SecretString: 'x' })
    await client.describeSecret({ SecretId: 'a' })
    await client.listSecrets({})
    await client.listSecretVersionIds({ SecretId: 'a' })
    assert.equal(await accessOf(app, 'a'), undefined)
  })

  test('is not moved by a read that failed', async () => {
    await using app = await startApp()
    const { client } = app
    await client.createSecret({ Name: 'a', SecretString: 'x' })
    await assert.rejects(client.getSecretValue({ SecretId: 'a', VersionStage: 'none' }), noStage('none'))
    await client.deleteSecret({ SecretId: 'a' })
    await assert.rejects(client.getSecretValue({ SecretId: 'a' }), MARKED)
    assert.equal(await accessOf(app, 'a'), undefined)
  })

  test('is kept for each version, and outlives changes of the secret', async () => {
    await using app = await startApp()
    const { client } = app
    app.clock.toNoon()
    await client.createSecret({ Name: 'a', SecretString: '1', ClientRequestToken: versionId(1) })
    await client.getSecretValue({ SecretId: 'a' })
    await client.putSecretValue({ SecretId: 'a', SecretString: '2', ClientRequestToken: versionId(2) })
    await client.updateSecret({ SecretId: 'a', Description: 'changed' })
    assert.deepEqual(await accessOf(app, 'a'), app.clock.today())
    const days = async () => {
      const { Versions = [] } = await client.listSecretVersionIds({ SecretId: 'a' })
      return Versions.map((version) => version.LastAccessedDate)
    }
    assert.deepEqual(await days(), [app.clock.today(), undefined])
    app.clock.advance(DAY)
    await client.getSecretValue({ SecretId: 'a', VersionId: versionId(2) })
    assert.deepEqual(await days(), [new Date(app.clock.today().getTime() - DAY), app.clock.today()])
  })

  test('leaves LastChangedDate alone', async () => {
    await using app = await startApp()
    const { client, clock } = app
    await client.createSecret({ Name: 'a', SecretString: 'x' })
    const { LastChangedDate } = await client.describeSecret({ SecretId: 'a' })
    clock.advance(DAY)
    await client.getSecretValue({ SecretId: 'a' })
    assert.deepEqual((await client.describeSecret({ SecretId: 'a' })).LastChangedDate, LastChangedDate)
  })
})

describe('access', () => {
  test('a user whom nothing allows is refused, in the words of the request', async () => {
    await using app = await startApp()
    const reader = await app.as('reader')
    const { ARN = '' } = await app.client.createSecret({ Name: 'a', SecretString: 'x' })
    for (const SecretId of ['a', ARN, partialOf(ARN)])
      await assert.rejects(
        reader.getSecretValue({ SecretId }),
        denied('arn:aws:iam::111122223333:user/reader', 'GetSecretValue', SecretId),
      )
  })

  test('nobody learns by being refused what exists, or in which state', async () => {
    await using app = await startApp()
    const reader = await app.as('reader')
    await app.client.createSecret({ Name: 'marked', SecretString: 'x' })
    await app.client.deleteSecret({ SecretId: 'marked' })
    await app.client.createSecret({ Name: 'valueless' })
    for (const SecretId of ['marked', 'valueless', 'missing', 'arn:aws:nonsense'])
      await assert.rejects(
        reader.getSecretValue({ SecretId, VersionId: versionId(1) }),
        denied('arn:aws:iam::111122223333:user/reader', 'GetSecretValue', SecretId),
      )
  })

  test('another account is refused by ARN, without a word about keys or existence', async () => {
    await using app = await startApp({ verify: false })
    const as = (accessKeyId: string) => app.clientFor({ credentials: { accessKeyId, secretAccessKey: 'any' } })
    const owner = as('111111111111')
    const { ARN = '' } = await owner.createSecret({ Name: 'a', SecretString: 'x' })
    const ids = [ARN, partialOf(ARN), ARN.replace(':a-', ':missing-'), ARN.replace(/:a-.*/, ':missing')]
    for (const SecretId of ids)
      await assert.rejects(
        as('222222222222').getSecretValue({ SecretId }),
        deniedAcross('arn:aws:iam::222222222222:root', 'GetSecretValue', SecretId),
      )
    assert.equal((await owner.getSecretValue({ SecretId: ARN })).SecretString, 'x')
  })

  test('a name is looked up in the account of the caller only', async () => {
    await using app = await startApp({ verify: false })
    const as = (accessKeyId: string) => app.clientFor({ credentials: { accessKeyId, secretAccessKey: 'any' } })
    await as('111111111111').createSecret({ Name: 'a', SecretString: 'x' })
    await assert.rejects(as('222222222222').getSecretValue({ SecretId: 'a' }), NOT_FOUND)
  })

  test('a read that cannot be recorded is not answered', async () => {
    await using app = await startApp()
    const { client, running } = app
    await client.createSecret({ Name: 'a', SecretString: 'hidden-value' })
    const { engine } = running.installation
    const append = engine.append.bind(engine)
    engine.append = () => Promise.reject(new Error('the disk is full'))
    const message = 'An internal error occurred. Please try again.'
    await assert.rejects(client.getSecretValue({ SecretId: 'a' }), { name: 'InternalServiceError', message })
    await assert.rejects(client.getSecretValue({ SecretId: 'missing' }), { name: 'InternalServiceError', message })
    engine.append = append
    assert.equal((await client.getSecretValue({ SecretId: 'a' })).SecretString, 'hidden-value')
  })

  test('a read leaves its record: who, which id, which secret, and no value', async () => {
    await using app = await startApp()
    const { client } = app
    const { ARN, VersionId } = await client.createSecret({ Name: 'a', SecretString: 'hidden-value' })
    const input = { SecretId: partialOf(ARN), VersionId, VersionStage: 'AWSCURRENT' }
    const { $metadata } = await client.getSecretValue(input)
    const [entry] = await app.trail(1)
    assert.equal(entry?.id, $metadata.requestId)
    assert.equal(entry?.service, 'secretsmanager')
    assert.equal(entry?.operation, 'GetSecretValue')
    assert.equal(entry?.access, 'read')
    assert.equal(entry?.region, REGION)
    assert.equal(entry?.caller.arn, `arn:aws:iam::${app.account}:user/administrator`)
    assert.equal(entry?.caller.accessKeyId, 'AKIATESTADMINISTRATO')
    assert.equal(entry?.address, '127.0.0.1')
    assert.match(entry?.agent ?? '', /^aws-sdk-js\//)
    assert.deepEqual(entry?.parameters, input)
    assert.equal(entry?.arn, ARN)
    assert.equal(entry?.items, undefined)
    assert.equal(entry?.error, undefined)
    assert.ok(!JSON.stringify(entry).includes('hidden-value'))
  })

  test('a read that is refused leaves its record with the error', async () => {
    await using app = await startApp()
    const { client } = app
    const { ARN } = await client.createSecret({ Name: 'valueless' })
    const reader = await app.as('reader')
    const cases: [client: SecretsManager, SecretId: string, parameters: object | undefined, arn: string | undefined][] =
      [
        [client, 'missing', { SecretId: 'missing' }, undefined],
        [client, 'no name', { SecretId: 'no name' }, undefined],
        [client, 'valueless', { SecretId: 'valueless' }, ARN],
        [reader, 'missing', { SecretId: 'missing' }, undefined],
        [client, '', undefined, undefined],
      ]
    for (const [caller, SecretId, parameters, arn] of cases) {
      const refusal = await caller.getSecretValue({ SecretId }).then(
        () => assert.fail('the call was not refused'),
        (error) => error,
      )
      const entry = (await app.trail()).find(({ id }) => id === refusal.$metadata.requestId)
      assert.deepEqual(entry?.parameters, parameters)
      assert.deepEqual(entry?.error, { code: refusal.name, message: refusal.message })
      assert.equal(entry?.arn, arn)
    }
  })
})
