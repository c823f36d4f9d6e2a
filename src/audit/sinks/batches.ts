import { type CloudTrailRecord, recordsOf } from '../cloudtrail.ts'
import type { Entry } from '../entry.ts'
import type { TrailHead, TrailRow } from '../trail.ts'
import type { Batch, OutgoingRecord } from './sink.ts'

/** Records delivered together at most: making them ready takes a few milliseconds, and in between requests are answered. */
export const BATCH_RECORDS = 250
/** Characters of JSON in one batch, unless a record alone has more: receivers often take no more than a megabyte at once. */
export const BATCH_CHARACTERS = 500_000

const ITEM_OPERATION = 'GetSecretValue'

/** Rows as records, in batches of a bounded size; the heads come with the last. */
export function* batchesOf(rows: readonly TrailRow[], heads: readonly TrailHead[]): Generator<Batch> {
  let records: OutgoingRecord[] = []
  let size = 0
  for (const { entries } of rows)
    for (const entry of entries)
      for (const outgoing of outgoingRecords(entry)) {
        const full = records.length >= BATCH_RECORDS || size + outgoing.json.length > BATCH_CHARACTERS
        if (full && records.length > 0) {
          yield { records, heads: [] }
          records = []
          size = 0
        }
        records.push(outgoing)
        size += outgoing.json.length
      }
  if (records.length > 0 || heads.length > 0) yield { records, heads }
}

/** The records of an entry, with what it knows of their secrets. */
export function outgoingRecords(entry: Entry): OutgoingRecord[] {
  const found = new Map(entry.items?.map(({ id, arn }) => [id, arn]))
  return recordsOf(entry).map((record) => ({
    record,
    json: JSON.stringify(record),
    at: entry.at,
    secretArn: secretArnOf(record, entry, found),
    isCopy: record.sharedEventID !== undefined && record.recipientAccountId !== entry.caller.account,
  }))
}

function secretArnOf(
  { eventName, requestParameters, eventSource, additionalEventData }: CloudTrailRecord,
  entry: Entry,
  found: ReadonlyMap<string, string | undefined>,
): string | undefined {
  if (!eventSource.startsWith('secretsmanager.')) return undefined
  const id = requestParameters?.secretId
  if (eventName === ITEM_OPERATION && typeof id === 'string' && found.has(id)) return found.get(id)
  if (eventName === entry.operation) return entry.arn
  const named = additionalEventData?.SecretId
  return typeof named === 'string' ? named : undefined
}
