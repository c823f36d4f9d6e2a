import { serviceEntry } from './app/service-entry.ts'
import { SecretRotator } from './jobs/rotate-secrets.ts'
import type { Job } from './jobs/runner.ts'
import type { Log } from './log.ts'
import type { Installation } from './open-installation.ts'
import { FunctionError, type RotationFunctions } from './rotation/rotation-functions.ts'

/** How often the store is asked for rotations that are due; one that was asked for begins at once. */
const ROTATE_EVERY_MS = 10_000

export interface RotationJobOptions {
  readonly functions: RotationFunctions
  readonly now: () => number
  readonly log: Log
}

/** Carries out rotations of secrets. */
export function rotationJob(
  { secrets, rotationLeases, trail }: Installation,
  { functions, now, log }: RotationJobOptions,
): { readonly job: Job; readonly rotator: SecretRotator } {
  const rotator = new SecretRotator({
    store: secrets,
    leases: rotationLeases,
    functions,
    now,
    record: ({ arn, account, region, type, rotation }, { operation, versionId, step }, changes) => {
      const event = { service: 'secretsmanager', operation, by: 'secretsmanager', account, region, at: now(), arn }
      const message = `Error when executing ${rotation?.external ? `rotation of type ${type}` : `lambda ${rotation?.lambdaArn}`} during ${step} step`
      return trail.append(
        {
          ...serviceEntry(event),
          requestId: `Rotation-${arn}-${versionId}`,
          error: step && { code: '', message },
        },
        changes,
      )
    },
    onFailure: (secret, step, error) =>
      log.error(
        { secret: secret.arn, step, attempt: secret.rotation?.pending?.failures, reason: reasonOf(error) },
        'the rotation of a secret failed',
      ),
  })
  const job = {
    name: 'rotate secrets',
    everyMs: ROTATE_EVERY_MS,
    run: (signal: AbortSignal) => rotator.start(signal),
  }
  return { job, rotator }
}

function reasonOf(error: unknown): string {
  if (error instanceof FunctionError) return error.message
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}
