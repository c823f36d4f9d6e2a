import { type FileHandle, open, unlink } from 'node:fs/promises'
import { dirname } from 'node:path'
import { CommandError, reasonOf } from './command-error.ts'

/**
 * Writes a file that only its owner can read (0600); it is on the disk when this resolves. What stands there already is never touched. Throws
 * CommandError with `subject` and the path.
 */
export async function writePrivateFile(path: string, text: string, subject: string): Promise<void> {
  const refuse = (error: unknown) => new CommandError(`${subject}: ${path}: ${reasonOf(error)}`)
  const file = await open(path, 'wx', 0o600).catch((error) => {
    throw refuse(error)
  })
  try {
    await fill(file, text, path)
  } catch (error) {
    await unlink(path).catch(() => {})
    throw refuse(error)
  }
}

async function fill(file: FileHandle, text: string, path: string): Promise<void> {
  try {
    await file.chmod(0o600) // whatever the umask made of it
    await file.writeFile(text)
    await file.sync()
  } finally {
    await file.close()
  }
  const folder = await open(dirname(path), 'r')
  try {
    await folder.sync()
  } catch (error) {
    // Some file systems do not sync folders.
    if ((error as NodeJS.ErrnoException).code !== 'EINVAL') throw error
  } finally {
    await folder.close()
  }
}
