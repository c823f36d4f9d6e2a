import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { startApp } from '../../start-app.ts'

// The sequences of writes that were recorded on AWS (facts 7.5), step by step through the API.

const app = await startApp()
after(() => app.close())
const { client } = app

/** Version ids are tokens: readable ones, long enough. */
const id = (version: string) => version.padEnd(32, '-')

type Step = (SecretId: string) => Promise<unknown>
/** Labels of each version that is shown. */
type Labels = Readonly<Record<string, readonly string[]>>

const put =
  (version: string, VersionStages?: string[]): Step =>
  (SecretId) =>
    client.putSecretValue({ SecretId, SecretString: version, ClientRequestToken: id(version), VersionStages })
const move =
  (VersionStage: string, from: string, to?: string): Step =>
  (SecretId) =>
    client.updateSecretVersionStage({
      SecretId,
      VersionStage,
      RemoveFromVersionId: id(from),
      MoveToVersionId: to && id(to),
    })

const [CURRENT, PREVIOUS, PENDING] = ['AWSCURRENT', 'AWSPREVIOUS', 'AWSPENDING'] as const

const recorded: Readonly<Record<string, readonly (readonly [Step, Labels])[]>> = {
  A: [
    [put('v2', [PENDING]), { v1: [CURRENT], v2: [PENDING] }],
    [move(CURRENT, 'v1', 'v2'), { v1: [PREVIOUS], v2: [CURRENT, PENDING] }],
    [put('v3'), { v2: [PREVIOUS], v3: [CURRENT] }],
  ],
  B: [
    [put('v2', [PENDING]), { v1: [CURRENT], v2: [PENDING] }],
    [move(CURRENT, 'v1', 'v2'), { v1: [PREVIOUS], v2: [CURRENT, PENDING] }],
    [put('v3', [PENDING]), { v1: [PREVIOUS], v2: [CURRENT], v3: [PENDING] }],
    [move(CURRENT, 'v2', 'v3'), { v2: [PREVIOUS], v3: [CURRENT, PENDING] }],
  ],
  C: [
    [put('v2', [PENDING, 'AWSSOMETHING', 'PUT1']), { v1: [CURRENT], v2: [PENDING, 'AWSSOMETHING', 'PUT1'] }],
    [move(CURRENT, 'v1', 'v2'), { v1: [PREVIOUS], v2: [CURRENT, PENDING, 'AWSSOMETHING', 'PUT1'] }],
    [put('v3', [PENDING, 'PUT2']), { v1: [PREVIOUS], v2: [CURRENT, 'AWSSOMETHING', 'PUT1'], v3: [PENDING, 'PUT2'] }],
    [move(CURRENT, 'v2', 'v3'), { v2: [PREVIOUS, 'AWSSOMETHING', 'PUT1'], v3: [CURRENT, PENDING, 'PUT2'] }],
  ],
  D: [
    [put('v2', [CURRENT, 'PUT0']), { v1: [PREVIOUS], v2: [CURRENT, 'PUT0'] }],
    [put('v3', [PENDING, 'PUT1']), { v1: [PREVIOUS], v2: [CURRENT, 'PUT0'], v3: [PENDING, 'PUT1'] }],
    [move(CURRENT, 'v2', 'v3'), { v2: [PREVIOUS, 'PUT0'], v3: [CURRENT, PENDING, 'PUT1'] }],
    [put('v4', [PENDING, 'PUT2']), { v2: [PREVIOUS, 'PUT0'], v3: [CURRENT, 'PUT1'], v4: [PENDING, 'PUT2'] }],
    [move(CURRENT, 'v3', 'v4'), { v2: ['PUT0'], v3: [PREVIOUS, 'PUT1'], v4: [CURRENT, PENDING, 'PUT2'] }],
  ],
  E: [
    [put('v2', ['one', 'two', 'three']), { v1: [CURRENT], v2: ['one', 'two', 'three'] }],
    [put('v3', ['one', 'two', 'three', 'four']), { v1: [CURRENT], v3: ['four', 'one', 'three', 'two'] }],
  ],
  F: [
    [put('v2', ['one', 'two', 'three']), { v1: [CURRENT], v2: ['one', 'two', 'three'] }],
    [put('v3', ['one', 'two', 'four']), { v1: [CURRENT], v2: ['three'], v3: ['four', 'one', 'two'] }],
  ],
  G: [
    [put('v2', ['PENDING']), { v1: [CURRENT], v2: ['PENDING'] }],
    [move(CURRENT, 'v1', 'v2'), { v1: [PREVIOUS], v2: [CURRENT, 'PENDING'] }],
    [move('PENDING', 'v2'), { v1: [PREVIOUS], v2: [CURRENT] }],
  ],
  H: [
    [put('v2'), { v1: [PREVIOUS], v2: [CURRENT] }],
    [put('v3'), { v2: [PREVIOUS], v3: [CURRENT] }],
    [put('v4'), { v3: [PREVIOUS], v4: [CURRENT] }],
  ],
}

/** Labels as sets: their order was not recorded. */
const sets = (labels: Labels) =>
  new Map(Object.entries(labels).map(([version, of]) => [version.replace(/-+$/, ''), new Set(of)]))

for (const [name, steps] of Object.entries(recorded))
  test(`sequence ${name} goes as it was recorded on AWS`, async () => {
    await client.createSecret({ Name: name, SecretString: 'v1', ClientRequestToken: id('v1') })
    for (const [step, expected] of steps) {
      await step(name)
      const described = await client.describeSecret({ SecretId: name })
      assert.deepEqual(sets(described.VersionIdsToStages ?? {}), sets(expected))
      const { Versions = [] } = await client.listSecretVersionIds({ SecretId: name })
      assert.deepEqual(
        sets(Object.fromEntries(Versions.map(({ VersionId = '', VersionStages = [] }) => [VersionId, VersionStages]))),
        sets(expected),
      )
      for (const [version, labels] of Object.entries(expected))
        for (const VersionStage of labels)
          assert.equal((await client.getSecretValue({ SecretId: name, VersionStage })).SecretString, version)
    }
  })

test('after sequence H the older versions are there, without labels', async () => {
  const { Versions = [] } = await client.listSecretVersionIds({ SecretId: 'H', IncludeDeprecated: true })
  assert.deepEqual(
    Versions.map(({ VersionId, VersionStages }) => [VersionId, VersionStages]),
    [
      [id('v1'), undefined],
      [id('v2'), undefined],
      [id('v3'), [PREVIOUS]],
      [id('v4'), [CURRENT]],
    ],
  )
  assert.equal((await client.getSecretValue({ SecretId: 'H', VersionId: id('v1') })).SecretString, 'v1')
})
