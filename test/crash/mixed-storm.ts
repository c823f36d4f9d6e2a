import { writeSync } from 'node:fs'
import { SecretsManager } from '@aws-sdk/client-secrets-manager'
import { sdkRequestHandler } from '../../src/app/sdk-request-handler.ts'
import { startCoffer } from '../../src/start-coffer.ts'
import { ADMINISTRATOR, REGION } from '../start-app.ts'

/** A call that was answered, as a line on standard output says it. */
export interface Answered {
  readonly requestId: string
  /** The version that was written, with its value; absent for a read. */
  readonly written?: { readonly name: string; readonly id: string; readonly value: string } | undefined
}

const CALLERS = 3
/** Calls of one caller for each secret, and between two heads. */
const CALLS_PER_SECRET = 5
const CALLS_PER_HEAD = 7

if (import.meta.main) await storm(process.argv[2] ?? '', process.argv[3] ?? '')

/** Writes, reads and signs heads as fast as it can, and says of each call that it was answered, until the parent kills it. */
async function storm(dataDir: string, run: string): Promise<void> {
  const { app, installation } = await startCoffer({
    dataDir,
    rootKey: { kind: 'file', path: `${dataDir}.key`, chosen: true },
    verify: true,
    enforce: true,
    account: '111122223333',
    administrator: ADMINISTRATOR,
    keepCredentials: async () => {},
    log: { info() {}, warn() {}, error: (details, message) => console.error(message, details) },
  })
  const client = new SecretsManager({
    region: REGION,
    credentials: ADMINISTRATOR,
    endpoint: 'http://coffer.test',
    maxAttempts: 1,
    requestHandler: sdkRequestHandler(app),
  })
  const sign = () => installation.heads.signHead()
  await Promise.all(Array.from({ length: CALLERS }, (_, caller) => call(client, sign, `${run}/${caller}`)))
}

async function call(client: SecretsManager, sign: () => Promise<void>, prefix: string): Promise<never> {
  for (let count = 0; ; count++) {
    const name = `${prefix}/${Math.floor(count / CALLS_PER_SECRET)}`
    const value = `${name} ${count}`
    const step = count % CALLS_PER_SECRET
    if (step === 0) say(await client.createSecret({ Name: name, SecretString: value }), { name, value })
    else if (step === 1) say(await client.putSecretValue({ SecretId: name, SecretString: value }), { name, value })
    else say(await client.getSecretValue({ SecretId: name }))
    if (count % CALLS_PER_HEAD === 0) await sign()
  }
}

/** What is said has left this process when it dies. */
function say(
  { VersionId: id = '', $metadata }: { VersionId?: string | undefined; $metadata: { requestId?: string | undefined } },
  written?: { readonly name: string; readonly value: string },
): void {
  const answered: Answered = { requestId: $metadata.requestId ?? '', written: written && { ...written, id } }
  writeSync(1, `${JSON.stringify(answered)}\n`)
}
