import { styleText } from 'node:util'

/** How a text is meant. Colours appear only on a terminal that wants them. */
export type Tone = 'good' | 'bad' | 'faint' | 'strong' | 'plain'

export type Cell = string | { readonly text: string; readonly tone: Tone }

export interface Column {
  readonly title: string
  /** Narrower than this it is not worth having. */
  readonly least: number
  /** Long texts go on in the next line; otherwise they are cut. */
  readonly wraps?: boolean
  /** Left out where there is no room, the highest number first; a column without one always stays. */
  readonly spare?: number
}

export interface Table {
  readonly columns: readonly Column[]
  readonly rows: readonly (readonly Cell[])[]
}

const STYLES = { good: 'green', bad: 'red', faint: 'dim', strong: 'bold', plain: 'reset' } as const

export function tone(text: string, as: Tone): string {
  // Asks the stream and the environment (NO_COLOR) whether colours are wanted.
  return as === 'plain' ? text : styleText(STYLES[as], text, { stream: process.stdout })
}

/** Widest table, however wide the terminal. */
const MAX_WIDTH = 100
const DEFAULT_WIDTH = 80

/** Columns of the terminal; those of an ordinary one where the output goes elsewhere. */
export function terminalWidth(): number {
  const width = process.stdout.columns || Number(process.env.COLUMNS) || DEFAULT_WIDTH
  return Math.min(width, MAX_WIDTH)
}

/** The table as lines. Too narrow for columns, each row becomes a paragraph. */
export function renderTable(table: Table, width = terminalWidth()): string {
  const kept = keptColumns(table.columns, width)
  if (leastWidth(kept.map((index) => table.columns[index]!)) > width) return paragraphs(table, width)
  const columns = kept.map((index) => table.columns[index]!)
  const rows = table.rows.map((row) => kept.map((index) => cellOf(row[index])))
  const widths = shareWidth(columns, rows, width - overhead(columns.length))
  const heads = columns.map((column) => ({ text: column.title, tone: 'strong' as const }))
  const line = (left: string, middle: string, right: string) =>
    tone(left + widths.map((size) => BOX.flat.repeat(size + 2)).join(middle) + right, 'faint')
  return [
    line(BOX.topLeft, BOX.top, BOX.topRight),
    rowLines(columns, heads, widths),
    line(BOX.left, BOX.cross, BOX.right),
    ...rows.map((row) => rowLines(columns, row, widths)),
    line(BOX.bottomLeft, BOX.bottom, BOX.bottomRight),
  ].join('\n')
}

/** Text broken between words, and within a word only where it is longer than the line. */
export function wrapText(text: string, width: number): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    const joined = line === '' ? word : `${line} ${word}`
    if (joined.length <= width) {
      line = joined
      continue
    }
    if (line !== '') lines.push(line)
    line = word
    while (line.length > width) {
      const cut = breakPoint(line, width)
      lines.push(line.slice(0, cut))
      line = line.slice(cut)
    }
  }
  return [...lines, line]
}

/** A long name breaks best behind one of its separators. */
function breakPoint(text: string, width: number): number {
  const start = text.slice(0, width)
  const at = Math.max(...['/', ':', '-', ','].map((separator) => start.lastIndexOf(separator)))
  return at > width / 2 ? at + 1 : width
}

const LIGHT = '─│┌┬┐├┼┤└┴┘'
const ASCII = '-|+++++++++'
const BOX = boxOf(process.env.TERM === 'dumb' ? ASCII : LIGHT)

function boxOf(characters: string) {
  const [flat, bar, topLeft, top, topRight, left, cross, right, bottomLeft, bottom, bottomRight] = characters
  const box = { flat, bar, topLeft, top, topRight, left, cross, right, bottomLeft, bottom, bottomRight }
  return box as Record<keyof typeof box, string>
}

/** Bars and blanks around so many columns. */
const overhead = (columns: number) => 3 * columns + 1

const leastWidth = (columns: readonly Column[]) =>
  columns.reduce((sum, column) => sum + column.least, overhead(columns.length))

function keptColumns(columns: readonly Column[], width: number): number[] {
  let kept = columns.map((_, index) => index)
  while (leastWidth(kept.map((index) => columns[index]!)) > width) {
    const spare = Math.max(...kept.map((index) => columns[index]!.spare ?? 0))
    if (spare === 0) break
    kept = kept.filter((index) => columns[index]!.spare !== spare)
  }
  return kept
}

/** As wide as the texts are; where that is too much, the widest column gives first. */
function shareWidth(columns: readonly Column[], rows: readonly (readonly FullCell[])[], available: number): number[] {
  const widths = columns.map((column, index) =>
    Math.max(column.title.length, ...rows.map((row) => row[index]!.text.length)),
  )
  let excess = widths.reduce((sum, size) => sum + size, 0) - available
  while (excess > 0) {
    const shrinkable = widths.map((size, index) => (size > columns[index]!.least ? size : 0))
    const widest = shrinkable.indexOf(Math.max(...shrinkable))
    widths[widest]! -= 1
    excess--
  }
  return widths
}

interface FullCell {
  readonly text: string
  readonly tone: Tone
}

const cellOf = (cell: Cell | undefined): FullCell =>
  typeof cell === 'object' ? cell : { text: cell ?? '', tone: 'plain' }

function rowLines(columns: readonly Column[], row: readonly FullCell[], widths: readonly number[]): string {
  const cells = row.map(({ text }, index) => fit(text, columns[index]!, widths[index]!))
  const height = Math.max(...cells.map((lines) => lines.length))
  const bar = tone(BOX.bar, 'faint')
  return Array.from({ length: height }, (_, line) => {
    const texts = cells.map((lines, index) => tone((lines[line] ?? '').padEnd(widths[index]!), row[index]!.tone))
    return `${bar} ${texts.join(` ${bar} `)} ${bar}`
  }).join('\n')
}

function fit(text: string, { wraps = false }: Column, width: number): string[] {
  if (wraps) return wrapText(text, width)
  return [text.length <= width ? text : `${text.slice(0, width - 1)}…`]
}

function paragraphs({ columns, rows }: Table, width: number): string {
  const room = Math.max(10, width - 2)
  return rows
    .map((row) =>
      row
        .map(cellOf)
        .flatMap((cell, index) => {
          if (cell.text === '') return []
          const text = index === 0 ? cell.text : `${columns[index]!.title}: ${cell.text}`
          return wrapText(text, room).map((line) => tone(index === 0 ? line : `  ${line}`, cell.tone))
        })
        .join('\n'),
    )
    .join('\n')
}
