import { existsSync, mkdirSync, readdirSync, renameSync } from 'node:fs'
import { basename, join } from 'node:path'
import { type DataDirectory, syncDirectory } from './data-directory.ts'
import { fileBytes } from './store-state.ts'

/** Files that SQLite keeps beside a database. */
const SIDE_FILES = ['-wal', '-shm', '-journal'] as const

/** Folders in the data directory that hold files of earlier installations: this and a number. */
const FOLDER = 'before-'

/** Whether a write-ahead log is there that belonged to a store. SQLite would remove it when the store is made. */
export function orphanedLog({ storePath }: DataDirectory): boolean {
  return fileBytes(`${storePath}-wal`) > 0
}

/**
 * Moves the trail of an earlier installation into a folder of the data directory, so that a new one begins. Interrupted and done again, it
 * moves the rest into the same folder.
 *
 * @param options `withStoreLog` when the store itself is gone, so that its log is of the earlier installation too
 */
export function setAside(
  { path, storePath, trailPath, indexPath }: DataDirectory,
  { withStoreLog }: { readonly withStoreLog: boolean },
): void {
  const withSideFiles = (file: string) => [file, ...SIDE_FILES.map((suffix) => file + suffix)]
  const store = withStoreLog ? withSideFiles(storePath) : []
  // The trail comes last: while any of it is left, the next start finds it.
  const files = [...store, ...withSideFiles(indexPath), ...withSideFiles(trailPath)]
  const names = files.filter((file) => existsSync(file)).map((file) => basename(file))
  const folder = join(path, folderFor(path, names))
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  for (const name of names) renameSync(join(path, name), join(folder, name))
  for (const directory of [folder, path]) syncDirectory(directory)
}

/** The newest folder while none of the files is in it: it was made by a move that was interrupted. */
function folderFor(path: string, names: readonly string[]): string {
  const numbers = readdirSync(path).map((name) => Number(/^before-(\d{1,9})$/.exec(name)?.[1] ?? 0))
  const newest = Math.max(0, ...numbers)
  const isFree = newest > 0 && names.every((name) => !existsSync(join(path, `${FOLDER}${newest}`, name)))
  return `${FOLDER}${isFree ? newest : newest + 1}`
}
