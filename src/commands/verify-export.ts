import { statSync } from 'node:fs'
import { type ExportVerification, verifyExport as verify } from '../audit/export/verify-export.ts'
import { attempt, CommandError } from './command-error.ts'
import { jsonLine } from './json-line.ts'
import { outputWidth, paragraph } from './paragraph.ts'
import { publicKeyOf } from './trail-anchor.ts'

export interface VerifyExportOptions {
  readonly folder: string
  /** Public keys of the trail, each as `<version>:<base64>`. */
  readonly publicKeys: readonly string[]
  readonly json: boolean
}

const EXIT_CODES = { proven: 0, altered: 1, 'not vouched for': 2, empty: 2 } as const

/** Verifies exported files, without the installation that they are from. */
export async function verifyExport({ folder, publicKeys, json }: VerifyExportOptions): Promise<void> {
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory())
    throw new CommandError(`Cannot verify the export: ${folder}: there is no such folder`)
  const keys = publicKeys.length > 0 ? new Map(publicKeys.map(publicKeyOf)) : undefined
  const found = await attempt('Cannot verify the export', () => verify(folder, keys))
  const outcome = outcomeOf(found, keys !== undefined)
  process.stdout.write(json ? jsonLine({ outcome, ...found }) : textOf(outcome, found))
  process.exitCode = EXIT_CODES[outcome]
}

function outcomeOf({ faults, digests }: ExportVerification, hasKeys: boolean): keyof typeof EXIT_CODES {
  if (faults.length > 0) return 'altered'
  if (digests === 0) return 'empty'
  return hasKeys ? 'proven' : 'not vouched for'
}

function textOf(outcome: keyof typeof EXIT_CODES, { faults, digests, logFiles, records }: ExportVerification): string {
  const all = `${digests} digests, ${logFiles} files and ${records} records`
  const verdict = {
    altered: `The export was ALTERED: ${faults.length} faults in ${all}.`,
    empty: 'There is nothing in the export yet: no whole hour was exported to this folder.',
    proven: `The export is intact: ${all}.`,
    'not vouched for': `The export fits together: ${all}. Whose it is, only a public key of the trail shows (--public-key).`,
  }
  return [...faults, verdict[outcome]].map((line) => paragraph(line, { width: outputWidth(), hanging: 2 })).join('')
}
