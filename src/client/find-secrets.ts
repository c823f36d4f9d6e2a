import type { Filter } from '@aws-sdk/client-secrets-manager'
import { deniesBatches } from './batch-permission.ts'
import type { Failure } from './failure.ts'
import { CLOSED, failureIn } from './secret-calls.ts'
import { SecretReadError } from './secret-read-error.ts'
import type { SecretReads } from './secret-reads.ts'
import type { SecretResult } from './secret-result.ts'

/**
 * Every secret that matches, page after page, also past pages without any. What cannot be read comes as a failure; a page that cannot be had
 * at all ends the walk with a {@link SecretReadError}, or with the reason of the signal.
 */
export async function* findSecrets(
  reads: SecretReads,
  filters: readonly Filter[],
  signal: AbortSignal | undefined,
): AsyncGenerator<SecretResult, void, undefined> {
  try {
    const page = reads.flights.permission.isDenied ? undefined : await firstPage(reads, filters, signal)
    yield* page ? batched(reads, filters, signal, page) : listed(reads, filters, signal)
  } catch (error) {
    signal?.throwIfAborted()
    throw error
  }
}

type Page = Awaited<ReturnType<typeof pageOf>>

async function pageOf(reads: SecretReads, filters: readonly Filter[], token?: string, signal?: AbortSignal) {
  begin(reads, signal)
  const sentAt = reads.settings.clock.now()
  return { ...(await reads.flights.calls.findPage(filters, token, signal)), sentAt }
}

/** Undefined where batches are not permitted. */
async function firstPage(
  reads: SecretReads,
  filters: readonly Filter[],
  signal: AbortSignal | undefined,
): Promise<Page | undefined> {
  try {
    return await pageOf(reads, filters, undefined, signal)
  } catch (error) {
    const failure = failureIn(error)
    if (!deniesBatches(failure)) throw fromPage(failure)
    reads.flights.permission.deny(failure)
    return undefined
  }
}

async function* batched(reads: SecretReads, filters: readonly Filter[], signal: AbortSignal | undefined, first: Page) {
  for (let page = first; ; ) {
    yield* reads.found(page, page.sentAt)
    const { nextToken } = page
    if (nextToken === undefined) return
    page = await pageOf(reads, filters, nextToken, signal).catch(throwFromPage)
  }
}

/** The same by ListSecrets and single reads. */
async function* listed(reads: SecretReads, filters: readonly Filter[], signal: AbortSignal | undefined) {
  let token: string | undefined
  do {
    begin(reads, signal)
    const page = await reads.flights.calls.listPage(filters, token, signal).catch(throwFromPage)
    yield* await Promise.all(page.arns.map((id) => reads.read({ id }, { signal })))
    token = page.nextToken
  } while (token !== undefined)
}

function begin(reads: SecretReads, signal: AbortSignal | undefined): void {
  signal?.throwIfAborted()
  if (reads.isClosed) throw fromPage(CLOSED)
}

function throwFromPage(error: unknown): never {
  throw fromPage(failureIn(error))
}

function fromPage(failure: Failure): SecretReadError {
  return new SecretReadError(undefined, failure)
}
