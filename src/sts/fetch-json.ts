import { readBounded } from '../aws/read-bounded.ts'

/** What an issuer publishes cannot be had or used. */
export class IssuerFault extends Error {
  override readonly name = 'IssuerFault'
}

/** The part of `fetch` that is needed; replaced only to stand in for the world. */
export type DocumentFetch = (url: string, options: RequestInit) => Promise<Response>

/** Largest document of an issuer, in bytes after decompression: ours, far above what issuers publish, so that none fills the memory. */
export const MAX_DOCUMENT_BYTES = 256 * 1024

export interface FetchJsonOptions {
  readonly fetch: DocumentFetch
  /** Ends also the reading of the body. */
  readonly signal: AbortSignal
}

/**
 * A JSON document from an https URL. Throws IssuerFault for anything else: another scheme, a redirect (nobody may send us elsewhere), a status
 * other than 200, a document that is too long, takes too long or is no JSON.
 */
export async function fetchJson(url: string, { fetch, signal }: FetchJsonOptions): Promise<unknown> {
  if (!isHttps(url)) throw new IssuerFault('The URL is not an https URL')
  try {
    const response = await fetch(url, { redirect: 'error', signal, headers: { accept: 'application/json' } })
    if (response.status !== 200 || response.redirected) {
      await response.body?.cancel()
      throw new IssuerFault(`The answer has status ${response.status}`)
    }
    const body = await readBounded(response, MAX_DOCUMENT_BYTES)
    if (!body) throw new IssuerFault('The document is too long')
    return JSON.parse(Buffer.from(body).toString())
  } catch (error) {
    throw error instanceof IssuerFault ? error : new IssuerFault('The document cannot be fetched', { cause: error })
  }
}

function isHttps(url: string): boolean {
  const parsed = URL.parse(url)
  return parsed?.protocol === 'https:' && parsed.username === '' && parsed.password === ''
}
