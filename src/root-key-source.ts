import { statSync } from 'node:fs'
import { dirname } from 'node:path'
import { RootKeyError } from './seal/root-key-error.ts'
import { generateRootKey, type RootKeyMaterial } from './seal/root-key-material.ts'
import { parseRootKeyVariable } from './seal/root-keys/environment.ts'
import { createRootKeyFile, readRootKeyFile } from './seal/root-keys/file.ts'

/** Where the root key comes from. */
export type RootKeySource =
  | { readonly kind: 'value'; readonly text: string }
  /** `chosen` when somebody named the file; otherwise it is the one beside the data directory. */
  | { readonly kind: 'file'; readonly path: string; readonly chosen: boolean }
  /** Made for this process and gone with it. */
  | { readonly kind: 'memory' }

export interface ObtainedRootKey {
  readonly material: RootKeyMaterial
  /** Path of a key file that was made just now. */
  readonly made?: string | undefined
}

/**
 * The root key. A key file is made only for a store that is empty, and is on disk before this resolves. Throws RootKeyError.
 */
export async function obtainRootKey(
  source: RootKeySource,
  { storeIsEmpty, dataDir }: { storeIsEmpty: boolean; dataDir: string },
): Promise<ObtainedRootKey> {
  if (source.kind === 'value') return { material: parseRootKeyVariable(source.text) }
  if (source.kind === 'memory') return { material: generateRootKey() }
  const { path, chosen } = source
  try {
    return { material: await readRootKeyFile(path) }
  } catch (error) {
    if (!(error instanceof RootKeyError) || error.code !== 'missing' || !storeIsEmpty) throw error
  }
  if (!chosen && isMount(dataDir))
    throw new RootKeyError(
      'missing',
      `Cannot make a root key: ${path}: the data directory is a mount of its own, and a file beside it may not live as long. Name a lasting place with --root-key-file, or set COFFER_ROOT_KEY.`,
    )
  return { material: await createRootKeyFile(path), made: path }
}

function isMount(directory: string): boolean {
  return statSync(directory).dev !== statSync(dirname(directory)).dev
}
