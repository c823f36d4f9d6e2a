import { once } from 'node:events'
import type { CloudTrailRecord } from '../audit/cloudtrail.ts'
import { ConfigError } from '../config-error.ts'
import { jsonLine } from './json-line.ts'
import { outputWidth } from './paragraph.ts'
import { csvHeading, csvLine } from './trail-csv.ts'
import { TrailTable } from './trail-table.ts'

const formats = ['table', 'json', 'csv'] as const
export type TrailFormat = (typeof formats)[number]

/** How records are to be printed; a table on a terminal, JSON lines elsewhere, when nothing was said. Throws ConfigError. */
export function trailFormat(text: string | undefined): TrailFormat {
  if (text === undefined) return process.stdout.isTTY ? 'table' : 'json'
  const format = formats.find((one) => one === text)
  if (!format) throw new ConfigError(`Cannot use --format: ${text}: wanted ${formats.join(', ')}`)
  return format
}

/** Writes records to standard output, no faster than somebody reads them. */
export class TrailOutput {
  readonly #format: TrailFormat
  readonly #table: TrailTable
  #started = false
  #gone = false

  /** @param dated as TrailTable takes it */
  constructor(format: TrailFormat, dated: boolean) {
    this.#format = format
    this.#table = new TrailTable(outputWidth(), dated)
    for (const event of ['error', 'close'])
      process.stdout.once(event, () => {
        this.#gone = true
      })
  }

  /** True once nobody reads any more. */
  get isGone(): boolean {
    return this.#gone
  }

  /** Writes what stands above the records, and some of them. */
  async write(records: readonly CloudTrailRecord[]): Promise<void> {
    const text = this.#text(records)
    this.#started = true
    if (text === '' || this.#gone || process.stdout.write(text)) return
    const written = new AbortController()
    const ends = ['drain', 'error', 'close'].map((event) => once(process.stdout, event, { signal: written.signal }))
    await Promise.race(ends).catch(() => {})
    written.abort()
    await Promise.allSettled(ends)
  }

  #text(records: readonly CloudTrailRecord[]): string {
    if (this.#format === 'json') return records.map(jsonLine).join('')
    if (this.#format === 'table') return this.#table.add(records)
    return (this.#started ? '' : csvHeading) + records.map(csvLine).join('')
  }
}
