import { randomUUID } from 'node:crypto'
import { type Conditions, supposedValue } from '../aws/operation.ts'
import { nameOfArn, parseSecretId } from './secret-id.ts'

// Requests that explanations try. A condition key that the question supposes stands for the member whose value the key has in a real request.

/** A new version with a value that no rehearsal seals. */
export const newValue = () => ({ ClientRequestToken: randomUUID(), SecretString: 'rehearsal' })

/** The version that a read names. */
export const supposedVersion = (supposed: Conditions) => ({
  VersionId: supposedValue(supposed, 'secretsmanager:VersionId'),
  VersionStage: supposedValue(supposed, 'secretsmanager:VersionStage'),
})

/** How a write describes and protects its secret. */
export const supposedDescription = (supposed: Conditions) => ({
  Description: supposedValue(supposed, 'secretsmanager:Description'),
  KmsKeyId: supposedValue(supposed, 'secretsmanager:KmsKeyId') ?? supposedValue(supposed, 'secretsmanager:KmsKeyArn'),
  Type: supposedValue(supposed, 'secretsmanager:Type'),
})

/** The Regions in which a write asks for replicas; undefined where it asks for none. */
export function supposedRegions(supposed: Conditions): { Region: string }[] | undefined {
  const [, values] = Object.entries(supposed).find(([key]) => key.toLowerCase() === REGIONS) ?? []
  return values === undefined ? undefined : [values].flat().map((Region) => ({ Region }))
}
const REGIONS = 'secretsmanager:addreplicaregions'

/** The tags that a write brings. */
export function supposedTags(supposed: Conditions): { Key: string; Value: string }[] | undefined {
  const tags = Object.entries(supposed).flatMap(([key, value]) => {
    const Key = REQUEST_TAG.exec(key)?.[1]
    return Key !== undefined && typeof value === 'string' ? [{ Key, Value: value }] : []
  })
  return tags.length > 0 ? tags : undefined
}
const REQUEST_TAG = /^aws:RequestTag\/(.+)$/i

/** How a request sets a rotation up. */
export function supposedRotation(supposed: Conditions) {
  const immediately = supposedValue(supposed, 'secretsmanager:RotateImmediately')
  return {
    RotationLambdaARN: supposedValue(supposed, 'secretsmanager:RotationLambdaARN'),
    ExternalSecretRotationRoleArn: supposedValue(supposed, 'secretsmanager:ExternalSecretRotationRoleArn'),
    RotateImmediately: immediately === undefined ? undefined : immediately === 'true',
  }
}

/** The name of a secret that is to be made, from its name or the ARN that it would have. */
export function nameIn(text: string): string {
  const id = parseSecretId(text)
  if (id.kind === 'arn') return nameOfArn(id.arn)
  return id.kind === 'malformed-arn' ? text : id.name
}
