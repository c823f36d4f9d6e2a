import { link, realpath, rename, unlink } from 'node:fs/promises'
import { dirname } from 'node:path'
import { RootKeyError } from '../root-key-error.ts'
import type { RootKeyMaterial } from '../root-key-material.ts'
import { createRootKeyFile, readRootKeyFile, syncFolder, systemError } from './file.ts'

/*
 * A root key file is replaced in three steps: the next key is made in a file beside it and synced; the store is wrapped by
 * it; the files change their names. Wherever that ends, the key that the store wants is on the disk in one of the two.
 */

const nextOf = (real: string) => `${real}.new`
const oldOf = (real: string, fingerprint: string) => `${real}.${fingerprint}`

/** The key that lies beside the present one and is to take its place; undefined when there is none that can be read. */
export async function readNextRootKeyFile(path: string): Promise<RootKeyMaterial | undefined> {
  return readRootKeyFile(nextOf(await realFile(path))).catch(() => undefined)
}

/**
 * The next root key, on the disk beside the present one. What an interrupted rotation has left is taken up again; only
 * half a file, under which nothing can be sealed, is made anew. Throws RootKeyError.
 */
export async function makeNextRootKeyFile(path: string): Promise<RootKeyMaterial> {
  const next = nextOf(await realFile(path))
  try {
    return await readRootKeyFile(next)
  } catch (error) {
    const code = error instanceof RootKeyError ? error.code : undefined
    if (code !== 'missing' && code !== 'malformed' && code !== 'empty') throw error
    if (code !== 'missing') await unlink(next)
  }
  return createRootKeyFile(next)
}

/**
 * Whether a root key file can be replaced where it lies: found out before anything is wrapped by the next one. A file that is mounted by itself
 * into a container cannot, and what is made beside it is gone with the container. Throws RootKeyError.
 */
export async function assertReplaceable(path: string, fingerprint: string): Promise<void> {
  const real = await realFile(path)
  const kept = oldOf(real, fingerprint)
  try {
    // Keeping the old key begins with this. Not for longer than that: who destroyed the second name would destroy the present key.
    await link(real, kept)
    await unlink(kept)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return
    const { code, message } = systemError(`Cannot replace the root key file: ${real}`, error)
    throw new RootKeyError(code, `${message}. Name another place for the new one, as with --new-root-key-file.`)
  }
}

/**
 * Gives the next root key the name of the present one, which is kept under its fingerprint: backups from before open with
 * it. Throws RootKeyError.
 *
 * @param oldFingerprint of the key in the present file; absent when that is gone
 * @returns where the old key is kept
 */
export async function finishRootKeyFile(path: string, oldFingerprint: string | undefined): Promise<string | undefined> {
  const real = await realFile(path)
  const subject = `Cannot replace the root key file: ${real}`
  const kept = oldFingerprint === undefined ? undefined : oldOf(real, oldFingerprint)
  try {
    if (kept !== undefined) await link(real, kept).catch(unlessThere)
    await rename(nextOf(real), real)
    await syncFolder(dirname(real))
  } catch (error) {
    throw systemError(subject, error)
  }
  return kept
}

/** The file behind a symbolic link; the link stays. A file that is gone has its own name. */
function realFile(path: string): Promise<string> {
  return realpath(path).catch(() => path)
}

function unlessThere(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EEXIST') throw error
}
