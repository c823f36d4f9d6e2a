import { createReadStream } from 'node:fs'
import { resolve } from 'node:path'
import { importRootKey as opened } from '../seal/root-key-export.ts'
import { formatRootKey, RootKeyMaterial } from '../seal/root-key-material.ts'
import { CommandError, reasonOf } from './command-error.ts'
import { askPassphrase } from './passphrase.ts'
import { writePrivateFile } from './private-file.ts'

export interface ImportOptions {
  /** File with the export; `-` for standard input. */
  readonly source: string
  /** File to make. */
  readonly rootKeyFile: string
  readonly passphrase: string | undefined
}

/** An export has some 400 bytes; what is larger than this is something else. */
const MAX_EXPORT_BYTES = 64 * 1024

/** Makes a root key file of an export. A file that is there already is never touched. */
export async function importRootKey({ source, rootKeyFile, passphrase }: ImportOptions): Promise<void> {
  const exported = await readExport(source)
  const material = new RootKeyMaterial(await opened(exported, passphrase ?? (await askPassphrase())))
  const path = resolve(rootKeyFile)
  await writePrivateFile(path, `${formatRootKey(material)}\n`, 'Cannot write the root key file')
  process.stdout.write(`Wrote the root key with fingerprint ${material.fingerprint}: ${path}\n`)
}

async function readExport(source: string): Promise<string> {
  const stream = source === '-' ? process.stdin : createReadStream(resolve(source))
  const chunks: Buffer[] = []
  let bytes = 0
  try {
    for await (const chunk of stream) {
      chunks.push(chunk)
      bytes += chunk.byteLength
      if (bytes > MAX_EXPORT_BYTES) break
    }
  } catch (error) {
    throw new CommandError(`Cannot read the export: ${source}: ${reasonOf(error)}`)
  }
  return Buffer.concat(chunks).toString()
}
