import { ExportFolder } from '../audit/export/export-folder.ts'
import { hourOf } from '../audit/export/layout.ts'
import { PUBLIC_KEYS_FILE, type PublishedKey, publishedKey } from '../audit/export/public-keys.ts'
import { type ExportState, STATE_FILE, TrailExport } from '../audit/export/trail-export.ts'
import { OpenError } from '../seal/aead.ts'
import { type ExportKey, makeExportKey, openExportKey } from '../seal/export-key.ts'
import type { Keyring } from '../seal/keyring.ts'
import { filesOf } from '../storage/data-directory.ts'
import { openTrail } from '../storage/read-chain.ts'
import { TrailReader } from '../storage/trail-reader.ts'
import { attempt, CommandError } from './command-error.ts'
import { type KeyringPlace, readKeyring } from './trail-anchor.ts'
import { verifyWhole } from './verify-trail.ts'

export interface ExportTrailOptions extends KeyringPlace {
  readonly output: string
  readonly bucket: string
  /** Milliseconds; the beginning of the trail when absent. Only for a folder that is new. */
  readonly since: number | undefined
  /** Milliseconds; now when absent. */
  readonly until: number | undefined
}

const DOING = 'Cannot export the trail'
/** The private key of the export, sealed. */
const KEY_FILE = 'coffer-export-key.json'
/** An hour is exported once it is over for so long: a row is written when the slowest request in it has its answer. */
const SETTLED_AFTER_MS = 5 * 60_000
const ROWS_AT_ONCE = 500

/**
 * Exports the proven part of the trail in CloudTrail's layout, whole hours only, also beside a running server; asked again, it goes on where it
 * was. Nothing is exported of a trail that was altered.
 */
export async function exportTrail(options: ExportTrailOptions): Promise<void> {
  const { dataDir, output } = options
  using trail = openTrail(dataDir)
  const { installation } = trail
  if (!installation) throw new CommandError(`${DOING}: ${dataDir}: there is no keyring in it`)
  const keyring = await attempt(DOING, () => readKeyring(options, installation))
  const publicKeys = keyring.publicKeys('trail')
  const verified = verifyWhole(trail, { installation: installation.id, publicKeys, isWholeKeyring: true, heads: [] })
  if (verified.outcome === 'altered')
    throw new CommandError(`${DOING}: ${dataDir}: it was altered. Run: coffer trail verify`)
  using reader = new TrailReader(filesOf(dataDir).trailPath)
  await attempt(`Cannot write the export: ${output}`, async () => {
    const folder = new ExportFolder(output)
    const before = await stateOf(folder, options, reader)
    if (!before) {
      process.stdout.write('There is nothing to export.\n')
      return
    }
    const key = await exportKey(folder, keyring, installation.id)
    const exporting = new TrailExport(folder, key, before)
    const lost = await exportRows(exporting, before, reader, verified.proven?.seq ?? 0, options.until ?? Date.now())
    if (lost > 0) process.stderr.write(`${lost} rows were removed by their age before they were exported.\n`)
    process.stdout.write(`Exported ${exporting.records} records of ${exporting.hours} hours to ${output}\n`)
  })
}

/** Number of rows that were not there any more. */
async function exportRows(
  exporting: TrailExport,
  { seq }: ExportState,
  reader: TrailReader,
  provenTo: number,
  until: number,
): Promise<number> {
  const end = hourOf(Math.min(until, Date.now() - SETTLED_AFTER_MS))
  let after = seq
  let lost = 0
  const addProven = async () => {
    for (;;) {
      const rows = await reader.rows({ after, before: provenTo + 1, limit: ROWS_AT_ONCE })
      if (rows.length === 0) return
      for (const row of rows) {
        if (!(await exporting.add(row, end))) return
        lost += row.seq - after - 1
        after = row.seq
      }
    }
  }
  await addProven()
  // What is not proven yet may belong to hours that are over.
  const [next] = await reader.rows({ after, limit: 1 })
  await exporting.finishBefore(next ? Math.min(end, hourOf(next.at)) : end)
  return lost
}

/** Where the export goes on, or begins; undefined where the trail holds nothing. */
async function stateOf(
  folder: ExportFolder,
  { bucket, since = 0, output }: ExportTrailOptions,
  reader: TrailReader,
): Promise<ExportState | undefined> {
  const found = (await folder.readJson(STATE_FILE)) as ExportState | undefined
  if (found && found.bucket !== bucket)
    throw new CommandError(
      `${DOING}: ${output}: its files name the bucket ${found.bucket}. Give --bucket ${found.bucket}.`,
    )
  if (found && since > found.hour)
    throw new CommandError(
      `${DOING}: ${output}: its chain of digests goes on from ${new Date(found.hour).toISOString()}. Choose another folder for a later part.`,
    )
  if (found) return found
  let last = 0
  for (;;) {
    const rows = await reader.rows({ after: last, limit: ROWS_AT_ONCE })
    const first = rows.find(({ at }) => at >= since)
    if (first) return { bucket, hour: hourOf(Math.max(first.at, since)), seq: first.seq - 1, digests: {} }
    if (rows.length === 0) return undefined
    last = rows.at(-1)?.seq ?? last
  }
}

/** The key of the folder; a new one where there is none, or the keyring does not open it any more. */
async function exportKey(folder: ExportFolder, keyring: Keyring, installation: string): Promise<ExportKey> {
  const sealer = keyring.sealer('trail')
  const stored = (await folder.readJson(KEY_FILE)) as { Fingerprint: string; Sealed: string } | undefined
  if (stored)
    try {
      return openExportKey(sealer, installation, stored.Fingerprint, Buffer.from(stored.Sealed, 'base64'))
    } catch (error) {
      if (!(error instanceof OpenError)) throw error
    }
  const { key, sealed } = await makeExportKey(sealer, installation)
  const published = (await folder.readJson(PUBLIC_KEYS_FILE)) as { PublicKeyList: readonly PublishedKey[] } | undefined
  const added = publishedKey(key, keyring.signer('trail'), installation, Date.now())
  // First the public part: what is signed must be provable.
  await folder.writeJson(PUBLIC_KEYS_FILE, { PublicKeyList: [...(published?.PublicKeyList ?? []), added] })
  await folder.writeJson(KEY_FILE, { Fingerprint: key.fingerprint, Sealed: sealed.toString('base64') })
  return key
}

/** A time as an option gives it: a date, or a date and time with its zone. Undefined for anything else. */
export function timeOf(text: string): number | undefined {
  const isTime = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d))?$/.test(text)
  const time = isTime ? Date.parse(text) : Number.NaN
  return Number.isNaN(time) ? undefined : time
}
