import type { CloudTrailRecord } from '../audit/cloudtrail.ts'
import { cells, graphemes, printable } from './printable.ts'
import { targetShown, whoShown, withoutAccount } from './trail-columns.ts'

interface Column {
  readonly title: string
  /** Never narrower than this while the line has room at all. */
  readonly least: number
  readonly most: number
  of(record: CloudTrailRecord): string
}

/** A line of this many columns has room for dates. */
const WIDE = 100

const columns: readonly Column[] = [
  { title: 'WHO', least: 5, most: 48, of: whoShown },
  { title: 'WHAT', least: 6, most: 26, of: (record) => record.eventName },
  { title: 'TARGET', least: 8, most: 80, of: subject },
  { title: 'OUTCOME', least: 7, most: 30, of: (record) => record.errorCode ?? 'ok' },
]

const wholeTime = timeColumn('TIME (UTC)', 0, 19)
const timeOfYear = timeColumn('UTC', 5, 16)
const timeOfDay = timeColumn('UTC', 11, 19)

/** Part of a time such as 2026-05-03T17:51:02Z. */
function timeColumn(title: string, from: number, to: number): Column {
  const width = to - from
  return { title, least: width, most: width, of: ({ eventTime }) => eventTime.slice(from, to).replace('T', ' ') }
}

/** Records as a table that fits the given width: one line for each, times in UTC. */
export function trailTable(records: readonly CloudTrailRecord[], width: number): string {
  return new TrailTable(width, { isWhole: true }).add(records)
}

export interface TableForm {
  /** Whether the records may be of several days, and a narrow table has to tell them apart. */
  readonly isDated?: boolean
  /** Whether the first piece is all there is, so that no column need be wider than what stands in it. */
  readonly isWhole?: boolean
}

/** A table that is printed in pieces. The first one decides how wide its columns are. */
export class TrailTable {
  readonly #width: number
  readonly #gap: string
  readonly #columns: readonly Column[]
  readonly #isWhole: boolean
  #widths: readonly number[] | undefined

  constructor(width: number, { isDated = false, isWhole = false }: TableForm = {}) {
    this.#width = width
    this.#gap = width >= WIDE ? '  ' : ' '
    this.#columns = [width >= WIDE ? wholeTime : isDated ? timeOfYear : timeOfDay, ...columns]
    this.#isWhole = isWhole
  }

  /** The next lines, those of the titles before the first. */
  add(records: readonly CloudTrailRecord[]): string {
    const rows = records.map((record) => this.#columns.map(({ of }) => printable(of(record))))
    const first = this.#widths === undefined
    if (first) rows.unshift(this.#columns.map(({ title }) => title))
    this.#widths ??= this.#share(rows, records.length > 0)
    return rows.map((row) => this.#line(row)).join('')
  }

  /** Where nothing is known of what will come, every column may need as much as it may have. */
  #share(rows: readonly (readonly string[])[], isKnown: boolean): number[] {
    const wishes = this.#columns.map(({ least, most }, index) => {
      const content = isKnown ? Math.max(...rows.map((row) => cells(row[index] ?? ''))) : most
      const narrowest = this.#isWhole ? Math.min(least, content) : least
      return { least: narrowest, wanted: Math.max(narrowest, Math.min(most, content)) }
    })
    return share(wishes, this.#width - this.#gap.length * (this.#columns.length - 1))
  }

  #line(row: readonly string[]): string {
    const text = row.map((cell, index) => fit(cell, this.#widths?.[index] ?? 0)).join(this.#gap)
    return `${cut(text.trimEnd(), this.#width)}\n`
  }
}

/** Every column its least, then what is left to those that want more, a cell at a time. */
function share(wishes: readonly { least: number; wanted: number }[], total: number): number[] {
  const widths = wishes.map(({ least }) => least)
  let left = total - widths.reduce((sum, width) => sum + width, 0)
  for (let grown = true; grown && left > 0; ) {
    grown = false
    wishes.forEach(({ wanted }, index) => {
      const width = widths[index] ?? 0
      if (left <= 0 || width >= wanted) return
      widths[index] = width + 1
      left--
      grown = true
    })
  }
  return widths
}

function subject(record: CloudTrailRecord): string {
  return withoutAccount(targetShown(record) ?? '-')
}

function fit(text: string, width: number): string {
  const shown = cut(text, width)
  return shown + ' '.repeat(Math.max(0, width - cells(shown)))
}

/** The beginning of a text that is too long, with a sign that there is more. */
function cut(text: string, width: number): string {
  if (cells(text) <= width) return text
  let shown = ''
  let used = 0
  for (const { segment } of graphemes.segment(text)) {
    const wide = cells(segment)
    if (used + wide > width - 1) break
    shown += segment
    used += wide
  }
  return `${shown}…`
}
