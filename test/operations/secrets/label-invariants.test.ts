import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { SecretsManagerServiceException } from '@aws-sdk/client-secrets-manager'
import fc from 'fast-check'
import { startApp } from '../../start-app.ts'

// Harm prevented: a secret with two current values, or none, after some sequence of writes that nobody thought of.

const app = await startApp()
after(() => app.close())
const { client } = app

const id = (number: number) => `version-${number}`.padEnd(32, '-')

const labels = fc.constantFrom('AWSCURRENT', 'AWSPREVIOUS', 'AWSPENDING', 'one', 'two')
const version = fc.integer({ min: 0, max: 5 })
const steps = fc.oneof(
  { weight: 4, arbitrary: fc.record({ put: version, labels: fc.option(fc.uniqueArray(labels, { minLength: 1 })) }) },
  { weight: 2, arbitrary: fc.record({ update: version }) },
  { weight: 6, arbitrary: fc.record({ move: labels, from: fc.option(version), to: fc.option(version) }) },
  { weight: 1, arbitrary: fc.constant({ describe: true } as const) },
  { weight: 1, arbitrary: fc.constant({ delete: true } as const) },
  { weight: 2, arbitrary: fc.constant({ restore: true } as const) },
  { weight: 1, arbitrary: fc.record({ key: fc.constantFrom('', 'alias/aws/secretsmanager') }) },
  { weight: 1, arbitrary: fc.record({ day: fc.constant(true) }) },
)
type Step = typeof steps extends fc.Arbitrary<infer S> ? S : never

async function take(SecretId: string, step: Step): Promise<unknown> {
  if ('put' in step) {
    const input = { SecretString: `v${step.put}`, ClientRequestToken: id(step.put) }
    return client.putSecretValue({ SecretId, ...input, VersionStages: step.labels ?? undefined })
  }
  if ('update' in step)
    return client.updateSecret({ SecretId, SecretString: `v${step.update}`, ClientRequestToken: id(step.update) })
  if ('move' in step)
    return client.updateSecretVersionStage({
      SecretId,
      VersionStage: step.move,
      RemoveFromVersionId: step.from === null ? undefined : id(step.from),
      MoveToVersionId: step.to === null ? undefined : id(step.to),
    })
  if ('describe' in step) return client.updateSecret({ SecretId, Description: 'd' })
  if ('delete' in step) return client.deleteSecret({ SecretId })
  if ('restore' in step) return client.restoreSecret({ SecretId })
  if ('key' in step) return client.updateSecret({ SecretId, KmsKeyId: step.key })
  return app.clock.advance(86_400_000)
}

/** The labels of each version, by two operations that must agree. */
async function labelsOf(SecretId: string): Promise<Map<string, string[]>> {
  const { VersionIdsToStages = {} } = await client.describeSecret({ SecretId })
  const { Versions = [] } = await client.listSecretVersionIds({ SecretId })
  const listed = Versions.map(({ VersionId = '', VersionStages = [] }) => [VersionId, VersionStages] as const)
  assert.deepEqual(new Map(listed), new Map(Object.entries(VersionIdsToStages)))
  return new Map(listed)
}

async function assertInvariants(SecretId: string, hadValue: boolean): Promise<void> {
  const found = await labelsOf(SecretId)
  const all = [...found.values()].flat()
  assert.equal(new Set(all).size, all.length, 'a label is on one version only')
  assert.equal(all.filter((label) => label === 'AWSCURRENT').length, hadValue ? 1 : 0)
  for (const of of found.values()) assert.ok(of.length > 0, 'a version without labels is hidden')
}

let secrets = 0
test('AWSCURRENT is on exactly one version after any sequence of operations, and every label on one at most', async () => {
  await fc.assert(
    fc.asyncProperty(fc.boolean(), fc.array(steps, { minLength: 1, maxLength: 14 }), async (withValue, sequence) => {
      const SecretId = `s${secrets++}`
      const value = withValue ? { SecretString: 'v0', ClientRequestToken: id(0) } : {}
      await client.createSecret({ Name: SecretId, ...value })
      let hasValue = withValue
      for (const step of sequence) {
        try {
          await take(SecretId, step)
          hasValue ||= 'put' in step || 'update' in step
        } catch (error) {
          assert.ok(error instanceof SecretsManagerServiceException && error.$fault === 'client', String(error))
        }
        await assertInvariants(SecretId, hasValue)
      }
      // What the labels say is what the value is.
      if (!hasValue) return
      await client.restoreSecret({ SecretId })
      for (const [versionId, of] of await labelsOf(SecretId))
        for (const VersionStage of of) {
          const { VersionId, SecretString } = await client.getSecretValue({ SecretId, VersionStage })
          assert.deepEqual([VersionId, SecretString], [versionId, `v${versionId.split('-')[1]}`])
        }
    }),
    { numRuns: 60 },
  )
})
