import { serviceEntry } from '../app/service-entry.ts'
import { type Gap, missingSince } from '../audit/gap.ts'
import { AlteredTrailError } from '../audit/head-signer.ts'
import type { Installation } from '../open-installation.ts'
import { openTrail } from '../storage/read-chain.ts'
import { CommandError } from './command-error.ts'
import { outputWidth, paragraph } from './paragraph.ts'
import type { KeyringPlace } from './trail-anchor.ts'
import { verifyWhole } from './verify-trail.ts'
import { withInstallation } from './with-installation.ts'

export interface AcknowledgeOptions extends KeyringPlace {
  /** Why it is acknowledged, for the record. */
  readonly reason: string | undefined
}

const DOING = 'Cannot acknowledge the gap'

/** Acknowledges that records or changes are missing; offline, with the root key. */
export function acknowledgeGap({ reason, ...place }: AcknowledgeOptions): Promise<void> {
  return withInstallation(place, DOING, async (installation) => {
    const gap = await acknowledge(installation, reason)
    const width = outputWidth()
    for (const { message } of gap?.findings ?? []) process.stdout.write(paragraph(message, { width, hanging: 2 }))
    const done = gap
      ? 'Acknowledged and recorded. Heads of the trail are signed again.'
      : 'There is nothing to acknowledge: store.db and trail.db fit together.'
    process.stdout.write(paragraph(done, { width }))
  })
}

/** Leaves a record and signs; returns the gap that was acknowledged, undefined when there is none. Throws CommandError for an altered trail. */
export async function acknowledge(installation: Installation, reason: string | undefined): Promise<Gap | undefined> {
  const { gap } = installation.heads
  if (!gap) return undefined
  assertOnlyMissing(installation)
  try {
    await installation.heads.acknowledgeGap(() => record(installation, gap, reason))
  } catch (error) {
    if (error instanceof AlteredTrailError) throw alteredAsWell(installation, error.what)
    throw error
  }
  return gap
}

/** What was altered cannot be acknowledged: a signature on top would vouch for it. Throws CommandError. */
function assertOnlyMissing({ dataDir, id, keyring }: Installation): void {
  using trail = openTrail(dataDir)
  const publicKeys = keyring.current.publicKeys('trail')
  const { faults } = verifyWhole(trail, { installation: id, publicKeys, isWholeKeyring: true, heads: [] })
  const altered = faults.find(({ isMissing }) => !isMissing)
  if (altered) throw alteredAsWell({ dataDir }, altered.message)
}

const alteredAsWell = ({ dataDir }: Pick<Installation, 'dataDir'>, what: string) =>
  new CommandError(
    `${DOING}: ${dataDir}: something in the trail was altered as well: ${what}. Keep trail.db as evidence, move it away, and run this again.`,
  )

/** The record is in the trail, in one transaction with the store's counter, before anything is signed. */
async function record(
  { identities, trail, trailMark }: Installation,
  gap: Gap,
  reason: string | undefined,
): Promise<void> {
  const [account = ''] = await identities.accounts()
  const parameters = {
    Missing: gap.findings.map(({ message }) => message),
    MissingSince: missingSince(gap.findings),
    FoundAt: new Date(gap.foundAt).toISOString(),
    Reason: reason,
  }
  const event = {
    service: 'coffer',
    operation: 'AcknowledgeTrailGap',
    by: 'coffer',
    region: 'us-east-1',
    at: Date.now(),
  }
  const newest = await trail.newestStatement('head')
  await trail.append(serviceEntry({ ...event, account, parameters }), [trailMark.raiseCommits(newest?.detail ?? 0)])
}
