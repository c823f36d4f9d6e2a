import { isCredentialsFile } from './identity/credentials-file.ts'
import type { RootKeySource } from './root-key-source.ts'
import { RootKeyError } from './seal/root-key-error.ts'
import { readRootKeyFile } from './seal/root-keys/file.ts'
import { type DataDirectory, DataDirectoryError } from './storage/data-directory.ts'
import type { FirstStart } from './storage/first-start.ts'
import { orphanedLog, setAside } from './storage/set-aside.ts'
import { hasRecords, storeState } from './storage/store-state.ts'

/** How an empty store is to be set up. */
export interface FirstStartRequest {
  /** True when the operator asks for a new installation beside files of an earlier one. */
  readonly besideOldFiles: boolean
  /** Where the first administrator's access key is written; undefined when it is not. */
  readonly credentialsFile?: string | undefined
  /** How the operator asks for it, for messages. */
  readonly option: '--new' | 'new: true'
}

/**
 * Decides whether the store may be set up by this start. An empty store beside a root key file, a credentials file or a trail is most often a
 * volume that was not mounted, so it is refused. With `besideOldFiles` the root key file is used for the new installation too, a
 * credentials file of another account is renamed when the new one is written, and files of the old trail are moved into a folder here.
 *
 * Nothing is changed when this throws DataDirectoryError.
 *
 * @param request absent where only an existing installation may be opened
 */
export async function allowSetUp(
  directory: DataDirectory,
  rootKey: RootKeySource,
  request: FirstStartRequest | undefined,
): Promise<void> {
  const { isSetUp, exists, begun } = storeState(directory.storePath)
  if (isSetUp) {
    if (!request?.besideOldFiles || begun) return
    throw new DataDirectoryError(
      `Cannot make a new installation: ${directory.path}: there is one in it already. Start without ${request.option}, or choose another folder.`,
    )
  }
  if (!request)
    throw new DataDirectoryError(
      `Cannot open the data directory: ${directory.path}: there is no Coffer data in it. Choose another with --data-dir.`,
    )
  const oldTrail = hasRecords(directory.trailPath) || (!exists && orphanedLog(directory))
  if (!request.besideOldFiles) {
    const found = await earlierFiles(directory, rootKey, request, begun)
    if (oldTrail) found.push(`a trail (${directory.path})`)
    if (found.length > 0) throw new DataDirectoryError(refusal(directory.path, found, request))
  }
  if (oldTrail) setAside(directory, { withStoreLog: !exists })
}

function refusal(path: string, found: readonly string[], { option }: FirstStartRequest): string {
  return `Cannot start: ${path}: the store is empty, and there are files of an earlier installation: ${found.join(', ')}. If the data directory is a volume, mount it; if its data is lost, restore a backup. To make a new installation beside these files, start once with ${option}.`
}

/** Key files and credentials files that the first start which has begun did not make. */
async function earlierFiles(
  { path }: DataDirectory,
  rootKey: RootKeySource,
  { credentialsFile }: FirstStartRequest,
  begun: FirstStart | undefined,
): Promise<string[]> {
  if (begun?.besideOldFiles) return []
  const found: string[] = []
  const keyFiles = new Set([`${path}.key`, ...(rootKey.kind === 'file' ? [rootKey.path] : [])])
  for (const file of keyFiles) {
    const fingerprint = await fingerprintIn(file).catch((error) => {
      // The key that is to be used says itself what is wrong with it.
      if (rootKey.kind === 'file' && rootKey.path === file) throw error
      return 'unreadable'
    })
    if (fingerprint !== undefined && fingerprint !== begun?.rootKey) found.push(`a root key (${file})`)
  }
  const credentialsFiles = new Set([`${path}.credentials`, ...(credentialsFile === undefined ? [] : [credentialsFile])])
  for (const file of credentialsFiles) if (await isCredentialsFile(file)) found.push(`credentials (${file})`)
  return found
}

/** Undefined where no key is in the file. */
async function fingerprintIn(path: string): Promise<string | undefined> {
  try {
    return (await readRootKeyFile(path)).fingerprint
  } catch (error) {
    if (error instanceof RootKeyError && (error.code === 'missing' || error.code === 'empty')) return undefined
    throw error
  }
}
