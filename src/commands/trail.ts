import { recordsOf } from '../audit/cloudtrail.ts'
import { TrailFiles } from '../storage/trail-files.ts'
import { jsonLine } from './json-line.ts'
import { outputWidth } from './paragraph.ts'
import { trailTable } from './trail-table.ts'

export interface TrailOptions {
  readonly dataDir: string
  readonly limit: number
  readonly json: boolean
}

/** Prints the newest records, the newest last: a table for a person, one JSON text a line for a program. */
export function trail({ dataDir, limit, json }: TrailOptions): void {
  using files = new TrailFiles(dataDir)
  const records = files.newest(limit).flatMap(recordsOf).slice(-limit)
  const { stdout } = process
  if (json || !stdout.isTTY) stdout.write(records.map(jsonLine).join(''))
  else if (records.length === 0) stdout.write('The trail is empty.\n')
  else stdout.write(trailTable(records, outputWidth()))
}
