import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, describe, test } from 'node:test'
import type { UpdateSecretVersionStageCommandInput } from '@aws-sdk/client-secrets-manager'
import {
  denied,
  INVALID_NAME,
  INVALID_PARAMETER,
  LIMIT_EXCEEDED,
  MARKED,
  NOT_FOUND,
  noVersion,
  tooLong,
  tooShort,
  violations,
} from '../../expected-errors.ts'
import { members } from '../../members.ts'
import { startApp } from '../../start-app.ts'

const app = await startApp()
after(() => app.close())
const { client } = app

const text = (length: number) => 'x'.repeat(length)
/** Version ids are tokens: readable ones, long enough. */
const id = (version: string) => version.padEnd(32, '-')
const invalid = (message: string) => ({ ...INVALID_PARAMETER, message })
const wrongHolder = (label: string) =>
  invalid(
    `When you move staging label ${label}, if you specify RemoveFromVersionId, it must be set to the version that currently has the staging label ${label}.`,
  )

type Move = Omit<UpdateSecretVersionStageCommandInput, 'SecretId'>

const move = (SecretId: string, input: Move) => client.updateSecretVersionStage({ SecretId, ...input })

/** A secret with v1 [AWSPREVIOUS], v2 [AWSCURRENT], v3 [AWSPENDING, mine] and v0 without labels. */
async function makeSecret(): Promise<string> {
  const SecretId = `s-${randomUUID()}`
  await client.createSecret({ Name: SecretId, SecretString: 'v0', ClientRequestToken: id('v0') })
  for (const [version, VersionStages] of [
    ['v1', undefined],
    ['v2', undefined],
    ['v3', ['AWSPENDING', 'mine']],
  ] as [string, string[] | undefined][])
    await client.putSecretValue({ SecretId, SecretString: version, ClientRequestToken: id(version), VersionStages })
  return SecretId
}

async function labelsOf(SecretId: string): Promise<Record<string, string[]>> {
  const { VersionIdsToStages = {} } = await client.describeSecret({ SecretId })
  const entries = Object.entries(VersionIdsToStages).map(([versionId, labels]) => [
    versionId.slice(0, 2),
    labels.sort(),
  ])
  return Object.fromEntries(entries)
}

const START = { v1: ['AWSPREVIOUS'], v2: ['AWSCURRENT'], v3: ['AWSPENDING', 'mine'] }

describe('constraints', () => {
  const refused: [what: string, input: Partial<UpdateSecretVersionStageCommandInput>, expected: object][] = [
    ['no SecretId', { SecretId: undefined }, violations([null, 'secretId', 'not be null'])],
    ['no label', { VersionStage: undefined }, violations([null, 'versionStage', 'not be null'])],
    ['an empty label', { VersionStage: '' }, violations(['', 'versionStage', tooShort(1)])],
    ['a label of 257 characters', { VersionStage: text(257) }, violations([text(257), 'versionStage', tooLong(256)])],
    [
      'short version ids',
      { RemoveFromVersionId: 'a', MoveToVersionId: 'b' },
      violations(['a', 'removeFromVersionId', tooShort(32)], ['b', 'moveToVersionId', tooShort(32)]),
    ],
    ['a long version id', { MoveToVersionId: text(65) }, violations([text(65), 'moveToVersionId', tooLong(64)])],
    ['an invalid name', { SecretId: 'Inv Name', MoveToVersionId: id('v1') }, INVALID_NAME],
    ['a secret that does not exist', { SecretId: 'none', MoveToVersionId: id('v1') }, NOT_FOUND],
  ]
  for (const [what, input, expected] of refused)
    test(`${what} is refused`, () =>
      assert.rejects(client.updateSecretVersionStage({ SecretId: 's', VersionStage: 'mine', ...input }), expected))
})

describe('behaviour', () => {
  test('the answer has ARN and name', async () => {
    const SecretId = await makeSecret()
    const { ARN } = await client.describeSecret({ SecretId })
    const answer = await members(move(SecretId, { VersionStage: 'new', MoveToVersionId: id('v1') }))
    assert.deepEqual(answer, { ARN, Name: SecretId })
  })

  /** Facts 7.6 and 9.7, from the labels of START. */
  const moves: [what: string, input: Move, labels: Record<string, string[]>][] = [
    [
      'a label that is nowhere is attached',
      { VersionStage: 'new', MoveToVersionId: id('v1') },
      { ...START, v1: ['AWSPREVIOUS', 'new'] },
    ],
    [
      'a version without labels is shown again once it has one',
      { VersionStage: 'new', MoveToVersionId: id('v0') },
      { ...START, v0: ['new'] },
    ],
    [
      'AWSCURRENT moves, and its holder gets AWSPREVIOUS',
      { VersionStage: 'AWSCURRENT', RemoveFromVersionId: id('v2'), MoveToVersionId: id('v3') },
      { v2: ['AWSPREVIOUS'], v3: ['AWSCURRENT', 'AWSPENDING', 'mine'] },
    ],
    [
      'AWSCURRENT goes back, and the two change their labels',
      { VersionStage: 'AWSCURRENT', RemoveFromVersionId: id('v2'), MoveToVersionId: id('v1') },
      { ...START, v1: ['AWSCURRENT'], v2: ['AWSPREVIOUS'] },
    ],
    [
      'AWSCURRENT goes to a version without labels',
      { VersionStage: 'AWSCURRENT', RemoveFromVersionId: id('v2'), MoveToVersionId: id('v0') },
      { ...START, v0: ['AWSCURRENT'], v1: [], v2: ['AWSPREVIOUS'] },
    ],
    [
      'another label moves from where it is said to be',
      { VersionStage: 'mine', RemoveFromVersionId: id('v3'), MoveToVersionId: id('v1') },
      { ...START, v1: ['AWSPREVIOUS', 'mine'], v3: ['AWSPENDING'] },
    ],
    [
      'another label moves without being told from where',
      { VersionStage: 'AWSPENDING', MoveToVersionId: id('v2') },
      { ...START, v2: ['AWSCURRENT', 'AWSPENDING'], v3: ['mine'] },
    ],
    [
      'AWSPREVIOUS is a label like others',
      { VersionStage: 'AWSPREVIOUS', MoveToVersionId: id('v3') },
      { v2: ['AWSCURRENT'], v3: ['AWSPENDING', 'AWSPREVIOUS', 'mine'] },
    ],
    [
      'another label is removed',
      { VersionStage: 'mine', RemoveFromVersionId: id('v3') },
      { ...START, v3: ['AWSPENDING'] },
    ],
    [
      'a version that loses its last label is hidden',
      { VersionStage: 'AWSPREVIOUS', RemoveFromVersionId: id('v1') },
      { ...START, v1: [] },
    ],
    [
      'AWSCURRENT may move to where it is',
      { VersionStage: 'AWSCURRENT', RemoveFromVersionId: id('v2'), MoveToVersionId: id('v2') },
      START,
    ],
    ['another label may move to where it is', { VersionStage: 'mine', MoveToVersionId: id('v3') }, START],
  ]
  for (const [what, input, labels] of moves)
    test(what, async () => {
      const SecretId = await makeSecret()
      const before = await client.describeSecret({ SecretId })
      app.clock.advance(1_000)
      await move(SecretId, input)
      const shown = Object.entries(labels).filter(([, of]) => of.length > 0)
      assert.deepEqual(await labelsOf(SecretId), Object.fromEntries(shown))
      const { LastChangedDate } = await client.describeSecret({ SecretId })
      assert.equal(LastChangedDate?.getTime() !== before.LastChangedDate?.getTime(), labels !== START)
    })

  const refusals: [what: string, input: Move, expected: object][] = [
    [
      'AWSCURRENT does not move without being told from where',
      { VersionStage: 'AWSCURRENT', MoveToVersionId: id('v3') },
      invalid(
        `The parameter RemoveFromVersionId can't be empty. Staging label AWSCURRENT is currently attached to version ${id('v2')}, so you must explicitly reference that version in RemoveFromVersionId.`,
      ),
    ],
    [
      'AWSCURRENT does not move from where it is not',
      { VersionStage: 'AWSCURRENT', RemoveFromVersionId: id('v1'), MoveToVersionId: id('v3') },
      wrongHolder('AWSCURRENT'),
    ],
    [
      'another label does not move from where it is not',
      { VersionStage: 'mine', RemoveFromVersionId: id('v1'), MoveToVersionId: id('v2') },
      wrongHolder('mine'),
    ],
    [
      'a label that is nowhere does not move from anywhere',
      { VersionStage: 'new', RemoveFromVersionId: id('v1'), MoveToVersionId: id('v2') },
      wrongHolder('new'),
    ],
    [
      'a label is not removed from where it is not',
      { VersionStage: 'mine', RemoveFromVersionId: id('v1') },
      wrongHolder('mine'),
    ],
    [
      'AWSCURRENT is not removed',
      { VersionStage: 'AWSCURRENT', RemoveFromVersionId: id('v2') },
      invalid(
        'You can only move staging label AWSCURRENT to a different secret version. It can’t be completely removed.',
      ),
    ],
    [
      'nothing moves to a version that does not exist',
      { VersionStage: 'mine', MoveToVersionId: id('v9') },
      noVersion(id('v9')),
    ],
    ['one of the two versions must be named', { VersionStage: 'mine' }, INVALID_PARAMETER],
  ]
  for (const [what, input, expected] of refusals)
    test(what, async () => {
      const SecretId = await makeSecret()
      const before = await members(client.describeSecret({ SecretId }))
      await assert.rejects(move(SecretId, input), expected)
      assert.deepEqual(await members(client.describeSecret({ SecretId })), before)
    })

  test('a secret without a value has no version to label', async () => {
    await client.createSecret({ Name: 'empty' })
    const call = move('empty', { VersionStage: 'AWSCURRENT', MoveToVersionId: id('v1') })
    await assert.rejects(call, noVersion(id('v1')))
  })

  test('the versions of a secret have at most 20 labels together', async () => {
    const SecretId = await makeSecret()
    for (let index = 0; index < 16; index++)
      await move(SecretId, { VersionStage: `l${index}`, MoveToVersionId: id('v0') })
    await assert.rejects(move(SecretId, { VersionStage: 'more', MoveToVersionId: id('v0') }), LIMIT_EXCEEDED)
    await move(SecretId, { VersionStage: 'l1', MoveToVersionId: id('v1') })
    await move(SecretId, { VersionStage: 'l1', RemoveFromVersionId: id('v1') })
    await move(SecretId, { VersionStage: 'more', MoveToVersionId: id('v0') })
  })

  test('a secret that is marked for deletion keeps its labels', async () => {
    const SecretId = await makeSecret()
    await client.deleteSecret({ SecretId })
    await assert.rejects(move(SecretId, { VersionStage: 'mine', MoveToVersionId: id('v1') }), MARKED)
    assert.deepEqual(await labelsOf(SecretId), START)
  })
})

describe('access', async () => {
  const user = await app.as('reader')
  const principal = `arn:aws:iam::${app.account}:user/reader`

  test('who may not label learns nothing of what exists', async () => {
    const SecretId = await makeSecret()
    for (const id of [SecretId, 'not-there'])
      await assert.rejects(
        user.updateSecretVersionStage({ SecretId: id, VersionStage: 'mine', RemoveFromVersionId: text(32) }),
        denied(principal, 'UpdateSecretVersionStage', id),
      )
  })

  test('a move leaves a record, a refused one too', async () => {
    const SecretId = await makeSecret()
    const { ARN } = await client.describeSecret({ SecretId })
    const input = { SecretId, VersionStage: 'mine', RemoveFromVersionId: id('v3'), MoveToVersionId: id('v1') }
    await client.updateSecretVersionStage(input)
    const [done] = await app.trail(1)
    assert.deepEqual([done?.operation, done?.arn, done?.parameters], ['UpdateSecretVersionStage', ARN, input])
    await assert.rejects(client.updateSecretVersionStage(input))
    const [refused] = await app.trail(1)
    assert.deepEqual([refused?.arn, refused?.error?.code], [ARN, 'InvalidParameterException'])
  })
})
