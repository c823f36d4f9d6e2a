import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { KMS } from '@aws-sdk/client-kms'
import { recordsOf } from '../../src/audit/cloudtrail.ts'
import type { Entry } from '../../src/audit/entry.ts'
import type { Trail } from '../../src/audit/trail.ts'
import {
  type Credentials,
  clientOf,
  iamOf,
  readCredentials,
  type Server,
  serve,
  temporaryFolder,
} from '../process/coffer.ts'
import { REGION, startApp } from '../start-app.ts'
import {
  type Answered,
  type Callers,
  FIRST_UNDER_KEY,
  KEY_ALIAS,
  nameOf,
  randomCall,
  randomFrom,
  SECRETS,
} from './random-calls.ts'

const CALLS = 10_000
const KILLS = 8
const CLIENTS = 12
/** Rows of the trail read at once. */
const PAGE = 500

test('ten thousand answered calls have their records, each exactly once, though the server was killed on the way', async () => {
  using folder = temporaryFolder()
  const dataDir = join(folder.path, 'data')
  const answered: Answered[] = []
  let denied: Credentials | undefined
  for (let round = 0; round < KILLS; round++) {
    const server = await serve(folder.path, ['--throttle', 'off'])
    const keys = readCredentials(join(folder.path, 'data.credentials'))
    const client = clientOf(server, keys)
    const kms = new KMS({ endpoint: server.url, region: REGION, credentials: keys, maxAttempts: 1 })
    if (round === 0) await prepare({ client, kms })
    denied ??= await reader(server, keys)
    const callers = { client, kms, denied: clientOf(server, denied) }
    answered.push(...(await killedAmong(callers, server, { seed: round, enough: CALLS / KILLS })))
    for (const each of Object.values(callers)) each.destroy()
  }
  assert.ok(answered.length >= CALLS, `${answered.length} calls`)
  await using app = await startApp({ dataDir, rootKey: { kind: 'file', path: `${dataDir}.key`, chosen: true } })
  await app.running.installation.trail.settle()
  check(answered, await everyEntry(app.running.installation.trail))
})

/** Secrets that calls are about, and a key. */
async function prepare({ client, kms }: Omit<Callers, 'denied'>): Promise<void> {
  const { KeyMetadata } = await kms.createKey({})
  await kms.createAlias({ AliasName: KEY_ALIAS, TargetKeyId: KeyMetadata?.KeyId })
  for (let number = 0; number < SECRETS; number++)
    await client.createSecret({
      Name: nameOf(number),
      SecretString: 'first',
      ...(number >= FIRST_UNDER_KEY && { KmsKeyId: KEY_ALIAS }),
    })
}

/** Credentials of a user who may read only some of the secrets, and use no key. */
async function reader(server: Server, keys: Credentials): Promise<Credentials> {
  const iam = iamOf(server, keys)
  const UserName = 'reader'
  await iam.createUser({ UserName })
  const Resource = Array.from(
    { length: SECRETS / 2 },
    (_, half) => `arn:aws:secretsmanager:*:*:secret:s/${half * 2}-??????`,
  )
  const PolicyDocument = JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      { Effect: 'Allow', Action: 'secretsmanager:BatchGetSecretValue', Resource: '*' },
      { Effect: 'Allow', Action: 'secretsmanager:GetSecretValue', Resource },
    ],
  })
  await iam.putUserPolicy({ UserName, PolicyName: 'some', PolicyDocument })
  const { AccessKey } = await iam.createAccessKey({ UserName })
  iam.destroy()
  return { accessKeyId: AccessKey?.AccessKeyId ?? '', secretAccessKey: AccessKey?.SecretAccessKey ?? '' }
}

/** What several clients were answered at the same time, until the server was killed among their calls. */
async function killedAmong(
  callers: Callers,
  server: Server,
  { seed, enough }: { readonly seed: number; readonly enough: number },
): Promise<Answered[]> {
  const answered: Answered[] = []
  let killed: ReturnType<Server['stop']> | undefined
  const client = async (index: number) => {
    const random = randomFrom(seed * CLIENTS + index)
    for (;;) {
      let call: Answered
      try {
        call = await randomCall(random, callers)
      } catch (error) {
        // Only the end of the server leaves a call without an answer.
        if (!killed) throw error
        return
      }
      answered.push(call)
      if (answered.length >= enough) killed ??= server.stop('SIGKILL')
    }
  }
  await Promise.all(Array.from({ length: CLIENTS }, (_, index) => client(index)))
  assert.equal((await killed)?.signal, 'SIGKILL')
  return answered
}

async function everyEntry(trail: Trail): Promise<Entry[]> {
  const entries: Entry[] = []
  for (let after = 0; ; ) {
    const rows = await trail.rows({ after, limit: PAGE })
    const last = rows.at(-1)
    if (!last) return entries
    entries.push(...rows.flatMap((row) => row.entries))
    after = last.seq
  }
}

function check(answered: readonly Answered[], entries: readonly Entry[]): void {
  const byId = Map.groupBy(entries, ({ id }) => id)
  for (const [id, found] of byId) assert.equal(found.length, 1, `${found[0]?.operation} ${id} has its records twice`)
  const eventIds = new Set<string>()
  let records = 0
  for (const entry of entries)
    for (const { eventID } of recordsOf(entry)) {
      eventIds.add(eventID)
      records++
    }
  assert.equal(eventIds.size, records, 'two records have one event id')
  for (const call of answered) {
    const [entry] = byId.get(call.requestId) ?? []
    assert.ok(entry, `${call.operation} ${call.requestId} was answered and has no record`)
    checkRecords(call, entry)
  }
}

/** A batch has its own record, one for each secret as it was asked for, and one for each use of a key that opened a value. */
function checkRecords({ operation, requestId, ids, opened = [] }: Answered, entry: Entry): void {
  const [own, ...others] = recordsOf(entry)
  assert.deepEqual([own?.eventName, own?.requestID], [operation, requestId])
  if (!ids) return
  const reads = others.filter(({ eventName }) => eventName === 'GetSecretValue')
  assert.deepEqual(
    reads.map(({ requestParameters }) => requestParameters?.secretId),
    ids,
  )
  const uses = others.filter(({ eventName, errorCode }) => eventName === 'Decrypt' && errorCode === undefined)
  assert.equal(uses.length, opened.length, `uses of keys in ${requestId}`)
}
