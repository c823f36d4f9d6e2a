import type { CloudTrailRecord } from '../audit/cloudtrail.ts'
import { cells, graphemes, printable } from './printable.ts'

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
  { title: 'WHO', least: 5, most: 24, of: who },
  { title: 'WHAT', least: 6, most: 26, of: (record) => record.eventName },
  { title: 'SECRET', least: 8, most: 80, of: subject },
  { title: 'OUTCOME', least: 7, most: 30, of: (record) => record.errorCode ?? 'ok' },
]

/** Records as a table that fits the given width: one line for each, times in UTC. */
export function trailTable(records: readonly CloudTrailRecord[], width: number): string {
  const time: Column =
    width >= WIDE
      ? { title: 'TIME (UTC)', least: 19, most: 19, of: (record) => record.eventTime.slice(0, 19).replace('T', ' ') }
      : { title: 'UTC', least: 8, most: 8, of: (record) => record.eventTime.slice(11, 19) }
  const shown = [time, ...columns]
  const gap = width >= WIDE ? '  ' : ' '
  const rows = [
    shown.map(({ title }) => title),
    ...records.map((record) => shown.map(({ of }) => printable(of(record)))),
  ]
  const widths = share(
    shown.map((column, index) => {
      const content = Math.max(...rows.map((row) => cells(row[index] ?? '')))
      return { least: Math.min(column.least, content), wanted: Math.min(column.most, content) }
    }),
    width - gap.length * (shown.length - 1),
  )
  const lines = rows.map((row) => row.map((text, index) => fit(text, widths[index] ?? 0)).join(gap))
  return lines.map((line) => `${cut(line.trimEnd(), width)}\n`).join('')
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

function who({ userIdentity }: CloudTrailRecord): string {
  const { userName, type, invokedBy, accountId } = userIdentity
  if (invokedBy !== undefined) return String(invokedBy).replace('.amazonaws.com', '')
  return String(userName ?? (type === 'Root' ? `root of ${accountId}` : userIdentity.arn))
}

/** What a record is about: the secret as the caller named it, or the resource that an event names. */
function subject({ requestParameters, responseElements, additionalEventData, resources }: CloudTrailRecord): string {
  const { secretId, name, secretIdList } = requestParameters ?? {}
  if (Array.isArray(secretIdList)) return secretIdList.length === 1 ? '1 secret' : `${secretIdList.length} secrets`
  const named = secretId ?? name ?? additionalEventData?.SecretId ?? resources?.[0]?.ARN ?? responseElements?.arn
  return named === undefined ? '-' : String(named).replace(/^arn:[^:]*:[^:]*:[^:]*:[^:]*:(secret:)?/, '')
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
