import { operation } from '../../aws/operation.ts'
import { required, structure } from '../../aws/shape.ts'
import type { SecretsContext } from '../context.ts'
import { accessDay } from '../deletion.ts'
import { errors } from '../errors.ts'
import { findSecret } from '../find-secret.ts'
import { supposedVersion } from '../rehearsal.ts'
import { CURRENT, type Version } from '../secret.ts'
import { checkSecretId } from '../secret-id.ts'
import { openVersion } from '../secret-value.ts'
import type { Found } from '../secrets-store.ts'
import * as shapes from '../shapes.ts'
import { labelsOf, versionWithStage } from '../version-stages.ts'

export const getSecretValue = operation({
  name: 'GetSecretValue',
  access: 'read',
  mostValues: 1,
  input: structure({
    SecretId: required(shapes.secretId),
    VersionId: shapes.versionId,
    VersionStage: shapes.versionStage,
  }),
  output: structure(shapes.secretValue),
  check: ({ SecretId }) => checkSecretId(SecretId),
  target: ({ SecretId }, context: SecretsContext) => findSecret(SecretId, context),
  conditions: ({ VersionId, VersionStage }) => ({
    'secretsmanager:VersionId': VersionId,
    'secretsmanager:VersionStage': VersionStage,
  }),
  rehearsal: { request: (SecretId, supposed) => ({ SecretId, ...supposedVersion(supposed) }), runs: true },

  async run({ VersionId, VersionStage }, found: Found, context) {
    const { secret } = found
    const version = await chooseVersion(found, VersionId, VersionStage, context)
    const value = await openVersion(secret, version, context)
    const day = accessDay(context.now)
    if ((secret.accessedAt ?? 0) < day || (version.accessedAt ?? 0) < day)
      context.change(context.store.touch(secret, version.versionId, day))
    const labels = labelsOf(secret.stages, version.versionId)
    return {
      ARN: secret.arn,
      Name: secret.name,
      VersionId: version.versionId,
      ...value,
      VersionStages: labels.length > 0 ? [...labels] : undefined,
      CreatedDate: new Date(version.createdAt),
    }
  },
})

/** The version that a request means (facts 5.2); AWSCURRENT when it names none. */
async function chooseVersion(
  { secret, current }: Found,
  wantedId: string | undefined,
  wantedStage: string | undefined,
  { store }: SecretsContext,
): Promise<Version> {
  const stage = wantedStage ?? (wantedId === undefined ? CURRENT : undefined)
  const staged = stage === undefined ? undefined : versionWithStage(secret.stages, stage)
  const missing = () =>
    wantedId === undefined ? errors.stageNotFound(stage ?? CURRENT) : errors.versionIdNotFound(wantedId)
  const versionId = wantedId ?? staged
  if (versionId === undefined) throw missing()
  const version = versionId === current?.versionId ? current : await store.version(secret, versionId)
  if (!version) throw missing()
  if (wantedStage !== undefined && staged !== versionId) throw errors.stageNotOnVersion()
  return version
}
