import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import {
  type ListSecretVersionIdsCommandInput,
  paginateListSecretVersionIds,
  type SecretsManager,
  type SecretVersionsListEntry,
} from '@aws-sdk/client-secrets-manager'
import {
  BAD_TOKEN,
  denied,
  deniedAcross,
  INVALID_NAME,
  NOT_FOUND,
  tooShort,
  violations,
} from '../../expected-errors.ts'
import { startApp } from '../../start-app.ts'
import { storeKey } from '../../stored-data.ts'

type Input = ListSecretVersionIdsCommandInput

const DAY = 86_400_000
const partialOf = (arn = '') => arn.slice(0, -7)
const versionId = (number: number) => `${number}`.padStart(32, 'v')

async function all(client: SecretsManager, input: Input): Promise<SecretVersionsListEntry[]> {
  const entries: SecretVersionsListEntry[] = []
  for await (const page of paginateListSecretVersionIds({ client }, input)) entries.push(...(page.Versions ?? []))
  return entries
}

/** A secret whose versions 1 to `count` were each current in turn. */
async function createVersions(client: SecretsManager, Name: string, count: number): Promise<string> {
  const { ARN = '' } = await client.createSecret({ Name, SecretString: '1', ClientRequestToken: versionId(1) })
  for (let number = 2; number <= count; number++)
    await client.putSecretValue({
      SecretId: Name,
      SecretString: `${number}`,
      ClientRequestToken: versionId(number),
    })
  return ARN
}

describe('decoding and constraints', async () => {
  const app = await startApp()
  after(() => app.close())
  const listVersions = (input: object) => app.client.listSecretVersionIds(input as Input)

  test('members of wrong types cannot be read', async () => {
    const name = 'SerializationException'
    const SecretId = 'a'
    await assert.rejects(listVersions({ SecretId: 5 }), {
      name,
      message: 'NUMBER_VALUE can not be converted to a String',
    })
    await assert.rejects(listVersions({ SecretId, MaxResults: 'many' }), {
      name,
      message: 'STRING_VALUE can not be converted to an Integer',
    })
    await assert.rejects(listVersions({ SecretId, IncludeDeprecated: 'yes' }), { name })
  })

  const refused: [input: object, expected: object][] = [
    [{}, violations([null, 'secretId', 'not be null'])],
    [{ SecretId: 'a', MaxResults: 0 }, violations(['0', 'maxResults', 'have value greater than or equal to 1'])],
    [{ SecretId: 'a', MaxResults: 101 }, violations(['101', 'maxResults', 'have value less than or equal to 100'])],
    [{ SecretId: '', NextToken: '' }, violations(['', 'secretId', tooShort(1)], ['', 'nextToken', tooShort(1)])],
  ]
  for (const [input, expected] of refused)
    test(`${JSON.stringify(input)} is refused`, async () => {
      await assert.rejects(listVersions(input), expected)
    })

  for (const SecretId of ['Inv Name', ' Inv*Name? ', ' Inv *?!]Name\\-'])
    test(`${JSON.stringify(SecretId)} is the id of nothing that could be`, async () => {
      await assert.rejects(listVersions({ SecretId }), INVALID_NAME)
    })
})

describe('versions', async () => {
  const app = await startApp()
  after(() => app.close())
  const { client } = app

  test('are those with labels, in order of creation', async () => {
    const ARN = await createVersions(client, 'labelled', 4)
    const { $metadata, ...output } = await client.listSecretVersionIds({ SecretId: 'labelled' })
    const [previous, current] = output.Versions ?? []
    assert.ok(previous?.CreatedDate instanceof Date && current?.CreatedDate instanceof Date)
    assert.deepEqual(output, {
      ARN,
      Name: 'labelled',
      Versions: [
        {
          VersionId: versionId(3),
          VersionStages: ['AWSPREVIOUS'],
          CreatedDate: previous.CreatedDate,
          KmsKeyIds: ['DefaultEncryptionKey'],
        },
        {
          VersionId: versionId(4),
          VersionStages: ['AWSCURRENT'],
          CreatedDate: current.CreatedDate,
          KmsKeyIds: ['DefaultEncryptionKey'],
        },
      ],
    })
  })

  test('without labels are shown when asked for, and have then no VersionStages', async () => {
    await createVersions(client, 'deprecated', 4)
    const { Versions = [] } = await client.listSecretVersionIds({ SecretId: 'deprecated', IncludeDeprecated: true })
    assert.deepEqual(
      Versions.map((version) => [version.VersionId, version.VersionStages, 'VersionStages' in version]),
      [
        [versionId(1), undefined, false],
        [versionId(2), undefined, false],
        [versionId(3), ['AWSPREVIOUS'], true],
        [versionId(4), ['AWSCURRENT'], true],
      ],
    )
  })

  test('of a secret without a value are an empty list', async () => {
    const { ARN } = await client.createSecret({ Name: 'valueless' })
    const { $metadata, ...output } = await client.listSecretVersionIds({ SecretId: 'valueless' })
    assert.deepEqual(output, { ARN, Name: 'valueless', Versions: [] })
  })

  test('show their labels in the order of attachment', async () => {
    await createVersions(client, 'attached', 1)
    for (const VersionStage of ['zeta', 'alpha'])
      await client.updateSecretVersionStage({ SecretId: 'attached', VersionStage, MoveToVersionId: versionId(1) })
    const [version] = await all(client, { SecretId: 'attached' })
    assert.deepEqual(version?.VersionStages, ['AWSCURRENT', 'zeta', 'alpha'])
  })

  test('keep the key under which each was written, as it was named', async () => {
    await storeKey(app, 'alias/mine')
    await createVersions(client, 'keys', 1)
    await client.updateSecret({ SecretId: 'keys', KmsKeyId: 'alias/mine', SecretString: 'under mine' })
    await client.updateSecret({ SecretId: 'keys', KmsKeyId: 'alias/aws/secretsmanager', SecretString: 'by its alias' })
    const keys = (await all(client, { SecretId: 'keys', IncludeDeprecated: true })).map(({ KmsKeyIds }) => KmsKeyIds)
    assert.deepEqual(keys.at(-1), ['alias/aws/secretsmanager'])
    assert.ok(keys.every((ids) => ids?.length === 1))
  })

  test('carry their own dates', async () => {
    app.clock.toNoon()
    await createVersions(client, 'dates', 1)
    app.clock.advance(DAY)
    await client.putSecretValue({ SecretId: 'dates', SecretString: '2' })
    await client.getSecretValue({ SecretId: 'dates' })
    const [first, second] = await all(client, { SecretId: 'dates' })
    assert.equal(first?.LastAccessedDate, undefined)
    assert.ok(first && !('LastAccessedDate' in first))
    assert.deepEqual(second?.LastAccessedDate, app.clock.today())
    const between = (second?.CreatedDate?.getTime() ?? 0) - (first.CreatedDate?.getTime() ?? 0)
    assert.ok(between >= DAY, `${between} ms lie between the two versions`)
  })

  test('of a secret marked for deletion are still listed', async () => {
    const ARN = await createVersions(client, 'marked', 2)
    await client.deleteSecret({ SecretId: 'marked' })
    for (const SecretId of ['marked', ARN, partialOf(ARN)]) assert.equal((await all(client, { SecretId })).length, 2)
  })

  test('of no secret are not found', async () => {
    for (const SecretId of ['none', 'arn:aws:secretsmanager:eu-central-1:111122223333:secret:none-a1b2c3'])
      await assert.rejects(client.listSecretVersionIds({ SecretId }), NOT_FOUND)
  })
})

describe('pages', async () => {
  const app = await startApp()
  after(() => app.close())
  const { client } = app
  await createVersions(client, 'paged', 7)
  const numbers = (entries: SecretVersionsListEntry[]) => entries.map(({ VersionId }) => Number(VersionId?.slice(-1)))
  const deprecated = { SecretId: 'paged', IncludeDeprecated: true }

  test('hold as many versions as asked for, and the last one has no token', async () => {
    for (const MaxResults of [1, 2, 3, 7, 100])
      assert.deepEqual(numbers(await all(client, { ...deprecated, MaxResults })), [1, 2, 3, 4, 5, 6, 7])
    const first = await client.listSecretVersionIds({ ...deprecated, MaxResults: 4 })
    assert.deepEqual(numbers(first.Versions ?? []), [1, 2, 3, 4])
    const last = await client.listSecretVersionIds({ ...deprecated, MaxResults: 3, NextToken: first.NextToken })
    assert.deepEqual(numbers(last.Versions ?? []), [5, 6, 7])
    assert.ok(!('NextToken' in last))
    const whole = await client.listSecretVersionIds({ ...deprecated, MaxResults: 7 })
    assert.ok(!('NextToken' in whole))
  })

  test('hold a hundred versions unless fewer are asked for', async () => {
    const SecretId = 'many'
    await client.createSecret({ Name: SecretId })
    const put = (number: number, label: string) =>
      client.putSecretValue({
        SecretId,
        SecretString: 'x',
        ClientRequestToken: versionId(number),
        VersionStages: [label],
      })
    for (const number of [1, 2, 3]) await put(number, `kept-${number}`)
    app.clock.advance(2 * DAY)
    for (let number = 4; number <= 103; number++) await put(number, 'newest')
    const counts = []
    for await (const page of paginateListSecretVersionIds({ client }, { SecretId, IncludeDeprecated: true }))
      counts.push(page.Versions?.length)
    assert.deepEqual(counts, [100, 3])
  })

  test('show only labelled versions, wherever those are', async () => {
    for (const number of [2, 5])
      await client.updateSecretVersionStage({
        SecretId: 'paged',
        VersionStage: `label-${number}`,
        MoveToVersionId: versionId(number),
      })
    assert.deepEqual(numbers(await all(client, { SecretId: 'paged', MaxResults: 1 })), [2, 5, 6, 7])
  })

  test('go on when the version they ended with lost its labels', async () => {
    await createVersions(client, 'moving', 3)
    const { NextToken } = await client.listSecretVersionIds({ SecretId: 'moving', MaxResults: 1 })
    await client.putSecretValue({ SecretId: 'moving', SecretString: '4', ClientRequestToken: versionId(4) })
    const { Versions = [] } = await client.listSecretVersionIds({ SecretId: 'moving', NextToken })
    assert.deepEqual(numbers(Versions), [3, 4])
  })
})

describe('tokens', async () => {
  const app = await startApp()
  after(() => app.close())
  const { client } = app
  const arn = await createVersions(client, 'a', 3)
  await createVersions(client, 'b', 3)
  const query = { SecretId: 'a', IncludeDeprecated: true, MaxResults: 1 }
  const token = async () => (await client.listSecretVersionIds(query)).NextToken ?? ''

  test('continue the list of their secret, however it is named', async () => {
    const NextToken = await token()
    for (const SecretId of ['a', arn, partialOf(arn)]) {
      const { Versions } = await client.listSecretVersionIds({ ...query, SecretId, NextToken })
      assert.deepEqual(Versions?.[0]?.VersionId, versionId(2))
    }
  })

  test('continue no other list', async () => {
    const NextToken = await token()
    const others: Input[] = [
      { ...query, SecretId: 'b' },
      { ...query, IncludeDeprecated: false },
      { SecretId: 'a', MaxResults: 1 },
    ]
    for (const other of others) await assert.rejects(client.listSecretVersionIds({ ...other, NextToken }), BAD_TOKEN)
    await assert.rejects(client.listSecrets({ NextToken }), BAD_TOKEN)
    await client.createSecret({ Name: 'c', SecretString: 'x' })
    const listed = await client.listSecrets({ MaxResults: 1 })
    await assert.rejects(client.listSecretVersionIds({ ...query, NextToken: listed.NextToken }), BAD_TOKEN)
  })

  test('are refused when any character was altered', async () => {
    const NextToken = await token()
    for (let index = 0; index < NextToken.length; index++) {
      const other = NextToken[index] === 'A' ? 'B' : 'A'
      const altered = NextToken.slice(0, index) + other + NextToken.slice(index + 1)
      await assert.rejects(client.listSecretVersionIds({ ...query, NextToken: altered }), BAD_TOKEN)
    }
  })

  test('hold for a day and no longer', async () => {
    const NextToken = await token()
    app.clock.advance(DAY - 60_000)
    assert.equal((await client.listSecretVersionIds({ ...query, NextToken })).Versions?.length, 1)
    app.clock.advance(60_001)
    await assert.rejects(client.listSecretVersionIds({ ...query, NextToken }), BAD_TOKEN)
  })
})

describe('access', () => {
  test('a user whom nothing allows is refused, also with a token and for what does not exist', async () => {
    await using app = await startApp()
    const reader = await app.as('reader')
    const arn = await createVersions(app.client, 'a', 1)
    for (const SecretId of ['a', arn, 'none'])
      await assert.rejects(
        reader.listSecretVersionIds({ SecretId, NextToken: 'forged' }),
        denied(`arn:aws:iam::${app.account}:user/reader`, 'ListSecretVersionIds', SecretId),
      )
  })

  test('another account is refused by ARN', async () => {
    await using app = await startApp({ verify: false })
    const as = (accessKeyId: string) => app.clientFor({ credentials: { accessKeyId, secretAccessKey: 'any' } })
    const SecretId = await createVersions(as('111111111111'), 'a', 1)
    await assert.rejects(
      as('222222222222').listSecretVersionIds({ SecretId }),
      deniedAcross('arn:aws:iam::222222222222:root', 'ListSecretVersionIds', SecretId),
    )
  })

  test('a list leaves its record', async () => {
    await using app = await startApp()
    const arn = await createVersions(app.client, 'a', 1)
    const { $metadata } = await app.client.listSecretVersionIds({
      SecretId: 'a',
      MaxResults: 3,
      IncludeDeprecated: true,
    })
    await assert.rejects(app.client.listSecretVersionIds({ SecretId: 'a', NextToken: 'forged' }), BAD_TOKEN)
    const [listed, refused] = await app.trail(2)
    assert.equal(listed?.id, $metadata.requestId)
    assert.equal(listed?.operation, 'ListSecretVersionIds')
    assert.deepEqual(listed?.parameters, { SecretId: 'a', MaxResults: 3, IncludeDeprecated: true })
    assert.equal(listed?.arn, arn)
    assert.deepEqual(refused?.error, { code: BAD_TOKEN.name, message: BAD_TOKEN.message })
    assert.equal(refused?.arn, arn)
  })
})
