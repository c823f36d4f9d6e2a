import type { RootKeySource } from '../root-key-source.ts'
import { quoted } from './notes.ts'

export interface RotatedRootKey {
  readonly fingerprint: string
  /** Where the new root key is. */
  readonly source: RootKeySource
  /** Path of a key file that was made for it. */
  readonly made?: string | undefined
  /** Where the old key is kept. */
  readonly kept?: string | undefined
}

/** What a person is to know and do once the root key has been rotated. Short lines: they are read in narrow terminals too. */
export function rotatedRootKey({ fingerprint, source, made, kept }: RotatedRootKey): string {
  const inPlace = kept !== undefined
  return [
    `Rotated the root key. It is now\n\n  ${fingerprint}\n`,
    made === undefined ? '' : `\nIt was made just now.\n`,
    inPlace ? '' : `\nFrom now on start Coffer with\n\n  ${optionOf(source)}\n`,
    `\nBackups from before open with the old\nkey alone. Keep it as long as you keep\nthem, then destroy it`,
    inPlace ? `:\n\n  shred -u ${quoted(kept)}\n` : '.\n',
    source.kind === 'kms' ? '' : `\nKeep a copy of the new one elsewhere:\nrun\n\n  coffer root-key export\n`,
  ].join('')
}

function optionOf(source: RootKeySource): string {
  if (source.kind === 'file') return `--root-key-file ${quoted(source.path)}`
  if (source.kind === 'kms') return `--root-key-kms-key ${source.key}`
  if (source.kind === 'credential') return `--root-key-systemd-credential ${source.name}`
  return 'the new one in COFFER_ROOT_KEY'
}
