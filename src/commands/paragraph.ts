import { cells, printable } from './printable.ts'

const USUAL_WIDTH = 80

/** Columns of standard output; the usual ones where it is no terminal. */
export function outputWidth(): number {
  return process.stdout.columns || USUAL_WIDTH
}

export interface Lines {
  readonly width: number
  /** Columns before the first line. */
  readonly indent?: number
  /** Columns before the lines after it; as many as before the first when absent. */
  readonly hanging?: number
}

/**
 * A text broken between words into lines of at most the given width, the last one ended too. A longer word, such as an ARN, stands whole on a
 * line of its own, so that it can be copied. Whoever wrote the text: no character of it steers the terminal.
 */
export function paragraph(text: string, { width, indent = 0, hanging = indent }: Lines): string {
  const lines: string[] = []
  let line: string | undefined
  let used = 0
  for (const word of text.split(/\s+/).filter((part) => part !== '')) {
    const shown = printable(word)
    const taken = cells(shown)
    if (line !== undefined && used + 1 + taken <= width) {
      line += ` ${shown}`
      used += 1 + taken
      continue
    }
    if (line !== undefined) lines.push(line)
    const margin = lines.length === 0 ? indent : hanging
    line = ' '.repeat(margin) + shown
    used = margin + taken
  }
  return [...lines, line ?? ''].map((each) => `${each}\n`).join('')
}
