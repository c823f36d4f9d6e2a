import { createHash, randomInt, randomUUID } from 'node:crypto'
import { signRequest } from '../test/sign-request.ts'
import { ADMINISTRATOR } from './credentials.ts'
import { nameOf, REGION } from './fill.ts'

export type Kind = 'GetSecretValue' | 'BatchGetSecretValue' | 'PutSecretValue'

/** Secrets of a batch. */
const BATCH = 20

/** A request as bytes for the wire, with the headers of the JavaScript SDK, signed. Ids are spread evenly over all secrets. */
export function signedRequest(kind: Kind, secrets: number, port: number): Buffer {
  const body = JSON.stringify(inputOf(kind, secrets))
  const host = `127.0.0.1:${port}`
  const headers = {
    host,
    'content-type': 'application/x-amz-json-1.1',
    'content-length': String(Buffer.byteLength(body)),
    'x-amz-target': `secretsmanager.${kind}`,
    'x-amz-content-sha256': createHash('sha256').update(body).digest('hex'),
    'x-amz-user-agent': 'aws-sdk-js/3.0.0',
    'amz-sdk-invocation-id': randomUUID(),
    'amz-sdk-request': 'attempt=1; max=3',
  }
  const { accessKeyId, secretAccessKey: secret } = ADMINISTRATOR
  const who = { accessKeyId, secret, region: REGION, service: 'secretsmanager' }
  const raw = signRequest({ method: 'POST', url: '/', headers, body, date: new Date(), ...who })
  const lines = Array.from({ length: raw.length / 2 }, (_, index) => `${raw[2 * index]}: ${raw[2 * index + 1]}\r\n`)
  return Buffer.from(`POST / HTTP/1.1\r\n${lines.join('')}\r\n${body}`)
}

function inputOf(kind: Kind, secrets: number): object {
  const name = () => nameOf(randomInt(secrets))
  if (kind === 'GetSecretValue') return { SecretId: name() }
  if (kind === 'BatchGetSecretValue') return { SecretIdList: Array.from({ length: BATCH }, name) }
  return { SecretId: name(), ClientRequestToken: randomUUID(), SecretString: 'x'.repeat(200) }
}
