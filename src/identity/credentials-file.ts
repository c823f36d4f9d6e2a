import { open, readFile, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Credentials } from './access-key.ts'

/** A credentials file that cannot be written; the message says why and what to do. */
export class CredentialsFileError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'CredentialsFileError'
  }
}

/** Marks our own files, so that nobody's credentials of something else are ever overwritten. */
const MARK = '# Written by Coffer.'

/**
 * Writes an access key in AWS's shared-credentials format (mode 0600), synced and then moved into place, so that the file is there whole before
 * the account exists. Throws CredentialsFileError when it cannot, and when a file that is not ours stands there.
 */
export async function writeCredentialsFile(path: string, account: string, credentials: Credentials): Promise<void> {
  await makeWay(path, account)
  const text = `${MARK} The administrator of account ${account}.
[default]
aws_access_key_id = ${credentials.accessKeyId}
aws_secret_access_key = ${credentials.secretAccessKey}
`
  // What an interrupted write left there was never in use.
  const temporary = `${path}.new`
  try {
    await rm(temporary, { force: true })
    const file = await open(temporary, 'wx', 0o600)
    try {
      await file.writeFile(text)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(temporary, path)
    await syncDirectory(dirname(path))
  } catch (error) {
    await rm(temporary, { force: true })
    throw new CredentialsFileError(`Cannot write the credentials file: ${path}: ${reason(error)}`)
  }
}

/** Whether Coffer wrote the file at a path; false also where there is none that can be read. */
export async function isCredentialsFile(path: string): Promise<boolean> {
  const text = await readFile(path, 'utf8').catch(() => '')
  return text.startsWith(MARK)
}

/** Refuses a file that is not ours, and moves one of another account aside: it may be the only copy of a key that is in use. */
async function makeWay(path: string, account: string): Promise<void> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return
    throw new CredentialsFileError(`Cannot replace the credentials file: ${path}: ${reason(error)}`)
  }
  if (!text.startsWith(MARK))
    throw new CredentialsFileError(
      `Cannot write the credentials file: ${path}: a file that Coffer did not write stands there. Move it away, or choose another path with --credentials-file.`,
    )
  const [, other] = /of account (\d{12})\.\n/.exec(text) ?? []
  if (other !== undefined && other !== account) await rename(path, `${path}.${other}`)
}

async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r')
  try {
    await directory.sync()
  } catch (error) {
    // Some file systems do not sync directories.
    if ((error as NodeJS.ErrnoException).code !== 'EINVAL') throw error
  } finally {
    await directory.close()
  }
}

const reason = (error: unknown) => (error instanceof Error ? error.message : String(error))
