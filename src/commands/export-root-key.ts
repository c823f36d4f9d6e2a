import { resolve } from 'node:path'
import { nameOfRootKey } from '../open-keyring.ts'
import { obtainRootKey, type RootKeySource } from '../root-key-source.ts'
import { exportRootKey as sealed } from '../seal/root-key-export.ts'
import { readRootKeyFingerprint } from '../storage/read-root-key.ts'
import { CommandError } from './command-error.ts'
import { askNewPassphrase } from './passphrase.ts'
import { writePrivateFile } from './private-file.ts'

export interface ExportOptions {
  readonly dataDir: string
  readonly rootKey: RootKeySource
  readonly passphrase: string | undefined
  /** Standard output when absent. */
  readonly output: string | undefined
}

/**
 * Writes the root key as text that a passphrase opens, to be kept apart from the installation. Where there is a store, only
 * the key that opens it: an export of another one would be found out when it is too late.
 */
export async function exportRootKey({ dataDir, rootKey: source, passphrase, output }: ExportOptions): Promise<void> {
  if (source.kind === 'kms')
    throw new CommandError(`Cannot export the root key: ${source.key}: it never leaves its KMS. Back it up there.`)
  const wanted = readRootKeyFingerprint(dataDir)
  const { material } = await obtainRootKey(source, { dataDir, wanted })
  if (!material) throw new Error(`A root key of the kind ${source.kind} has no bytes`)
  if (wanted !== undefined && material.fingerprint !== wanted)
    throw new CommandError(
      `Cannot export the root key: ${dataDir}: the store wants ${nameOfRootKey(wanted)}, and this is ${nameOfRootKey(material.fingerprint)}`,
    )
  const text = await sealed(material.bytes, passphrase ?? (await askNewPassphrase()))
  if (output === undefined) process.stdout.write(text)
  else await writePrivateFile(resolve(output), text, 'Cannot write the export')
  process.stderr.write(`Exported the root key with fingerprint ${material.fingerprint}\n`)
}
