import type { RootKeySource } from '../root-key-source.ts'
import { quoted } from './notes.ts'

export interface RotatedRootKey {
  readonly dataDir: string
  readonly fingerprint: string
  /** Where the new root key is. */
  readonly source: RootKeySource
  /** Path of a key file that was made for it. */
  readonly made?: string | undefined
  /** Where the old key is kept. */
  readonly kept?: string | undefined
}

/** What a person is to know and do once the root key has been rotated. Short lines: they are read in narrow terminals too. */
export function rotatedRootKey({ dataDir, fingerprint, source, made, kept }: RotatedRootKey): string {
  const inPlace = kept !== undefined
  return [
    `Rotated the root key. It is now\n\n  ${fingerprint}\n`,
    made === undefined ? '' : `\nIt was made just now.\n`,
    inPlace ? '' : `\nFrom now on start Coffer with\n\n  ${optionOf(source)}\n`,
    `\nBackups from before open with the old\nkey alone. Keep it as long as you keep\nthem, then destroy it`,
    inPlace ? `:\n\n  shred -u ${quoted(kept)}\n` : '.\n',
    source.kind === 'kms' ? '' : `\nKeep a copy of the new one elsewhere:\nrun\n\n  ${exporting(dataDir, source)}\n`,
  ].join('')
}

/** The whole command: run for another folder it would export another key. */
function exporting(dataDir: string, source: RootKeySource): string {
  const command = `coffer root-key export --data-dir ${quoted(dataDir)}`
  const isFound = source.kind === 'value' || (source.kind === 'file' && source.path === `${dataDir}.key`)
  return isFound ? command : `${command} ${optionOf(source)}`
}

function optionOf(source: RootKeySource): string {
  if (source.kind === 'file') return `--root-key-file ${quoted(source.path)}`
  if (source.kind === 'kms') {
    const { hostname, origin } = source.endpoint
    const elsewhere = /\.amazonaws\.com(?:\.cn)?$/.test(hostname) ? '' : ` --root-key-kms-endpoint ${origin}`
    return `--root-key-kms-key ${source.key}${elsewhere}`
  }
  if (source.kind === 'credential') return `--root-key-systemd-credential ${source.name}`
  return 'the new one in COFFER_ROOT_KEY'
}
