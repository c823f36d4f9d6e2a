import { constants } from 'node:fs'
import { type FileHandle, open, unlink } from 'node:fs/promises'
import { dirname } from 'node:path'
import { RootKeyError, type RootKeyErrorCode } from '../root-key-error.ts'
import {
  formatRootKey,
  generateRootKey,
  parseRootKey,
  ROOT_KEY_TEXT,
  type RootKeyMaterial,
} from '../root-key-material.ts'

const OWNER_ONLY = 0o600
const GROUP_AND_OTHERS = 0o077

/** A root key file has 64 bytes; more than this is some other file. */
const MAX_FILE_BYTES = 256

/**
 * Reads a root key file: one line of text. Symbolic links are followed, and what counts is the file at their end: a
 * regular file that nobody but its owner may read or change. Throws RootKeyError.
 */
export async function readRootKeyFile(path: string): Promise<RootKeyMaterial> {
  const subject = `Cannot read the root key file: ${path}`
  return parseRootKey(await readKeyText(path, subject, OWNER_ONLY), subject)
}

/**
 * The text of a file with a root key, without a newline at its end. Throws RootKeyError, whose message begins with
 * `subject`, for a file that is none, is too long, or whose mode has more than the bits of `mode`.
 */
export async function readKeyText(path: string, subject: string, mode: number): Promise<string> {
  // Without O_NONBLOCK opening a named pipe would wait for a writer.
  await using file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK).catch((error) => {
    throw systemError(subject, error)
  })
  try {
    await assertPrivateFile(file, subject, mode)
    return await readText(file, subject)
  } catch (error) {
    throw error instanceof RootKeyError ? error : systemError(subject, error)
  }
}

/**
 * Makes a root key file. When this returns, file and directory entry are on the disk, so what is sealed
 * under the key from now on will find it again. A file that is there already is never touched. Throws RootKeyError.
 */
export async function createRootKeyFile(path: string, material = generateRootKey()): Promise<RootKeyMaterial> {
  const subject = `Cannot create the root key file: ${path}`
  // O_EXCL, so that of two processes only one succeeds, and that a symbolic link is not followed.
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL
  const file = await open(path, flags, OWNER_ONLY).catch((error) => {
    throw systemError(subject, error)
  })
  try {
    await file.chmod(OWNER_ONLY) // whatever the umask made of it
    await file.writeFile(`${formatRootKey(material)}\n`)
    await file.sync()
    await syncFolder(dirname(path))
  } catch (error) {
    await unlink(path).catch(() => undefined) // half a key would only stand in the way of the next attempt
    throw systemError(subject, error)
  } finally {
    await file.close()
  }
  return material
}

async function assertPrivateFile(file: FileHandle, subject: string, allowed: number): Promise<void> {
  // Asked of the open file, not of the path, which might name another one by now.
  const status = await file.stat()
  if (!status.isFile()) throw new RootKeyError('malformed', `${subject} is not a regular file, wanted one line of text`)
  if ((status.mode & GROUP_AND_OTHERS & ~allowed) !== 0) {
    throw new RootKeyError(
      'exposed',
      `${subject} has mode ${octal(status.mode)}, wanted ${octal(allowed)} or less: nobody but its owner may use it`,
    )
  }
}

const octal = (mode: number) => (mode & 0o777).toString(8).padStart(4, '0')

async function readText(file: FileHandle, subject: string): Promise<string> {
  const buffer = Buffer.alloc(MAX_FILE_BYTES + 1)
  try {
    const { bytesRead } = await file.read(buffer, 0, buffer.byteLength, 0)
    if (bytesRead > MAX_FILE_BYTES) {
      throw new RootKeyError('malformed', `${subject} has more than ${MAX_FILE_BYTES} bytes, wanted ${ROOT_KEY_TEXT}`)
    }
    // A power cut can leave zeros where the text was to be.
    if (buffer.subarray(0, bytesRead).every((byte) => byte === 0)) {
      throw new RootKeyError('empty', `${subject} is empty, expected ${ROOT_KEY_TEXT}`)
    }
    return buffer.toString('latin1', 0, bytesRead).replace(/\r?\n$/, '')
  } finally {
    buffer.fill(0)
  }
}

/** Puts what happened to the names in a folder on the disk. */
export async function syncFolder(path: string): Promise<void> {
  await using folder = await open(path, constants.O_RDONLY | constants.O_DIRECTORY)
  await folder.sync()
}

const refusals = new Map<string, [RootKeyErrorCode, string]>([
  ['ENOENT', ['missing', 'does not exist, or its folder does not']],
  ['EEXIST', ['exists', 'exists already and is never overwritten']],
])

/** What the operating system refused, as one line. */
export function systemError(subject: string, cause: unknown): RootKeyError {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown error'
  const [kind, found] = refusals.get(code) ?? ['inaccessible', `was refused by the operating system (${code})`]
  return new RootKeyError(kind, `${subject} ${found}`, { cause })
}
