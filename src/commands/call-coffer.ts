import { setTimeout as pause } from 'node:timers/promises'
import { decodeInput } from '../aws/decode.ts'
import type { StructureShape } from '../aws/shape.ts'
import { signRequest } from '../aws/sigv4/sign.ts'
import type { ConnectionConfig } from '../connection-config.ts'
import { type Answer, type Refusal, readAnswer } from './answer.ts'
import { CommandError } from './command-error.ts'
import { readProfile } from './profile.ts'
import { whyUnreachable } from './unreachable.ts'

/** How long one answer may take, milliseconds. */
const ANSWER_MS = 30_000

/** Waits before a question is put again that came too fast, milliseconds; after the last one it is given up. */
const WAITS_MS = [500, 1_000, 2_000] as const

/** Signing name and prefix of the operations that AWS does not have. */
const SERVICE = 'coffer'
const TARGET_PREFIX = 'Coffer.'

/** An operation of the server, as far as its callers need it. */
export interface Asked<I, O> {
  readonly name: string
  readonly input: StructureShape<I>
  readonly output?: StructureShape<O> | undefined
}

export interface Answered<O> {
  readonly output: O
  /** As it came, also what this version does not know. */
  readonly json: unknown
}

/** Asks a running Coffer. Rejects with CommandError when it refuses, and for whatever is not its answer. */
export type Ask = <I extends object, O>(operation: Asked<I, O>, input: I) => Promise<Answered<O>>

/**
 * Reads the access key that signs what is asked. Throws CommandError where there is none.
 *
 * @param wait waits so many milliseconds
 */
export async function connect(
  { endpoint, region, credentials: source }: ConnectionConfig,
  wait: (milliseconds: number) => Promise<unknown> = pause,
): Promise<Ask> {
  const credentials =
    source.kind === 'environment' ? source.credentials : await readProfile(source.path, source.profile)
  return async ({ name, output }, input) => {
    const headers = { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': TARGET_PREFIX + name }
    const request = { method: 'POST', url: endpoint, headers, body: Buffer.from(JSON.stringify(input)) }
    const attempt = () => {
      const signed = signRequest(request, { credentials, service: SERVICE, region, now: Date.now() })
      return send({ ...request, headers: signed })
    }
    let answer = await attempt()
    for (const milliseconds of WAITS_MS) {
      if (!isTooFast(answer)) break
      await wait(milliseconds)
      answer = await attempt()
    }
    if (answer && 'refusal' in answer) throw refused(answer.refusal, { endpoint, region, credentials: source })
    const answered = answer && output && decode(output, answer.body)
    if (!answered) throw unreachable(`What answers at ${endpoint.origin} is not a Coffer of this version`)
    return answered
  }
}

const isTooFast = (answer: Answer) =>
  answer !== undefined && 'refusal' in answer && answer.refusal.code === 'ThrottlingException'

/** Follows no redirect: what was signed is for one host. */
async function send({ url, ...request }: { url: URL; method: string; headers: Record<string, string>; body: Buffer }) {
  const init: RequestInit = { ...request, redirect: 'manual', signal: AbortSignal.timeout(ANSWER_MS) }
  try {
    return await readAnswer(await fetch(url, init))
  } catch (error) {
    throw unreachable(`Cannot reach Coffer at ${url.origin}: ${whyUnreachable(error)}`)
  }
}

function decode<O>(shape: StructureShape<O>, body: Uint8Array): Answered<O> | undefined {
  try {
    return { output: decodeInput(shape, body), json: JSON.parse(Buffer.from(body).toString()) }
  } catch {
    return undefined
  }
}

/** Codes of AWS's errors of authentication. */
const UNPROVED = new Set([
  'ExpiredTokenException',
  'IncompleteSignatureException',
  'InvalidSignatureException',
  'MissingAuthenticationTokenException',
  'UnrecognizedClientException',
])

/** Errors about the question itself: an option has a value that means nothing to the server. */
const INVALID = new Set(['InvalidParameterException', 'ValidationException'])

const unreachable = (message: string) => new CommandError(message, { kind: 'unreachable' })

/** A refusal as one line. For most refusals the server's own sentence is that line. */
function refused({ code, text, status, requestId }: Refusal, connection: ConnectionConfig): CommandError {
  const { endpoint, region, credentials } = connection
  const coffer = `Coffer at ${endpoint.origin}`
  if (code === 'UnknownOperationException')
    return unreachable(
      `The server at ${endpoint.origin} does not know this operation: is it Coffer, and of this version?`,
    )
  if (status >= 500) return new CommandError(`${coffer} failed: ${text} (request ${requestId})`)
  const whose = credentials.kind === 'environment' ? 'the environment' : credentials.path
  const line = UNPROVED.has(code)
    ? `${coffer} refuses the credentials of ${whose}: ${text}`
    : code === 'ResourceNotFoundException'
      ? `${text} (asked in ${region})`
      : text
  return new CommandError(line, { kind: INVALID.has(code) ? 'usage' : 'refused' })
}
