import { scopeFaults, signatureErrors } from './errors.ts'
import { type SigningScope, TERMINATOR } from './signing-key.ts'

/** A credential as it was sent, cut at its slashes: whose key signed, and for what. */
export interface Credential {
  readonly text: string
  readonly elements: readonly string[]
}

/** AWS ignores trailing slashes. */
export function splitCredential(text: string): Credential {
  let end = text.length
  while (text[end - 1] === '/') end--
  return { text, elements: text.slice(0, end).split('/') }
}

const REGION = /^([a-z]+-)+\d+$/
/** Longer than any Region that AWS has; ours, because each is kept in places. */
const MAX_REGION_LENGTH = 32

/** Any Region that is named like one: an installation serves whichever its clients are set to. */
export function isRegionName(text: string): boolean {
  return text.length <= MAX_REGION_LENGTH && REGION.test(text)
}

/** Rows 11 and 12a to 12d; the latter refuse every fault of the scope at once, in AWS's order. */
export function checkCredential(
  { text, elements }: Credential,
  expected: { service: string; timestamp: string },
): SigningScope & { accessKeyId: string } {
  if (elements.length !== 5) throw signatureErrors.credentialShape(text)
  const [accessKeyId, date, region, service, terminator] = elements as [string, string, string, string, string]
  const day = expected.timestamp.slice(0, 8)
  const faults: string[] = []
  if (!isRegionName(region)) faults.push(scopeFaults.region(region))
  if (service !== expected.service) faults.push(scopeFaults.service(expected.service))
  if (terminator !== TERMINATOR) faults.push(scopeFaults.terminator(terminator))
  if (date !== day) faults.push(scopeFaults.date(date, day, expected.timestamp))
  if (faults.length > 0) throw signatureErrors.scope(faults)
  return { accessKeyId, date, region, service }
}
