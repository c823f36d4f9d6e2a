import type { AcknowledgedGap } from '../audit/fault.ts'
import { missingSince } from '../audit/gap.ts'
import type { Verification } from '../audit/verify-trail.ts'
import { paragraph } from './paragraph.ts'
import type { WholeVerification } from './verify-trail.ts'

/** Faults that are printed one by one; JSON has all of them. */
const SHOWN_FAULTS = 100

/** What was found, for a person: each fault a line of its own, then up to where the trail is proven and what nobody can know. */
export function verificationText(verification: WholeVerification, width: number): string {
  const { outcome, faults, missing, rows, entries, entriesAfter, waiting } = verification
  const lines = [...missing, ...faults.slice(0, SHOWN_FAULTS)].map(({ message }) => message)
  if (faults.length > SHOWN_FAULTS) lines.push(`and ${faults.length - SHOWN_FAULTS} more`)
  const waits = waiting > 0 ? [`${count(waiting, 'entry', 'entries')} of changes not chained yet.`] : []
  const all = `${count(rows, 'row', 'rows')} with ${count(entries, 'entry', 'entries')}`
  if (outcome === 'altered')
    lines.push(`The trail was ALTERED: ${count(faults.length, 'fault', 'faults')} in ${all}.`, ...waits)
  else if (outcome === 'incomplete') lines.push(...incompleteLines(verification), ...waits)
  else if (outcome === 'unsigned') lines.push(unsignedLine(rows, all), ...waits)
  else if (outcome === 'hashes')
    lines.push(
      `NOT PROVEN: the hashes of ${all} fit together, and who can write to the trail can compute them. Give the root key, a public key (--public-key) or a head kept elsewhere (--head).`,
      ...waits,
    )
  else lines.push(...provenLines(verification, all), afterLine(entriesAfter), ...waits, LIMIT)
  return lines.map((line) => paragraph(line, { width, hanging: 2 })).join('')
}

function incompleteLines({ missing }: WholeVerification): string[] {
  const since = missingSince(missing)
  const when = since === 'unknown' ? '' : ` since ${since}`
  return [
    `INCOMPLETE: records or changes are missing${when}. Put the right files back, or find out why; then stop the server and run: coffer trail acknowledge`,
  ]
}

const unsignedLine = (rows: number, all: string) =>
  rows === 0
    ? 'NOT PROVEN: the trail is empty. No signed head is there that could prove anything.'
    : `NOT PROVEN: no head has been signed yet that could prove ${all}. A server signs one within ten seconds.`

function provenLines({ proven, cut, gaps }: Pick<Verification, 'proven' | 'cut' | 'gaps'>, all: string): string[] {
  const removed = cut && `Rows up to ${cut.seq} were removed because of their age, by a cut signed at ${timeOf(cut)}.`
  return [
    `The trail is intact: ${all}.`,
    ...(removed ? [removed] : []),
    ...gaps.map(gapLine),
    ...(proven ? [`Proven up to row ${proven.seq}, by head ${proven.number} of ${timeOf(proven)}.`] : []),
  ]
}

function gapLine({ number, at, statement, after, to }: AcknowledgedGap): string {
  const rows = to > after ? [`rows ${after + 1} to ${to}`] : []
  const statements = number > statement + 1 ? [`statements ${statement + 1} to ${number - 1}`] : []
  const missing = [...rows, ...statements].join(' and ')
  return `The ${missing || 'rows of a gap'} are missing; the operator acknowledged it at ${timeOf({ at })}.`
}

const timeOf = ({ at }: { readonly at: number }) => new Date(at).toISOString()

const afterLine = (entries: number) =>
  entries === 0
    ? 'Nothing came after it.'
    : `${count(entries, 'entry', 'entries')} after it: chained by hash alone until the next head.`

const LIMIT =
  'What was cut off behind the last head that is at hand cannot be seen here: compare with heads kept elsewhere (--head).'

const count = (number: number, one: string, many: string) => `${number} ${number === 1 ? one : many}`
