import { recordsOf } from '../audit/cloudtrail.ts'
import { readTrail } from '../storage/read-trail.ts'
import { trailTable } from './trail-table.ts'

export interface TrailOptions {
  readonly dataDir: string
  readonly limit: number
  readonly json: boolean
}

const USUAL_WIDTH = 80

/** Prints the newest records, the newest last: a table for a person, one JSON text a line for a program. */
export function trail({ dataDir, limit, json }: TrailOptions): void {
  const records = readTrail(dataDir, limit).flatMap(recordsOf).slice(-limit)
  const { stdout } = process
  if (json || !stdout.isTTY) stdout.write(records.map((record) => `${jsonLine(record)}\n`).join(''))
  else if (records.length === 0) stdout.write('The trail is empty.\n')
  else stdout.write(trailTable(records, stdout.columns || USUAL_WIDTH))
}

/** JSON leaves some control characters as they are; a terminal may obey them. */
function jsonLine(record: unknown): string {
  return JSON.stringify(record).replace(
    /[\x7f-\x9f\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
