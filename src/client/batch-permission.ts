import type { Failure } from './failure.ts'
import type { Settings } from './settings.ts'

/** Whether batch calls are worth trying: where one was not permitted, single reads take their place for a while. */
export class BatchPermission {
  readonly #settings: Pick<Settings, 'clock' | 'singleReadsFor' | 'onWarning'>
  #deniedUntil = Number.NEGATIVE_INFINITY
  #warned = false

  constructor(settings: Pick<Settings, 'clock' | 'singleReadsFor' | 'onWarning'>) {
    this.#settings = settings
  }

  get isDenied(): boolean {
    return this.#settings.clock.now() < this.#deniedUntil
  }

  /** Remembers a denial; the first is said aloud. */
  deny(failure: Failure): void {
    const { clock, singleReadsFor, onWarning } = this.#settings
    this.#deniedUntil = clock.now() + singleReadsFor
    if (this.#warned) return
    this.#warned = true
    onWarning({
      code: 'COFFER_BATCH_NOT_PERMITTED',
      message: `Secrets are read one by one, because BatchGetSecretValue cannot be used: ${failure.text}`,
    })
  }
}

/** Servers from before the operation existed. */
const UNKNOWN_OPERATION = 'UnknownOperationException'
const DENIED = 'AccessDeniedException'
const BATCH = 'BatchGetSecretValue'

/** The action that a denial names, if it names one. */
const ACTION = /secretsmanager:(?<action>\w+)/

/**
 * Whether a failed batch call says that no batch call would do. An endpoint policy that denies one of the secrets fails the whole call too,
 * and so does a search without permission to list, but these name other actions.
 */
export function deniesBatches({ code, text }: Failure): boolean {
  const { action = BATCH } = ACTION.exec(text)?.groups ?? {}
  return code === UNKNOWN_OPERATION || (code === DENIED && action === BATCH)
}

/** Whether single reads may do better than the batch that failed: one secret or one id must not fail the others. */
export function readsOneByOne(failure: Failure, ids: number): boolean {
  return (
    deniesBatches(failure) ||
    failure.code === DENIED ||
    (failure.kind === 'refused' && ids > 1 && isAboutInput(failure))
  )
}

/** What the service refuses about ids and secrets, unlike a signature or credentials. */
function isAboutInput({ code }: Failure): boolean {
  return INPUT_CODES.has(code)
}

const INPUT_CODES: ReadonlySet<string> = new Set([
  'DecryptionFailure',
  'InvalidParameterException',
  'InvalidRequestException',
  'ResourceNotFoundException',
  'ValidationException',
])
