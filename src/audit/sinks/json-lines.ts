import type { Batch } from './sink.ts'

/** A batch as JSON lines: records as CloudTrail has them, and each head as the only member of an object. */
export function jsonLines({ records, heads }: Batch): string {
  const lines = [...records.map(({ json }) => json), ...heads.map((TrailHead) => JSON.stringify({ TrailHead }))]
  return lines.map((line) => `${line}\n`).join('')
}
