import { setTimeout as pause } from 'node:timers/promises'
import { signRequest } from './aws/sigv4/sign.ts'
import { type Answer, readAnswer } from './commands/answer.ts'
import { readProfile } from './commands/profile.ts'
import { whyUnreachable } from './commands/unreachable.ts'
import type { CredentialsSource } from './connection-config.ts'
import { RootKeyError } from './seal/root-key-error.ts'
import { type AskKms, KmsRefusal, type KmsRequest } from './seal/root-keys/external-kms.ts'

/** Where the KMS is that holds a root key, and who asks it. */
export interface ExternalKms {
  /** ARN of the key. */
  readonly key: string
  /** Scheme, host and port; nothing else. */
  readonly endpoint: URL
  readonly region: string
  readonly credentials: CredentialsSource
}

export interface ExternalKmsOptions {
  /** Replaced only to stand in for the world. */
  readonly fetch?: typeof fetch | undefined
  /** Waits so many milliseconds. */
  readonly wait?: ((milliseconds: number) => Promise<unknown>) | undefined
}

/** How long one answer may take, milliseconds. */
const ANSWER_MS = 5_000
/** Waits before a request is sent again, milliseconds; after the last one it is given up. */
const WAITS_MS = [200, 1_000] as const
/** Refusals of a KMS that has too much to do (KMS API, common errors). */
const BUSY: readonly string[] = ['ThrottlingException', 'LimitExceededException', 'KMSInternalException']

type Sent = { readonly answer: NonNullable<Answer> } | { readonly failed: string }

/**
 * The KMS API over HTTP, signed. The credentials are read for every request, because those of a file are replaced by others
 * from time to time. What fails for the moment is tried again, twice at most.
 */
export function askExternalKms(
  kms: ExternalKms,
  { fetch: send = fetch, wait = pause }: ExternalKmsOptions = {},
): AskKms {
  return async (operation, request) => {
    let sent = await attempt(kms, operation, request, send)
    for (const milliseconds of WAITS_MS) {
      if (!isForTheMoment(sent)) break
      await wait(milliseconds)
      sent = await attempt(kms, operation, request, send)
    }
    return read(kms, sent)
  }
}

async function attempt(kms: ExternalKms, operation: string, request: KmsRequest, send: typeof fetch): Promise<Sent> {
  const { endpoint, region, credentials: source } = kms
  const credentials =
    source.kind === 'environment' ? source.credentials : await readProfile(source.path, source.profile)
  const headers = { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': `TrentService.${operation}` }
  const unsigned = { method: 'POST', url: endpoint, headers, body: Buffer.from(JSON.stringify(request)) }
  const signed = signRequest(unsigned, { credentials, service: 'kms', region, now: Date.now() })
  try {
    const answer = await readAnswer(
      await send(endpoint, {
        method: 'POST',
        headers: signed,
        body: unsigned.body,
        // What was signed is for one host.
        redirect: 'manual',
        signal: AbortSignal.timeout(ANSWER_MS),
      }),
    )
    return answer ? { answer } : { failed: 'what answers there is no KMS' }
  } catch (error) {
    return { failed: whyUnreachable(error) }
  }
}

function isForTheMoment(sent: Sent): boolean {
  if ('failed' in sent) return true
  const { answer } = sent
  return 'refusal' in answer && (answer.refusal.status >= 500 || BUSY.includes(answer.refusal.code))
}

function read({ endpoint, key }: ExternalKms, sent: Sent): Record<string, unknown> {
  const unreachable = (why: string) =>
    new RootKeyError('unreachable', `Cannot reach the KMS of the root key: ${key}: at ${endpoint.origin}: ${why}`)
  if ('failed' in sent) throw unreachable(sent.failed)
  const { answer } = sent
  if ('refusal' in answer) throw new KmsRefusal(answer.refusal.code, answer.refusal.text)
  try {
    return JSON.parse(Buffer.from(answer.body).toString()) as Record<string, unknown>
  } catch {
    throw unreachable('what answers there is no KMS')
  }
}
