import { type FurtherTarget, operation, type Target } from '../../aws/operation.ts'
import { boolean, required, structure } from '../../aws/shape.ts'
import { changeSecret } from '../change-secret.ts'
import type { SecretsContext } from '../context.ts'
import { errors } from '../errors.ts'
import { findPrimary } from '../find-secret.ts'
import { newVersion } from '../new-version.ts'
import { newValue, supposedRotation } from '../rehearsal.ts'
import { beginRotation, configuredRotation, type Rotation, rotatorName, unfinishedVersion } from '../rotation.ts'
import { checkRules } from '../rotation-schedule.ts'
import { PENDING, type Secret } from '../secret.ts'
import { checkSecretId } from '../secret-id.ts'
import { openVersion } from '../secret-value.ts'
import type { Found } from '../secrets-store.ts'
import * as shapes from '../shapes.ts'

export const rotateSecret = operation({
  name: 'RotateSecret',
  access: 'write',
  input: structure({
    SecretId: required(shapes.secretId),
    ClientRequestToken: shapes.clientRequestToken,
    RotationLambdaARN: shapes.rotationLambdaArn,
    RotationRules: shapes.rotationRules,
    ExternalSecretRotationMetadata: shapes.externalMetadata,
    ExternalSecretRotationRoleArn: shapes.externalRoleArn,
    RotateImmediately: boolean(),
  }),
  output: structure({ ARN: shapes.arn, Name: shapes.outputName, VersionId: shapes.versionId }),
  recordsAnswer: true,

  check({ SecretId, ClientRequestToken, RotationRules }) {
    if (ClientRequestToken === undefined) throw errors.rotationTokenMissing()
    checkSecretId(SecretId)
    if (RotationRules) checkRules(RotationRules)
  },
  target: ({ SecretId }, context: SecretsContext) => findPrimary(SecretId, context),
  acceptsManaged: () => true,
  conditions: (input) => ({
    'secretsmanager:RotationLambdaARN': input.RotationLambdaARN,
    'secretsmanager:ExternalSecretRotationRoleArn': input.ExternalSecretRotationRoleArn,
    'secretsmanager:ModifyRotationRules': input.RotationRules && 'true',
    'secretsmanager:RotateImmediately': input.RotateImmediately?.toString(),
  }),
  furtherActions: ['lambda:InvokeFunction', 'iam:PassRole'],
  /** The caller must be allowed to call the function, or to hand over the role, too (security facts 2.4). */
  async furtherTargets(input, { value, account }: Target<Found>, context): Promise<readonly FurtherTarget[]> {
    const { RotationLambdaARN, ExternalSecretRotationRoleArn: role } = input
    if (role !== undefined) return [await passing(role, context)]
    const arn = RotationLambdaARN || value?.secret.rotation?.lambdaArn
    if (arn === undefined) return []
    // What is behind the ARN is configured here, so it belongs to whom the secret belongs to.
    return [{ action: 'lambda:InvokeFunction', target: { resource: arn, label: arn, account, tags: [], value: arn } }]
  },
  rehearsal: {
    request: (SecretId, supposed) => ({
      SecretId,
      ClientRequestToken: newValue().ClientRequestToken,
      ...supposedRotation(supposed),
    }),
    runs: true,
  },

  async run(input, found: Found, context) {
    const { secret } = found
    const { ClientRequestToken: token = '' } = input
    const answer = { ARN: secret.arn, Name: secret.name, VersionId: token }
    if (wasStartedBy(token, secret.rotation)) return answer
    // How a service rotates what it owns is its own affair.
    if (secret.owningService !== undefined && input.RotationLambdaARN) throw errors.managedRotation()
    const rotation = configuredRotation(secret, input, context.now)
    await checkRotator(secret, rotation, context)
    if (unfinishedVersion(secret) !== undefined) throw errors.rotationUnderWay()
    if (await context.store.version(secret, token)) throw errors.rotationTokenInUse(token, secret.arn)
    if (input.RotateImmediately ?? true)
      await changeSecret(beginRotation(secret, rotation, token, context.now), context)
    else await setUp(found, rotation, token, context)
    context.afterCommit(async () => context.rotations.wake())
    return answer
  },
})

/** The permission to hand a role over to Secrets Manager. */
async function passing(role: string, { scope, rotationRoles }: SecretsContext): Promise<FurtherTarget> {
  const [, , , , account = scope.account] = role.split(':')
  const conditions = { 'iam:PassedToService': 'secretsmanager.amazonaws.com' }
  const tags = await rotationRoles.tagsOf(role)
  return { action: 'iam:PassRole', target: { resource: role, label: role, account, tags, conditions, value: role } }
}

/** Throws InvalidRequestException where nobody here can carry the rotation out. */
async function checkRotator(secret: Secret, rotation: Rotation, context: SecretsContext): Promise<void> {
  const { external } = rotation
  if (external && !(await context.rotationRoles.isAssumable(external.roleArn, secret)))
    throw errors.roleNotAssumable(external.roleArn)
  if (context.rotations.canInvoke(rotatorName(secret, rotation), secret)) return
  throw external ? errors.typeNotRotated(secret.type ?? '') : errors.rotationFunctionRefused()
}

/** A repeat of the request that started the rotation under way, or the last one: done already. */
function wasStartedBy(token: string, rotation: Rotation | undefined): boolean {
  return rotation?.pending?.versionId === token || rotation?.lastVersionId === token
}

/** Stores a schedule, and has its function tested on a version that holds a copy of the current value and goes again (facts 8.4). */
async function setUp(
  { secret, current }: Found,
  rotation: Rotation,
  versionId: string,
  context: SecretsContext,
): Promise<void> {
  const { now } = context
  const value = current && (await openVersion(secret, current, context))
  const written = value && (await newVersion(secret, { token: versionId, value, labels: [PENDING] }, context))
  // There is nothing to test where there is no value.
  const pending = written && ({ kind: 'test', versionId, tryAt: now, failures: 0 } as const)
  const stages = written?.stages ?? secret.stages
  await changeSecret({ ...secret, stages, changedAt: now, rotation: { ...rotation, pending } }, context, {
    versions: written?.versions,
    written: value && { versionId, value },
  })
}
