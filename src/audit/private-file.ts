import { constants } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'

const FLAGS =
  constants.O_RDWR | constants.O_CREAT | constants.O_APPEND | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0)

/**
 * A file for lines at its end, made where it is not there, of mode 0600. Rejects for what is no regular file: a pipe could hold up the writer.
 *
 * @param what names it in the error
 */
export async function openPrivateFile(path: string, what: string): Promise<{ file: FileHandle; size: number }> {
  const file = await open(path, FLAGS, 0o600)
  try {
    await file.chmod(0o600)
    const status = await file.stat()
    if (!status.isFile()) throw new Error(`Cannot write the ${what}: ${path}: it is not a regular file`)
    return { file, size: status.size }
  } catch (error) {
    await file.close()
    throw error
  }
}
