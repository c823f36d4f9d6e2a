import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { paginateListSecretVersionIds } from '@aws-sdk/client-secrets-manager'
import { LIMIT_EXCEEDED, noVersion } from '../../expected-errors.ts'
import { members } from '../../members.ts'
import { startApp } from '../../start-app.ts'

// Facts 7.7 and 8.12: about 100 versions; the youngest day and what has a label always stay.

const app = await startApp()
after(() => app.close())
const { client } = app

const DAY = 86_400_000
const id = (number: number) => `version-${number}`.padEnd(32, '-')

async function put(SecretId: string, from: number, to: number, VersionStages?: string[]): Promise<void> {
  for (let number = from; number <= to; number++)
    await client.putSecretValue({
      SecretId,
      SecretString: `value ${number}`,
      ClientRequestToken: id(number),
      VersionStages,
    })
}

/** Numbers of all versions, oldest first. */
async function versionsOf(SecretId: string): Promise<number[]> {
  const found: number[] = []
  for await (const page of paginateListSecretVersionIds({ client }, { SecretId, IncludeDeprecated: true }))
    for (const { VersionId = '' } of page.Versions ?? []) found.push(Number(VersionId.split('-')[1]))
  return found
}

const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index)

describe('a secret with 100 versions', async () => {
  const SecretId = 'young'
  await client.createSecret({ Name: SecretId, SecretString: 'value 1', ClientRequestToken: id(1) })
  await put(SecretId, 2, 2, ['kept'])
  await put(SecretId, 3, 100)

  test('takes no further one while all are young, and nothing of it is stored', async () => {
    const before = await members(client.describeSecret({ SecretId }))
    await assert.rejects(put(SecretId, 101, 101), LIMIT_EXCEEDED)
    await assert.rejects(put(SecretId, 101, 101, ['mine']), LIMIT_EXCEEDED)
    const update = { SecretId, SecretString: 'x', ClientRequestToken: id(101), Description: 'new' }
    await assert.rejects(client.updateSecret(update), LIMIT_EXCEEDED)
    assert.deepEqual(await members(client.describeSecret({ SecretId })), before)
    assert.deepEqual(await versionsOf(SecretId), range(1, 100))
    await assert.rejects(client.getSecretValue({ SecretId, VersionId: id(101) }), noVersion(id(101)))
  })

  test('still answers repeated tokens', async () => {
    await put(SecretId, 100, 100)
    await put(SecretId, 50, 50)
    assert.equal((await client.getSecretValue({ SecretId })).VersionId, id(100))
  })

  test('takes none just before the day is over', async () => {
    const { CreatedDate } = await client.getSecretValue({ SecretId, VersionId: id(1) })
    app.clock.advance((CreatedDate?.getTime() ?? 0) + DAY - 60_000 - app.clock.now())
    await assert.rejects(put(SecretId, 101, 101), LIMIT_EXCEEDED)
  })

  test('loses the oldest ones without a label once they are a day old', async () => {
    app.clock.advance(DAY)
    await put(SecretId, 101, 101)
    assert.deepEqual(await versionsOf(SecretId), range(2, 101))
    await assert.rejects(client.getSecretValue({ SecretId, VersionId: id(1) }), noVersion(id(1)))
    // The second oldest has a label: it stays, and those behind it go before it.
    await put(SecretId, 102, 104)
    assert.deepEqual(await versionsOf(SecretId), [2, ...range(5, 104)])
  })

  test('keeps every labelled version and 100 others at most, however many come', async () => {
    await put(SecretId, 105, 150)
    assert.deepEqual(await versionsOf(SecretId), [2, ...range(51, 150)])
    assert.equal((await client.getSecretValue({ SecretId, VersionStage: 'kept' })).SecretString, 'value 2')
    assert.equal((await client.getSecretValue({ SecretId, VersionStage: 'AWSPREVIOUS' })).VersionId, id(149))
  })

  test('loses a version with the next write once its last label is gone', async () => {
    await client.updateSecretVersionStage({ SecretId, VersionStage: 'kept', RemoveFromVersionId: id(2) })
    assert.equal((await client.getSecretValue({ SecretId, VersionId: id(2) })).SecretString, 'value 2')
    await put(SecretId, 151, 151)
    assert.deepEqual(await versionsOf(SecretId), range(52, 151))
  })

  test('can take the token of a version that is gone for another value', async () => {
    const put = client.putSecretValue({ SecretId, SecretString: 'other', ClientRequestToken: id(1) })
    assert.deepEqual((await put).VersionStages, ['AWSCURRENT'])
  })
})
