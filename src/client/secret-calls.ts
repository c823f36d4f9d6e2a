import {
  BatchGetSecretValueCommand,
  type Filter,
  GetSecretValueCommand,
  ListSecretsCommand,
  type SecretValueEntry,
} from '@aws-sdk/client-secrets-manager'
import { type Failure, failureOf, failureOfEntry } from './failure.ts'
import { isMeantBy, type SecretRequest } from './secret-id.ts'
import type { ReadSecret } from './secret-value.ts'
import type { Settings } from './settings.ts'

/** What became of one secret: read, failed, or left out by the answer. */
export type Outcome =
  | { readonly read: ReadSecret; readonly failure?: undefined }
  | { readonly failure: Failure; readonly read?: undefined }

/** One page of a search. */
export interface FoundPage {
  readonly secrets: readonly ReadSecret[]
  readonly failures: readonly { readonly id: string; readonly failure: Failure }[]
  readonly nextToken: string | undefined
}

const TIMED_OUT: Failure = { kind: 'unreachable', code: 'TimeoutError', text: 'the call took too long' }
const ABORTED: Failure = { kind: 'other', code: 'AbortError', text: 'the read was aborted' }
export const CLOSED: Failure = { kind: 'other', code: 'ReaderClosed', text: 'the reader is closed' }

/** A call that failed as a whole. */
export class CallFailed extends Error {
  readonly failure: Failure

  constructor(failure: Failure) {
    super(failure.text)
    this.failure = failure
  }
}

const NOT_UNDERSTOOD: Failure = { kind: 'other', code: 'UnknownError', text: 'the answer could not be understood' }

/** What a rejected call tells. Anything but a failed call comes from reading an answer of another form. */
export function failureIn(error: unknown): Failure {
  return error instanceof CallFailed ? error.failure : NOT_UNDERSTOOD
}

/** The calls to the server, each with an end. What they throw is for {@link failureIn}. */
export class SecretCalls {
  readonly #settings: Settings
  /** Ends each call in flight. */
  readonly #endings = new Set<(failure: Failure) => void>()

  constructor(settings: Settings) {
    this.#settings = settings
  }

  /** The current versions of several secrets, of different names. An id without an outcome was left out by the answer. */
  async readMany(ids: readonly string[]): Promise<ReadonlyMap<string, Outcome>> {
    const command = new BatchGetSecretValueCommand({ SecretIdList: [...ids] })
    const { SecretValues = [], Errors = [] } = await this.#call((abortSignal) =>
      this.#settings.client.send(command, { abortSignal }),
    )
    const outcomes = new Map<string, Outcome>()
    for (const { SecretId = '', ErrorCode, Message } of Errors)
      if (ids.includes(SecretId)) outcomes.set(SecretId, { failure: failureOfEntry(ErrorCode, Message) })
    for (const entry of SecretValues) {
      const read = readOf(entry)
      if (!read) continue
      const id = ids.find((one) => isMeantBy(one, read))
      if (id !== undefined) outcomes.set(id, { read })
    }
    return outcomes
  }

  /** Any version of one secret. */
  async readOne({ id, versionId, versionStage }: SecretRequest): Promise<Outcome> {
    const command = new GetSecretValueCommand({ SecretId: id, VersionId: versionId, VersionStage: versionStage })
    const answer = await this.#call((abortSignal) => this.#settings.client.send(command, { abortSignal }))
    return { read: readOf({ ARN: id, Name: id, ...answer }) ?? throwWithoutValue() }
  }

  /** One page of the secrets that match, with their values. */
  async findPage(filters: readonly Filter[], nextToken: string | undefined, signal?: AbortSignal): Promise<FoundPage> {
    const command = new BatchGetSecretValueCommand({ Filters: [...filters], NextToken: nextToken })
    const answer = await this.#call((abortSignal) => this.#settings.client.send(command, { abortSignal }), signal)
    return {
      secrets: (answer.SecretValues ?? []).flatMap((entry) => readOf(entry) ?? []),
      failures: (answer.Errors ?? []).map(({ SecretId = '', ErrorCode, Message }) => ({
        id: SecretId,
        failure: failureOfEntry(ErrorCode, Message),
      })),
      nextToken: answer.NextToken,
    }
  }

  /** One page of the ARNs of the secrets that match. */
  async listPage(filters: readonly Filter[], nextToken: string | undefined, signal?: AbortSignal) {
    const command = new ListSecretsCommand({ Filters: [...filters], NextToken: nextToken })
    const answer = await this.#call((abortSignal) => this.#settings.client.send(command, { abortSignal }), signal)
    return { arns: (answer.SecretList ?? []).flatMap(({ ARN }) => ARN ?? []), nextToken: answer.NextToken }
  }

  /** Ends every call in flight. */
  close(): void {
    for (const end of this.#endings) end(CLOSED)
  }

  /** Also a request handler that hears no abort signal keeps nobody waiting. */
  #call<Answer>(send: (abortSignal: AbortSignal) => Promise<Answer>, signal?: AbortSignal): Promise<Answer> {
    const { clock, timeout } = this.#settings
    const controller = new AbortController()
    return new Promise((resolve, reject) => {
      const leave = () => {
        stopTimer()
        this.#endings.delete(end)
        signal?.removeEventListener('abort', onAbort)
      }
      const end = (failure: Failure) => {
        leave()
        reject(new CallFailed(failure))
        controller.abort()
      }
      const onAbort = () => end(ABORTED)
      const stopTimer = clock.after(timeout, () => end(TIMED_OUT))
      this.#endings.add(end)
      signal?.addEventListener('abort', onAbort)
      Promise.resolve()
        .then(() => send(controller.signal))
        .finally(leave)
        .then(resolve, (error) => reject(new CallFailed(failureOf(error))))
    })
  }
}

function throwWithoutValue(): never {
  throw new CallFailed({ kind: 'other', code: 'UnknownError', text: 'the answer holds no value' })
}

/** Undefined for what holds no value, or is of another form: the SDK passes on what a server, or somebody in between, makes up. */
function readOf(entry: SecretValueEntry): ReadSecret | undefined {
  const { ARN: arn, Name: name, VersionId: versionId = '', VersionStages: versionStages = [], CreatedDate } = entry
  const content: unknown = entry.SecretString ?? entry.SecretBinary
  if (typeof arn !== 'string' || typeof name !== 'string' || typeof versionId !== 'string') return undefined
  if (!Array.isArray(versionStages) || !(typeof content === 'string' || isBytes(content))) return undefined
  return { arn, name, versionId, versionStages, createdDate: CreatedDate, content }
}

/** Also those of another realm, as test runners make them. */
function isBytes(content: unknown): content is Uint8Array {
  return ArrayBuffer.isView(content) && 'fill' in content
}
