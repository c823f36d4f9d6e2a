import { createHash } from 'node:crypto'

/** Characters that the event ids of all records of a request have in common. */
export const EVENT_ID_BEGINNING = 8

/**
 * Id of a record: shaped as a UUID (version 8: made by a rule of one's own), always the same for the same record. It begins as all of its entry do,
 * so that an index of entries finds it.
 *
 * @param id of the entry
 * @param label what tells the records of one request apart
 */
export function eventId(id: string, label: string): string {
  const bytes = createHash('sha256').update(`${id}\n${label}`).digest().subarray(0, 16)
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x80, 6)
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8)
  const text = bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
  return eventIdBeginning(id) + text.slice(EVENT_ID_BEGINNING)
}

/** What the event ids of an entry begin with: as its own id does. */
export function eventIdBeginning(id: string): string {
  const [beginning] = /^[0-9a-f]{8}(?=-)/.exec(id) ?? []
  return beginning ?? createHash('sha256').update(id).digest('hex').slice(0, EVENT_ID_BEGINNING)
}
