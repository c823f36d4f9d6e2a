import { rotationConfig } from '../../src/rotation-config.ts'
import { createRole, type RoleOptions } from '../operations/sts/roles.ts'
import { type AppOptions, REGION, startApp, type TestApp } from '../start-app.ts'

export const SecretId = 'database'
const ROLE = 'arn:aws:iam::111122223333:role/rotation'

/** ARN of a built-in rotator. */
export const rotator = (name: string) => `arn:aws:lambda:${REGION}:111122223333:function:SecretsManagerRDS${name}`

export interface RotatingOptions extends AppOptions {
  readonly hosts: readonly string[]
  readonly role?: RoleOptions
}

/** A Coffer whose built-in rotators may reach some hosts. */
export async function startWithRotators({ hosts, role, ...options }: RotatingOptions): Promise<TestApp> {
  const app = await startApp({
    ...options,
    rotation: rotationConfig({
      functions: [],
      hosts,
      roles: [ROLE],
      environment: [],
      endpoint: undefined,
      lambdaCredentials: undefined,
      webhookKey: undefined,
      variables: {},
    }),
  })
  if (options.verify !== false) await createRole(app, 'rotation', role)
  return app
}

/** Rotates the secret, and returns its current value. */
export async function rotate(app: TestApp, arn: string): Promise<Record<string, string>> {
  const { ARN = '' } = await app.client.describeSecret({ SecretId })
  const RotationLambdaARN = arn.replace('111122223333', ARN.split(':')[4] ?? '')
  await app.client.rotateSecret({ SecretId, RotationLambdaARN })
  await app.running.rotate()
  return secretValue(app)
}

export async function secretValue(
  app: TestApp,
  VersionStage = 'AWSCURRENT',
  id = SecretId,
): Promise<Record<string, string>> {
  return JSON.parse((await app.client.getSecretValue({ SecretId: id, VersionStage })).SecretString ?? '')
}

/** Why rotations failed, as the operator is told. */
export const reasonsOf = (app: TestApp) =>
  app.logged.filter(({ level }) => level === 'error').map(({ details }) => (details as { reason?: string }).reason)
