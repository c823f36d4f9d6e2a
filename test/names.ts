import { readFileSync } from 'node:fs'

/** The names in a file of test/names: one a line; a line that begins with a quotation mark is JSON. */
export function namesIn(file: 'valid.txt' | 'invalid.txt'): string[] {
  const lines = readFileSync(new URL(`names/${file}`, import.meta.url), 'utf8')
    .trimEnd()
    .split('\n')
  return lines.map((line) => (line.startsWith('"') ? JSON.parse(line) : line))
}
