import { createHash } from 'node:crypto'

/**
 * Id of a record: shaped as a UUID (version 8: made by a rule of one's own), always the same for the same record.
 *
 * @param label what tells the records of one request apart
 */
export function eventId(requestId: string, label: string): string {
  const bytes = createHash('sha256').update(`${requestId}\n${label}`).digest().subarray(0, 16)
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x80, 6)
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8)
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}
