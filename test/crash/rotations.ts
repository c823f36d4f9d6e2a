import { writeSync } from 'node:fs'
import { IAM } from '@aws-sdk/client-iam'
import { SecretsManager } from '@aws-sdk/client-secrets-manager'
import { STS } from '@aws-sdk/client-sts'
import { sdkRequestHandler } from '../../src/app/sdk-request-handler.ts'
import { signRequest } from '../../src/aws/sigv4/sign.ts'
import { rotateRootKey } from '../../src/commands/rotate-root-key.ts'
import { type RunningCoffer, startCoffer } from '../../src/start-coffer.ts'
import { ADMINISTRATOR, REGION } from '../start-app.ts'

/** What was acknowledged, as a line on standard output says it. */
export type Said =
  | { readonly what: 'secret'; readonly name: string; readonly value: string }
  | { readonly what: 'credentials'; readonly credentials: SaidCredentials }
  | { readonly what: 'page token'; readonly token: string }
  | { readonly what: 'rotation' }

export interface SaidCredentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
}

/** Secrets of the first round: several steps of resealing. */
export const FIRST_SECRETS = 350
const WRITERS = 4

if (import.meta.main) {
  const [, , which = '', dataDir = '', round = '0', offset = '0'] = process.argv
  await (which === 'root-key' ? rotateRootKeys(dataDir) : rotateKeyring(dataDir, Number(round), Number(offset)))
}

/** Rotates the root key again and again, and says of each rotation that it is over, until somebody kills it. */
async function rotateRootKeys(dataDir: string): Promise<never> {
  const rootKey = { kind: 'file', path: `${dataDir}.key`, chosen: true } as const
  for (;;) {
    await rotateRootKey({ dataDir, rootKey, newRootKey: undefined })
    say({ what: 'rotation' })
  }
}

/** Serves with a clock that goes ahead, rotates the keyring, and writes and reads all the time until somebody kills it. */
async function rotateKeyring(dataDir: string, round: number, offset: number): Promise<void> {
  const running = await startCoffer({
    dataDir,
    rootKey: { kind: 'file', path: `${dataDir}.key`, chosen: true },
    verify: true,
    enforce: true,
    account: '111122223333',
    administrator: ADMINISTRATOR,
    keepCredentials: async () => {},
    log: { info() {}, warn() {}, error: (details, message) => console.error(message, details) },
    now: () => Date.now() + offset,
  })
  const settings = {
    region: REGION,
    credentials: ADMINISTRATOR,
    endpoint: 'http://coffer.test',
    maxAttempts: 1,
    requestHandler: sdkRequestHandler(running.app),
    systemClockOffset: offset,
  }
  const clients = { secrets: new SecretsManager(settings), iam: new IAM(settings), sts: new STS(settings) }
  if (round === 0)
    for (let count = 0; count < FIRST_SECRETS; count++) await clients.secrets.createSecret({ Name: `first/${count}` })
  await tokens(clients)
  const writing = Array.from({ length: WRITERS }, (_, writer) => write(clients, `${round}/${writer}`))
  await ask(running, 'RotateKeyring', Date.now() + offset)
  say({ what: 'rotation' })
  await Promise.all(writing)
}

interface Clients {
  readonly secrets: SecretsManager
  readonly iam: IAM
  readonly sts: STS
}

async function tokens({ secrets, sts }: Clients): Promise<void> {
  const { Credentials } = await sts.getSessionToken({ DurationSeconds: 129_600 })
  sayCredentials(Credentials?.AccessKeyId, Credentials?.SecretAccessKey, Credentials?.SessionToken)
  const { NextToken = '' } = await secrets.listSecrets({ MaxResults: 1 })
  say({ what: 'page token', token: NextToken })
}

async function write({ secrets, iam }: Clients, prefix: string): Promise<never> {
  for (let count = 0; ; count++) {
    const name = `${prefix}/${count}`
    await secrets.createSecret({ Name: name, SecretString: `${name} made` })
    say({ what: 'secret', name, value: `${name} made` })
    await secrets.putSecretValue({ SecretId: name, SecretString: `${name} put` })
    say({ what: 'secret', name, value: `${name} put` })
    await secrets.getSecretValue({ SecretId: name })
    const UserName = name.replaceAll('/', '.')
    await iam.createUser({ UserName })
    const { AccessKey } = await iam.createAccessKey({ UserName })
    sayCredentials(AccessKey?.AccessKeyId, AccessKey?.SecretAccessKey)
  }
}

async function ask({ app }: RunningCoffer, operation: string, now: number): Promise<void> {
  const body = Buffer.from('{}')
  const headers = { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': `Coffer.${operation}` }
  const url = new URL('http://coffer.test/')
  const options = { credentials: ADMINISTRATOR, service: 'coffer', region: REGION, now }
  const rawHeaders = Object.entries(signRequest({ method: 'POST', url, headers, body }, options)).flat()
  const head = { method: 'POST', url: '/', rawHeaders, address: '127.0.0.1', secure: true }
  const answer = await app.handle(head, body)
  if (answer.status !== 200) throw new Error(`${operation}: ${answer.body}`)
}

function sayCredentials(accessKeyId = '', secretAccessKey = '', sessionToken?: string): void {
  say({ what: 'credentials', credentials: { accessKeyId, secretAccessKey, ...(sessionToken ? { sessionToken } : {}) } })
}

/** At once: what is said must have left this process when it dies. */
function say(said: Said): void {
  writeSync(1, `\n${JSON.stringify(said)}\n`)
}
