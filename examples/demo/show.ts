import type { APIErrorType, Filter, SecretValueEntry } from '@aws-sdk/client-secrets-manager'
import type { TrailRecord } from './records.ts'
import type { DemoSecret } from './secrets.ts'
import { type Cell, renderTable, type Table, terminalWidth, tone, wrapText } from './tables.ts'

/** Bytes of a binary value that are shown. */
const SHOWN_BYTES = 8

export function heading(number: number, text: string): void {
  const lines = wrapText(`${number}. ${text}`, terminalWidth())
  console.log(`\n${lines.map((line) => tone(line, 'strong')).join('\n')}\n`)
}

export function note(text: string): void {
  console.log(wrapText(text, terminalWidth()).join('\n'))
}

export function command(text: string): void {
  console.log(tone(`  ${text}`, 'good'))
}

export function show(table: Table): void {
  console.log(renderTable(table))
}

export function secretsTable(secrets: readonly DemoSecret[]): Table {
  return {
    columns: [
      { title: 'secret', least: 21, wraps: true },
      { title: 'kind', least: 8 },
      { title: 'versions', least: 8, spare: 3 },
      { title: 'tags', least: 13, spare: 2 },
      { title: 'remark', least: 11, spare: 1, wraps: true },
    ],
    rows: secrets.map((secret) => [
      secret.name,
      secret.kind,
      String(secret.values.length || '–'),
      Object.values(secret.tags).join(' '),
      remarkOf(secret),
    ]),
  }
}

function remarkOf({ markedForDeletion, newestLabel, values }: DemoSecret): Cell {
  if (markedForDeletion) return { text: 'marked for deletion', tone: 'bad' }
  if (newestLabel) return { text: `AWSPREVIOUS ${newestLabel}`, tone: 'faint' }
  return values.length > 1 ? { text: 'AWSPREVIOUS', tone: 'faint' } : ''
}

export function valuesTable(values: readonly SecretValueEntry[]): Table {
  return {
    columns: [
      { title: 'secret', least: 16, wraps: true },
      { title: 'value', least: 16, wraps: true },
      { title: 'labels', least: 11, spare: 1, wraps: true },
    ],
    rows: values.map((value) => [
      { text: value.Name ?? '', tone: 'good' },
      valueText(value),
      (value.VersionStages ?? []).join(' '),
    ]),
  }
}

function valueText({ SecretString, SecretBinary }: SecretValueEntry): string {
  if (SecretString !== undefined) return SecretString
  const bytes = Buffer.from(SecretBinary ?? [])
  const start = bytes
    .subarray(0, SHOWN_BYTES)
    .toString('hex')
    .replace(/..(?=.)/g, '$& ')
  return `${start} … ${bytes.length} bytes`
}

export function errorsTable(errors: readonly APIErrorType[]): Table {
  return {
    columns: [
      { title: 'asked for', least: 14, wraps: true },
      { title: 'failed with', least: 16 },
      { title: 'because', least: 18, wraps: true },
    ],
    rows: errors.map(({ SecretId = '', ErrorCode = '', Message = '' }) => [
      SecretId,
      { text: ErrorCode.replace(/Exception$/, ''), tone: 'bad' },
      Message,
    ]),
  }
}

export function filtersTable(filters: readonly Filter[]): Table {
  return {
    columns: [
      { title: 'filter', least: 11 },
      { title: 'finds a secret when', least: 20, wraps: true },
    ],
    rows: filters.map(({ Key = 'all', Values = [] }) => [Key, `${MEANINGS[Key]} ${Values.map(meaning).join(' or ')}`]),
  }
}

const MEANINGS: Readonly<Record<string, string>> = {
  'tag-value': 'a tag begins with',
  description: 'the description has words that begin with',
  name: 'the name begins with',
}

const meaning = (value: string) => (value.startsWith('!') ? `anything but ${value.slice(1)}` : value)

/** One page of a filtered list. */
export interface ShownPage {
  readonly found: readonly string[]
  readonly failed: number
  readonly more: boolean
}

export function pagesTable(pages: readonly ShownPage[]): Table {
  return {
    columns: [
      { title: 'page', least: 4 },
      { title: 'secrets', least: 22, wraps: true },
      { title: 'errors', least: 6, spare: 1 },
      { title: 'NextToken', least: 9, spare: 2 },
    ],
    rows: pages.map(({ found, failed, more }, index) => [
      String(index + 1),
      found.join(', ') || '–',
      failed > 0 ? { text: String(failed), tone: 'bad' } : '0',
      more ? 'yes' : { text: 'no, the end', tone: 'good' },
    ]),
  }
}

export function recordsTable(records: readonly TrailRecord[]): Table {
  return {
    columns: [
      { title: 'UTC', least: 8, spare: 2 },
      { title: 'record', least: 19, spare: 1 },
      { title: 'secret', least: 18, wraps: true },
      { title: 'outcome', least: 16 },
    ],
    rows: records.map((record) => [
      { text: record.eventTime.slice(11, 19), tone: 'faint' },
      record.eventName,
      subjectOf(record),
      record.errorCode
        ? { text: record.errorCode.replace(/Exception$/, ''), tone: 'bad' }
        : { text: 'ok', tone: 'good' },
    ]),
  }
}

function subjectOf({ requestParameters }: TrailRecord): string {
  const { secretId, name, secretIdList } = requestParameters ?? {}
  if (Array.isArray(secretIdList)) return `${secretIdList.length} ids`
  return String(secretId ?? name ?? '–').replace(/^arn:.*:secret:/, '…:')
}

/** How many records of each kind there are, the most frequent first. */
export function countsTable(records: readonly TrailRecord[]): Table {
  const counts = Map.groupBy(records, ({ eventName }) => eventName)
  const rows = [...counts].toSorted(([, left], [, right]) => right.length - left.length)
  return {
    columns: [
      { title: 'record', least: 14 },
      { title: 'count', least: 5 },
      { title: 'refused', least: 7, spare: 1 },
    ],
    rows: rows.map(([name, of]) => [
      name,
      String(of.length),
      String(of.filter(({ errorCode }) => errorCode !== undefined).length),
    ]),
  }
}
