import { resolve } from 'node:path'
import { obtainRootKey, type RootKeySource } from '../root-key-source.ts'
import { exportRootKey as sealed } from '../seal/root-key-export.ts'
import { askNewPassphrase } from './passphrase.ts'
import { writePrivateFile } from './private-file.ts'

export interface ExportOptions {
  readonly dataDir: string
  readonly rootKey: RootKeySource
  readonly passphrase: string | undefined
  /** Standard output when absent. */
  readonly output: string | undefined
}

/** Writes the root key as text that a passphrase opens, to be kept apart from the installation. */
export async function exportRootKey({ dataDir, rootKey, passphrase, output }: ExportOptions): Promise<void> {
  const { material } = await obtainRootKey(rootKey, { storeIsEmpty: false, dataDir })
  const text = await sealed(material.bytes, passphrase ?? (await askNewPassphrase()))
  if (output === undefined) process.stdout.write(text)
  else await writePrivateFile(resolve(output), text, 'Cannot write the export')
  process.stderr.write(`Exported the root key with fingerprint ${material.fingerprint}\n`)
}
