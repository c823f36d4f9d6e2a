import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { ServiceParts } from '../../src/app/service-parts.ts'
import { createServices } from '../../src/app/services.ts'
import { type CloudTrailRecord, recordsOf } from '../../src/audit/cloudtrail.ts'
import type { Entry } from '../../src/audit/entry.ts'
import { type PreparedApp, startPrepared } from '../examples/all-examples.ts'
import { send } from '../examples/example.ts'

// Harm prevented: an operation whose record holds too much, too little or something else than CloudTrail has, because nobody looked. What is
// expected stands in expected/; `node --test --test-update-snapshots` writes it anew, to be read before it is committed.

const MANY = 10_000

/** What differs from run to run, and what stands for it in the expected records; in this order. */
const CHANGING: readonly (readonly [RegExp, string])[] = [
  [/\bmrk-[0-9a-f]{32}\b/g, 'mrk-{hex}'],
  [/\b[0-9a-f]{64}\b/g, '{hex}'],
  [/\b(?!00000000)[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g, '{uuid}'],
  [/(:secret:[\w-]+)-[A-Za-z0-9]{6}\b/g, '$1-{suffix}'],
  [/\b[A-Z][a-z]{2} \d{1,2}, \d{4} \d{1,2}:\d\d:\d\d [AP]M\b/g, '{date}'],
  [/\b(AKIA|ASIA|AIDA|AROA|AGPA|ANPA|AIPA)(?!TEST)[A-Z0-9]{16,}\b/g, '$1{id}'],
  [/hmac-sha256:[\w-]{50}/g, 'hmac-sha256:{mac}'],
  [/"MII[A-Za-z0-9+/]{100,}={0,2}"/g, '"{base64}"'],
]

/** What of a record depends on the operation. */
function essence(record: CloudTrailRecord) {
  const { eventName, eventType, awsRegion, readOnly, requestParameters, responseElements } = record
  const { additionalEventData, resources, errorCode } = record
  const parts = { eventName, eventType, awsRegion, readOnly, errorCode, requestParameters, responseElements }
  return { ...parts, additionalEventData, resources }
}

/** The text of expected records: one a line, behind its operation. */
function written(records: readonly (readonly [operation: string, record: object])[]): string {
  let text = records.map(([operation, record]) => `${operation} ${JSON.stringify(record)}\n`).join('')
  for (const [changing, instead] of CHANGING) text = text.replace(changing, instead)
  return text
}

describe('the records of every operation', () => {
  let prepared: PreparedApp
  const entries = new Map<string, readonly Entry[]>()
  before(async () => {
    prepared = await startPrepared()
    const { app, examples } = prepared
    const ids = new Map<string, string>()
    for (const example of examples) {
      const { requestId, error } = await send(app, example)
      assert.equal(error?.name, example.refused, `${example.service} ${example.operation}: ${error?.message}`)
      ids.set(`${example.service} ${example.operation}`, requestId)
    }
    const byId = Map.groupBy(await app.trail(MANY), ({ id }) => id)
    for (const [name, id] of ids) entries.set(name, byId.get(id) ?? [])
  })
  after(() => prepared.app.close())

  test('are there, each once', () => {
    // Services are made of parts that only their operations use.
    const services = createServices({} as ServiceParts)
    const names = services.flatMap(({ signingName, operations }) =>
      [...operations.keys()].map((operation) => `${signingName} ${operation}`),
    )
    assert.deepEqual([...entries.keys()].toSorted(), names.toSorted(), 'every operation has an example')
    for (const [name, found] of entries) assert.equal(found.length, 1, name)
  })

  for (const service of ['secretsmanager', 'kms', 'iam', 'sts', 'cloudtrail', 'coffer'])
    test(`of ${service} are as expected`, (context) => {
      const records = [...entries]
        .filter(([name]) => name.startsWith(`${service} `))
        .toSorted(([a], [b]) => (a < b ? -1 : 1))
        .flatMap(([name, found]) => found.flatMap(recordsOf).map((record) => [name.split(' ')[1], essence(record)]))
      const path = fileURLToPath(new URL(`expected/${service}.txt`, import.meta.url))
      context.assert.fileSnapshot(records, path, { serializers: [written] })
    })

  test('say who called, and have ids of their own', () => {
    const records = [...entries.values()].flat().flatMap(recordsOf)
    const ids = records.map(({ eventID }) => eventID)
    assert.equal(new Set(ids).size, ids.length)
    const callers = new Set(records.map(({ userIdentity }) => userIdentity.type))
    assert.deepEqual([...callers].map(String).toSorted(), ['IAMUser', 'WebIdentityUser', 'undefined'])
  })

  test('have null or members, and never an empty object', () => {
    const records = [...entries.values()].flat().flatMap(recordsOf)
    for (const { requestParameters, responseElements } of records)
      for (const members of [requestParameters, responseElements]) assert.notDeepEqual(members, {})
  })
})
