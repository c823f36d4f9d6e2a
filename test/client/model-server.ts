import { BatchGetSecretValueCommand, type GetSecretValueCommand } from '@aws-sdk/client-secrets-manager'
import type { Clock, SecretsClient } from '../../src/client/create-secret-reader.ts'

/** From when on a secret has a version; undefined while there is no such secret. */
interface Moment {
  readonly from: number
  readonly version: number | undefined
}

interface Call {
  readonly ids: readonly string[]
  readonly isBatch: boolean
  readonly sentAt: number
  /** What the server has decided, before it is heard of. */
  answer?: () => unknown
  readonly resolve: (answer: unknown) => void
  readonly reject: (error: unknown) => void
}

export type Trouble = 'connection' | 'throttling' | 'server' | 'no-batches'

export interface Refusal {
  readonly id: string
  readonly sentAt: number
  readonly heardAt: number
}

const ARN = 'arn:aws:secretsmanager:eu-central-1:111122223333:secret:'
export const arnOf = (name: string) => `${ARN}${name}-abcdef`
export const nameOf = (id: string) => (id.startsWith(ARN) ? id.slice(ARN.length, -7) : id)

const troubles: Readonly<Record<Trouble, () => object>> = {
  connection: () => Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' }),
  throttling: () => serviceError('ThrottlingException', 400),
  server: () => serviceError('InternalServiceError', 500),
  'no-batches': () => serviceError('AccessDeniedException', 400, 'not authorized: secretsmanager:BatchGetSecretValue'),
}

function serviceError(name: string, httpStatusCode: number, text = name): object {
  const $fault = httpStatusCode < 500 ? 'client' : 'server'
  return Object.assign(new Error(text), { name, $fault, $metadata: { httpStatusCode } })
}

/** The world outside: secrets with their history, and calls that are decided and answered when the test says so, in any order. */
export class ModelServer {
  readonly #clock: Pick<Clock, 'now'>
  readonly #histories = new Map<string, Moment[]>()
  readonly #calls = new Set<Call>()
  readonly refusals: Refusal[] = []
  /** When a client last heard that the server cannot be reached. */
  troubledAt = Number.NEGATIVE_INFINITY

  constructor(clock: Pick<Clock, 'now'>, names: readonly string[]) {
    this.#clock = clock
    for (const name of names) this.#histories.set(name, [{ from: Number.NEGATIVE_INFINITY, version: 0 }])
  }

  readonly client = {
    send: (
      command: BatchGetSecretValueCommand | GetSecretValueCommand,
      { abortSignal }: { abortSignal: AbortSignal },
    ) =>
      new Promise((resolve, reject) => {
        const isBatch = command instanceof BatchGetSecretValueCommand
        const ids = isBatch ? (command.input.SecretIdList ?? []) : [command.input.SecretId ?? '']
        const call = { ids, isBatch, sentAt: this.#clock.now(), resolve, reject }
        this.#calls.add(call)
        abortSignal.addEventListener('abort', () => {
          this.#calls.delete(call)
          this.troubledAt = this.#clock.now()
        })
      }),
  } as unknown as SecretsClient

  get waiting(): number {
    return this.#calls.size
  }

  rotate(name: string): void {
    this.#change(name, this.#lastVersion(name) + 1)
  }

  /** Deletes a secret, or makes it anew. */
  toggle(name: string): void {
    this.#change(name, this.#versionNow(name) === undefined ? this.#lastVersion(name) + 1 : undefined)
  }

  /** The server decides on a call, as things are now. */
  decide(index: number): void {
    const call = this.#call(index)
    if (call) call.answer ??= this.#answerTo(call)
  }

  /** The client hears the answer. */
  deliver(index: number): void {
    const call = this.#call(index)
    if (!call) return
    this.#calls.delete(call)
    const answer = call.answer ?? this.#answerTo(call)
    try {
      call.resolve(answer())
    } catch (error) {
      call.reject(error)
    }
  }

  /** The client hears of trouble instead. */
  trouble(index: number, kind: Trouble): void {
    const call = this.#call(index)
    if (!call || (kind === 'no-batches' && !call.isBatch)) return
    this.#calls.delete(call)
    if (kind !== 'no-batches') this.troubledAt = this.#clock.now()
    call.reject(troubles[kind]())
  }

  /** Whether a secret had a version at some moment between two. */
  hadVersion(name: string, version: number, from: number, to: number): boolean {
    const history = this.#histories.get(name) ?? []
    return history.some(
      (moment, index) =>
        moment.version === version &&
        moment.from <= to &&
        (history[index + 1]?.from ?? Number.POSITIVE_INFINITY) >= from,
    )
  }

  #call(index: number): Call | undefined {
    return [...this.#calls][index % Math.max(1, this.#calls.size)]
  }

  #answerTo({ ids, isBatch, sentAt }: Call): () => unknown {
    const found = ids.map((id) => ({ id, name: nameOf(id), version: this.#versionNow(nameOf(id)) }))
    const refuse = () => {
      for (const { id, version } of found)
        if (version === undefined) this.refusals.push({ id, sentAt, heardAt: this.#clock.now() })
    }
    const values = found.flatMap(({ name, version }) =>
      version === undefined
        ? []
        : { ARN: arnOf(name), Name: name, VersionId: `${version}`, SecretString: `${version}`, VersionStages: [] },
    )
    const errors = found.flatMap(({ id, version }) =>
      version === undefined ? { SecretId: id, ErrorCode: 'ResourceNotFoundException', Message: 'none' } : [],
    )
    return () => {
      refuse()
      if (isBatch) return { SecretValues: values, Errors: errors }
      if (!values[0]) throw serviceError('ResourceNotFoundException', 400)
      return values[0]
    }
  }

  #change(name: string, version: number | undefined): void {
    this.#histories.get(name)?.push({ from: this.#clock.now(), version })
  }

  #versionNow(name: string): number | undefined {
    return this.#histories.get(name)?.at(-1)?.version
  }

  #lastVersion(name: string): number {
    return Math.max(...(this.#histories.get(name) ?? []).map(({ version = 0 }) => version))
  }
}
