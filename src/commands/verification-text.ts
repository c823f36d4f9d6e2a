import type { Verification } from '../audit/verify-trail.ts'
import { paragraph } from './paragraph.ts'

/** Faults that are printed one by one; JSON has all of them. */
const SHOWN_FAULTS = 100

/** What was found, for a person: each fault a line of its own, then up to where the trail is proven and what nobody can know. */
export function verificationText(verification: Verification & { readonly waiting: number }, width: number): string {
  const { outcome, faults, rows, entries, entriesAfter, waiting } = verification
  const lines = faults.slice(0, SHOWN_FAULTS).map(({ message }) => message)
  if (faults.length > SHOWN_FAULTS) lines.push(`and ${faults.length - SHOWN_FAULTS} more`)
  const waits = waiting > 0 ? [`${count(waiting, 'entry', 'entries')} of changes not chained yet.`] : []
  const all = `${count(rows, 'row', 'rows')} with ${count(entries, 'entry', 'entries')}`
  if (outcome === 'altered')
    lines.push(`The trail was ALTERED: ${count(faults.length, 'fault', 'faults')} in ${all}.`, ...waits)
  else if (outcome === 'hashes')
    lines.push(
      `NOT PROVEN: the hashes of ${all} fit together, and who can write to the trail can compute them. Give the root key, a public key (--public-key) or a head kept elsewhere (--head).`,
      ...waits,
    )
  else lines.push(...provenLines(verification, all), afterLine(entriesAfter), ...waits, LIMIT)
  return lines.map((line) => paragraph(line, { width, hanging: 2 })).join('')
}

function provenLines({ proven, cut }: Verification, all: string): string[] {
  const removed = cut && `Rows up to ${cut.seq} were removed because of their age, by a cut signed at ${timeOf(cut)}.`
  if (!proven || proven.seq === 0) return [`The trail is intact: ${all}. No head has been signed yet.`]
  return [
    `The trail is intact: ${all}.`,
    ...(removed ? [removed] : []),
    `Proven up to row ${proven.seq}, by head ${proven.number} of ${timeOf(proven)}.`,
  ]
}

const timeOf = ({ at }: { readonly at: number }) => new Date(at).toISOString()

const afterLine = (entries: number) =>
  entries === 0
    ? 'Nothing came after it.'
    : `${count(entries, 'entry', 'entries')} after it: chained by hash alone until the next head.`

const LIMIT =
  'What was cut off behind the last head that is at hand cannot be seen here: compare with heads kept elsewhere (--head).'

const count = (number: number, one: string, many: string) => `${number} ${number === 1 ? one : many}`
