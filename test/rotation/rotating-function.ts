import type { SecretsManager } from '@aws-sdk/client-secrets-manager'
import type { FunctionCall, RotationEvent, RotationFunctions, Step } from '../../src/rotation/rotation-functions.ts'
import { FunctionError } from '../../src/rotation/rotation-functions.ts'
import { type AppOptions, startApp, type TestApp } from '../start-app.ts'
import { rotateStep } from './rotate-step.ts'

export const LAMBDA = 'arn:aws:lambda:eu-central-1:111122223333:function:rotate'
export const OTHER_LAMBDA = 'arn:aws:lambda:eu-central-1:111122223333:function:other'

/** Name of the secret that is rotated. */
export const SecretId = 's'

/** Rotation functions as the world has them: in this process, with the administrator's client. */
export class FunctionsUnderTest implements RotationFunctions {
  readonly calls: RotationEvent[] = []
  readonly arns: string[] = []
  /** Types of managed external secrets that can be rotated. */
  readonly types: string[] = []
  /** Runs instead of what a good function does at a step. */
  readonly instead: Partial<Record<Step, (event: RotationEvent, signal: AbortSignal) => Promise<void>>> = {}
  client: SecretsManager | undefined

  canInvoke(lambdaArn: string): boolean {
    return [LAMBDA, OTHER_LAMBDA, ...this.types.map((type) => `type:${type}`)].includes(lambdaArn)
  }

  async invoke({ lambdaArn, event }: FunctionCall, signal: AbortSignal): Promise<void> {
    this.calls.push(event)
    this.arns.push(lambdaArn)
    const act = this.instead[event.Step]
    if (act) await act(event, signal)
    else if (this.client) await rotateStep(event, this.client)
  }

  /** Steps that were taken, in order. */
  get steps(): Step[] {
    return this.calls.map(({ Step }) => Step)
  }
}

export const fails = async () => {
  throw new FunctionError('The function failed')
}

/** A Coffer whose rotations call functions in this process. */
export async function startRotatingApp(
  options: AppOptions = {},
): Promise<TestApp & { readonly functions: FunctionsUnderTest }> {
  const functions = new FunctionsUnderTest()
  const app = await startApp({ ...options, rotationFunctions: functions })
  functions.client = app.client
  return Object.assign(app, { functions })
}

/** Rotates the secret by a function, and returns its current value. */
export async function rotate(app: TestApp): Promise<string> {
  await app.client.rotateSecret({ SecretId, RotationLambdaARN: LAMBDA })
  await app.running.rotate()
  return (await app.client.getSecretValue({ SecretId })).SecretString ?? ''
}

/** Why rotations failed, as the operator is told. */
export const reasonsOf = (app: TestApp) =>
  app.logged.filter(({ level }) => level === 'error').map(({ details }) => (details as { reason?: string }).reason)
