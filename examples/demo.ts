import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { paginateBatchGetSecretValue, SecretsManager } from '@aws-sdk/client-secrets-manager'
import { readTrail } from './demo/records.ts'
import { createDemoSecret, demoSecrets } from './demo/secrets.ts'
import { startTemporaryServer, type TemporaryServer } from './demo/server.ts'
import {
  command,
  countsTable,
  errorsTable,
  filtersTable,
  heading,
  note,
  pagesTable,
  recordsTable,
  secretsTable,
  show,
  valuesTable,
} from './demo/show.ts'

// The main job, from the outside: a real server, the official SDK, secrets of every kind, batch reads, and the records they leave.

const REGION = 'eu-central-1'
const FILTER_PAGE = 4

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** Told to stop, or nobody reads any more. */
class Interrupted extends Error {
  readonly signal: NodeJS.Signals | undefined
  constructor(signal?: NodeJS.Signals) {
    super(`stopped by ${signal}`)
    this.signal = signal
  }
}

const interrupted = Promise.withResolvers<never>()
for (const signal of SIGNALS) process.once(signal, () => interrupted.reject(new Interrupted(signal)))
process.stdout.on('error', () => interrupted.reject(new Interrupted()))

const cleanUp = new AsyncDisposableStack()
let signal: NodeJS.Signals | undefined
try {
  await Promise.race([run(), interrupted.promise])
} catch (error) {
  signal = error instanceof Interrupted ? error.signal : undefined
  if (error instanceof Interrupted && !signal) process.exitCode = 0
  else fail(error)
}
await cleanUp.disposeAsync()
for (const name of SIGNALS) process.removeAllListeners(name)
// Ends as a program does that was told to.
if (signal) process.kill(process.pid, signal)

function fail(error: unknown): void {
  process.stderr.write(`\ndemo: ${error instanceof Error ? error.message : error}\n`)
  process.exitCode = 1
}

async function run(): Promise<void> {
  heading(1, 'A durable server in a temporary folder')
  const server = await startTemporaryServer(cleanUp)
  const { url, credentials, dataDir } = server
  const client = new SecretsManager({ region: REGION, endpoint: url, credentials })
  cleanUp.defer(() => client.destroy())
  command(`coffer serve --data-dir ${dataDir} --port 0`)
  note(`\nIt listens on ${url} and takes nothing without a valid signature.`)

  heading(2, `${demoSecrets.length} secrets of every kind`)
  const arns = new Map<string, string>()
  for (const secret of demoSecrets) arns.set(secret.name, await createDemoSecret(client, secret))
  show(secretsTable(demoSecrets))

  heading(3, 'BatchGetSecretValue by a list: 20 ids, some of them wrong')
  await readByList(client, arns)

  heading(4, 'BatchGetSecretValue by filters, through all pages')
  await readByFilters(client)

  heading(5, 'What is on the disk, and the records that were left')
  await readDisk(server)

  heading(6, 'Go on')
  goOn()
}

/** Names, a whole ARN and an ARN without its suffix; six ids that cannot be read, each for another reason. */
async function readByList(client: SecretsManager, arns: ReadonlyMap<string, string>): Promise<void> {
  const arn = (name: string) => arns.get(name) ?? ''
  const SecretIdList = [
    'prod/shop/database',
    'prod/shop/cache',
    'prod/shop/payment',
    'prod/shop/payments',
    'prod/shop/mail',
    'prod/shop/session-key',
    'prod/shop/partner',
    'prod/shop/rotating',
    'prod/shop/old-ftp',
    arn('prod/billing/database'),
    arn('prod/billing/cert').slice(0, -'-XXXXXX'.length),
    arn('prod/billing/tax-api').replace(REGION, 'us-east-1'),
    'prod/billing/tax api',
    'test/shop/database',
    'test/shop/cache',
    'test/shop/session-key',
    'test/billing/cert',
    'dev/shop/banner',
    'dev/shop/database',
    'Dev/shop/database',
  ]
  const start = performance.now()
  const { SecretValues = [], Errors = [] } = await client.batchGetSecretValue({ SecretIdList })
  const milliseconds = Math.round(performance.now() - start)
  note(`One request, ${milliseconds} ms: ${SecretValues.length} values came back.`)
  show(valuesTable(SecretValues))
  note(`\n${Errors.length} ids failed, each for itself; the call did not:`)
  show(errorsTable(Errors))
}

async function readByFilters(client: SecretsManager): Promise<void> {
  const Filters = [
    { Key: 'tag-value' as const, Values: ['prod', 'test'] },
    { Key: 'description' as const, Values: ['database', 'key'] },
    { Key: 'name' as const, Values: ['!test/billing'] },
  ]
  note('All of these filters at once, and four secrets a page:')
  show(filtersTable(Filters))
  console.log()
  const pages = []
  const errors = []
  for await (const page of paginateBatchGetSecretValue({ client, pageSize: FILTER_PAGE }, { Filters })) {
    const { SecretValues = [], Errors = [], NextToken } = page
    pages.push({
      found: SecretValues.map(({ Name = '' }) => Name),
      failed: Errors.length,
      more: NextToken !== undefined,
    })
    errors.push(...Errors)
  }
  show(pagesTable(pages))
  note('\nWhat matched and could not be read, by its ARN:')
  show(errorsTable(errors))
}

async function readDisk({ dataDir }: TemporaryServer): Promise<void> {
  const values = demoSecrets.flatMap(({ values }) =>
    values.map((value) => Object.values(value)[0] as string | Uint8Array),
  )
  const files = readdirSync(dataDir)
  const found = files.flatMap((file) => {
    const content = readFileSync(join(dataDir, file))
    return values.filter((value) => content.includes(value))
  })
  if (found.length > 0) throw new Error(`${found.length} values stand in the data directory in the clear`)
  note(`Searched ${files.join(', ')} for all ${values.length} values: none is there in the clear.`)

  const records = await readTrail(dataDir)
  const batch = records.find(({ eventName }) => eventName === 'BatchGetSecretValue')
  const by = `${batch?.userIdentity.userName} from ${batch?.sourceIPAddress}`
  note(`\ncoffer trail shows ${records.length} records. Those of the batch by a list, all by ${by}:`)
  show(recordsTable(records.filter(({ requestID }) => requestID === batch?.requestID)))
  note('\nAll of them:')
  show(countsTable(records))
}

function goOn(): void {
  note('The demo removes everything it made. A Coffer of your own:')
  command('npm start')
  note('\nThen, in another terminal in this folder, with the AWS CLI:')
  command('export AWS_SHARED_CREDENTIALS_FILE=$PWD/coffer-data.credentials')
  command('export AWS_ENDPOINT_URL=http://127.0.0.1:4566')
  command('export AWS_ENDPOINT_URL_STS=http://127.0.0.1:4566')
  command('export AWS_REGION=us-east-1 AWS_DEFAULT_REGION=us-east-1')
  command('aws secretsmanager create-secret --name first --secret-string hello')
  command('aws secretsmanager batch-get-secret-value --secret-id-list first')
  note('\nThe same variables serve boto3 and every other AWS SDK.')
  note('Without AWS_ENDPOINT_URL_STS, the Go SDK sends the tokens of roles to AWS. Who did what:')
  command('node bin/coffer.js trail')
}
