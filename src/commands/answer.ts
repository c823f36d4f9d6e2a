import { readBounded } from '../aws/read-bounded.ts'

/** Largest answer that is read, bytes: far above a page of readers or all statements of a principal. */
const MAX_ANSWER_BYTES = 8 * 1024 * 1024
/** Most characters of a server's sentence that are shown. */
const MAX_SENTENCE = 2000

/** What a server answers: a JSON text, or an error in AWS's form; undefined when it is neither. */
export type Answer = { readonly body: Uint8Array } | { readonly refusal: Refusal } | undefined

export interface Refusal {
  readonly code: string
  /** The server's sentence; the code where it sent none. */
  readonly text: string
  readonly status: number
  readonly requestId: string
}

/** Reads an answer, within bounds. Rejects when the connection breaks off. */
export async function readAnswer(response: Response): Promise<Answer> {
  const body = await readBounded(response, MAX_ANSWER_BYTES)
  if (!body) return undefined
  if (response.status === 200) return { body }
  const refusal = refusalOf(body, response)
  return refusal && { refusal }
}

function refusalOf(body: Uint8Array, { status, headers }: Response): Refusal | undefined {
  let json: Record<string, unknown> | null
  try {
    json = JSON.parse(Buffer.from(body).toString())
  } catch {
    return undefined
  }
  const code = json?.__type
  if (typeof code !== 'string') return undefined
  // The two kinds of errors spell it differently (facts 1.3).
  const text = json?.message ?? json?.Message
  return {
    code: code.replace(/^.*#/, '').slice(0, MAX_SENTENCE),
    text: (typeof text === 'string' ? text : code).slice(0, MAX_SENTENCE),
    status,
    requestId: headers.get('x-amzn-requestid') ?? 'unknown',
  }
}
