import { writeSync } from 'node:fs'
import { KMS } from '@aws-sdk/client-kms'
import { SecretsManager } from '@aws-sdk/client-secrets-manager'
import { sdkRequestHandler } from '../../src/app/sdk-request-handler.ts'
import { startCoffer } from '../../src/start-coffer.ts'
import { ADMINISTRATOR, REGION } from '../start-app.ts'
import { type AcknowledgedOfKey, writeKeys } from './key-writes.ts'

/** What was acknowledged, as a line on standard output says it. */
export type Acknowledged =
  | { readonly of: 'secret'; readonly write: AcknowledgedOfSecret }
  | { readonly of: 'key'; readonly write: AcknowledgedOfKey }

export interface AcknowledgedOfSecret {
  readonly operation: 'CreateSecret' | 'PutSecretValue' | 'TagResource'
  readonly name: string
  /** Of the version that was written, with its value. */
  readonly version?: { readonly id: string; readonly value: string } | undefined
  readonly requestId: string
}

/** Writers that never stop by themselves. */
const SECRET_WRITERS = 6
const KEY_WRITERS = 2
/** Writes to one secret before the next is made. */
const WRITES_PER_SECRET = 4

if (import.meta.main) await storm(process.argv[2] ?? '', process.argv[3] ?? '')

/** Writes as fast as it can, and says of each write that it was acknowledged, until somebody kills it. */
async function storm(dataDir: string, round: string): Promise<void> {
  const { app } = await startCoffer({
    dataDir,
    rootKey: { kind: 'file', path: `${dataDir}.key`, chosen: true },
    verify: true,
    enforce: true,
    account: '111122223333',
    administrator: ADMINISTRATOR,
    keepCredentials: async () => {},
    log: { info() {}, warn() {}, error: (details, message) => console.error(message, details) },
  })
  const settings = {
    region: REGION,
    credentials: ADMINISTRATOR,
    endpoint: 'http://coffer.test',
    maxAttempts: 1,
    requestHandler: sdkRequestHandler(app),
  }
  const [client, kms] = [new SecretsManager(settings), new KMS(settings)]
  const sayKey = (write: AcknowledgedOfKey) => sayAtOnce({ of: 'key', write })
  await Promise.all([
    ...Array.from({ length: SECRET_WRITERS }, (_, writer) => write(client, `${round}/${writer}`)),
    ...Array.from({ length: KEY_WRITERS }, (_, writer) => writeKeys(kms, `${round}/${writer}`, sayKey)),
  ])
}

async function write(client: SecretsManager, prefix: string): Promise<never> {
  for (let count = 0; ; count++) {
    const name = `${prefix}/${count}`
    const created = await client.createSecret({
      Name: name,
      SecretString: `${name} made`,
      Description: `storm ${name}`,
    })
    say('CreateSecret', name, created, `${name} made`)
    for (let put = 0; put < WRITES_PER_SECRET; put++) {
      const value = `${name} put ${put}`
      say('PutSecretValue', name, await client.putSecretValue({ SecretId: name, SecretString: value }), value)
    }
    say('TagResource', name, await client.tagResource({ SecretId: name, Tags: [{ Key: 'storm', Value: name }] }))
  }
}

function say(
  operation: AcknowledgedOfSecret['operation'],
  name: string,
  output: { VersionId?: string | undefined; $metadata: { requestId?: string | undefined } },
  value?: string,
): void {
  const version = value === undefined ? undefined : { id: output.VersionId ?? '', value }
  const requestId = output.$metadata.requestId ?? ''
  sayAtOnce({ of: 'secret', write: { operation, name, version, requestId } })
}

/** What is said has left this process when it dies. */
function sayAtOnce(acknowledged: Acknowledged): void {
  writeSync(1, `${JSON.stringify(acknowledged)}\n`)
}
