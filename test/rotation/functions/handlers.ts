import { renameSync, writeFileSync } from 'node:fs'
import { SecretsManager } from '@aws-sdk/client-secrets-manager'
import type { RotationEvent } from '../../../src/rotation/rotation-functions.ts'
import { rotateStep } from '../rotate-step.ts'

// Rotation functions as somebody deploys them to Lambda: region and credentials come from the environment, the endpoint as AWS's own have it.

const client = () => new SecretsManager({ endpoint: process.env.SECRETS_MANAGER_ENDPOINT ?? '', maxAttempts: 1 })

export const handler = (event: RotationEvent) => rotateStep(event, client())

export function withCallback(event: RotationEvent, _context: object, callback: (error?: Error | null) => void): void {
  rotateStep(event, client()).then(() => callback(null), callback)
}

export async function failing(): Promise<void> {
  throw new RangeError('correct horse battery staple')
}

/** Ends without a word. */
export function vanishing(): Promise<void> {
  process.exit(0)
}

/** Has something to say to its parent that is no answer. */
export async function talkative(): Promise<void> {
  for (const word of [null, 'horse', {}]) await new Promise((resolve) => process.send?.(word, resolve))
  throw new RangeError()
}

/** Says which process it is, and never ends by itself. */
export function endless(): Promise<never> {
  const file = process.env.SPY_FILE ?? ''
  writeFileSync(`${file}.new`, String(process.pid))
  renameSync(`${file}.new`, file)
  setInterval(() => {}, 1000)
  return new Promise(() => {})
}

/** Tells what it has and what it may, in a file that the test names. */
export async function spy(event: RotationEvent, context: { invokedFunctionArn: string }): Promise<void> {
  const { SecretId } = event
  const attempts = {
    own: () => client().getSecretValue({ SecretId }),
    other: () => client().getSecretValue({ SecretId: 'other' }),
    delete: () => client().deleteSecret({ SecretId }),
    list: () => client().listSecrets({}),
    password: () => client().getRandomPassword({}),
  }
  const outcomes: Record<string, string> = {}
  for (const [name, attempt] of Object.entries(attempts))
    outcomes[name] = await attempt().then(
      () => 'done',
      (error: Error) => error.name,
    )
  const names = Object.keys(process.env).sort()
  writeFileSync(
    process.env.SPY_FILE ?? '',
    JSON.stringify({ event, context: context.invokedFunctionArn, names, outcomes }),
  )
  await rotateStep(event, client())
}
