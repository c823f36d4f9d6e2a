import { randomUUID } from 'node:crypto'
import type { SecretsManager } from '@aws-sdk/client-secrets-manager'
import type { RotationEvent } from '../../src/rotation/rotation-functions.ts'

/** One step as AWS documents that a rotation function is to take it. */
export async function rotateStep(event: RotationEvent, client: SecretsManager): Promise<void> {
  const { Step, SecretId, ClientRequestToken } = event
  const { RotationEnabled, VersionIdsToStages: stages = {} } = await client.describeSecret({ SecretId })
  if (!RotationEnabled) throw new Error('rotation is not enabled')
  const labels = stages[ClientRequestToken]
  if (!labels) throw new Error('the version is not there')
  if (labels.includes('AWSCURRENT')) return
  if (!labels.includes('AWSPENDING')) throw new Error('the version is not pending')
  const pending = { SecretId, VersionId: ClientRequestToken, VersionStage: 'AWSPENDING' }
  if (Step === 'createSecret') {
    const exists = await client.getSecretValue(pending).then(
      () => true,
      (error) => {
        if (error.name !== 'ResourceNotFoundException') throw error
        return false
      },
    )
    if (exists) return
    const SecretString = `password ${randomUUID()}`
    await client.putSecretValue({ SecretId, ClientRequestToken, SecretString, VersionStages: ['AWSPENDING'] })
  } else if (Step === 'finishSecret') {
    const current = Object.keys(stages).find((versionId) => stages[versionId]?.includes('AWSCURRENT'))
    await client.updateSecretVersionStage({
      SecretId,
      VersionStage: 'AWSCURRENT',
      MoveToVersionId: ClientRequestToken,
      RemoveFromVersionId: current,
    })
  } else await client.getSecretValue(pending)
}
