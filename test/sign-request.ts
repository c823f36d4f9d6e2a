import { createHash, createHmac } from 'node:crypto'

/** A request before it is signed, and who signs it. */
export interface RequestToSign {
  readonly method: string
  /** The raw target as it will be on the wire: path and query, already encoded. */
  readonly url: string
  /** Sent and signed as they are. `host` must be among them; a header may come twice as a list of pairs. */
  readonly headers: Readonly<Record<string, string>> | readonly (readonly [name: string, value: string])[]
  readonly body?: string | Uint8Array
  readonly accessKeyId: string
  readonly secret: string
  readonly region: string
  readonly service: string
  readonly date: Date
  readonly sessionToken?: string | undefined
}

/**
 * Signs a request with SigV4 and returns its raw headers (name, value, name, value …), with `x-amz-date`, the session
 * token and `authorization` added. For tests that speak HTTP by hand. Written straight from the rules and deliberately
 * sharing nothing with src/aws/sigv4; it resolves no dot segments.
 */
export function signRequest(request: RequestToSign): string[] {
  const added: [string, string][] = [['x-amz-date', timestampOf(request.date)]]
  if (request.sessionToken !== undefined) added.push(['x-amz-security-token', request.sessionToken])
  const headers = [...pairsOf(request.headers), ...added]
  const names = namesOf(headers)
  const signature = sign(request, canonicalText(request, request.url, headers))
  const authorization = `AWS4-HMAC-SHA256 Credential=${credentialOf(request)}, SignedHeaders=${names.join(';')}, Signature=${signature}`
  return [...headers, ['authorization', authorization] as const].flat()
}

/**
 * Presigns a request: returns its target with the proof in the query. `expires` is in seconds; without it the URL names
 * no validity. Its headers must be sent as they were given.
 */
export function presignUrl(request: RequestToSign & { readonly expires?: number }): string {
  const headers = pairsOf(request.headers)
  const proof: [string, string][] = [
    ['X-Amz-Algorithm', 'AWS4-HMAC-SHA256'],
    ['X-Amz-Credential', credentialOf(request)],
    ['X-Amz-Date', timestampOf(request.date)],
    ['X-Amz-SignedHeaders', namesOf(headers).join(';')],
  ]
  if (request.expires !== undefined) proof.push(['X-Amz-Expires', String(request.expires)])
  if (request.sessionToken !== undefined) proof.push(['X-Amz-Security-Token', request.sessionToken])
  const query = proof.map(([name, value]) => `${name}=${encode(value)}`).join('&')
  const url = `${request.url}${request.url.includes('?') ? '&' : '?'}${query}`
  return `${url}&X-Amz-Signature=${sign(request, canonicalText(request, url, headers))}`
}

type Pairs = readonly (readonly [name: string, value: string])[]

function canonicalText({ method, body = '' }: RequestToSign, url: string, headers: Pairs): string {
  const names = namesOf(headers)
  const lines = names.map((name) => {
    const values = headers.filter(([other]) => other.toLowerCase() === name).map(([, value]) => value)
    return `${name}:${values.map((value) => value.trim().replace(/\s+/g, ' ')).join(',')}\n`
  })
  const [path = '', query = ''] = url.split('?')
  const canonicalQuery = query
    .split('&')
    .filter(Boolean)
    .map((parameter) => parameter.split('='))
    .map(([name = '', value = '']) => [encode(decodeURIComponent(name)), encode(decodeURIComponent(value))] as const)
    .sort(([nameA, valueA], [nameB, valueB]) => (nameA === nameB ? (valueA < valueB ? -1 : 1) : nameA < nameB ? -1 : 1))
    .map(([name, value]) => `${name}=${value}`)
    .join('&')
  const canonicalPath = path.split('/').map(encode).join('/')
  return [method, canonicalPath, canonicalQuery, lines.join(''), names.join(';'), sha256(body)].join('\n')
}

function sign({ secret, region, service, date }: RequestToSign, canonical: string): string {
  const timestamp = timestampOf(date)
  const day = timestamp.slice(0, 8)
  const text = ['AWS4-HMAC-SHA256', timestamp, `${day}/${region}/${service}/aws4_request`, sha256(canonical)].join('\n')
  const key = [day, region, service, 'aws4_request'].reduce<Buffer>(hmac, Buffer.from(`AWS4${secret}`))
  return hmac(key, text).toString('hex')
}

const pairsOf = (headers: RequestToSign['headers']): Pairs =>
  Array.isArray(headers) ? (headers as Pairs) : Object.entries(headers as Record<string, string>)

const namesOf = (headers: Pairs) => [...new Set(headers.map(([name]) => name.toLowerCase()))].sort()

const credentialOf = ({ accessKeyId, date, region, service }: RequestToSign) =>
  `${accessKeyId}/${timestampOf(date).slice(0, 8)}/${region}/${service}/aws4_request`

const timestampOf = (date: Date) => date.toISOString().replace(/[-:]|\.\d+/g, '')

const sha256 = (data: string | Uint8Array) => createHash('sha256').update(data).digest('hex')

const hmac = (key: Buffer, text: string) => createHmac('sha256', key).update(text).digest()

const encode = (text: string) =>
  encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)
