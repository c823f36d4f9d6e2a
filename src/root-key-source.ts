import { statSync } from 'node:fs'
import { realpath, unlink } from 'node:fs/promises'
import { dirname } from 'node:path'
import { askExternalKms, type ExternalKms } from './external-kms.ts'
import { localRootKey, type RootKey } from './seal/root-key.ts'
import { RootKeyError } from './seal/root-key-error.ts'
import { generateRootKey, type RootKeyMaterial } from './seal/root-key-material.ts'
import { parseRootKeyVariable } from './seal/root-keys/environment.ts'
import { externalKmsRootKey } from './seal/root-keys/external-kms.ts'
import { createRootKeyFile, readRootKeyFile } from './seal/root-keys/file.ts'
import { readNextRootKeyFile } from './seal/root-keys/replace-file.ts'
import { readRootKeyCredential } from './seal/root-keys/systemd-credential.ts'

/** Where the root key comes from. */
export type RootKeySource =
  | { readonly kind: 'value'; readonly text: string; readonly variable?: string | undefined }
  /** `chosen` when somebody named the file; otherwise it is the one beside the data directory. */
  | { readonly kind: 'file'; readonly path: string; readonly chosen: boolean }
  /** `directory` is the one of CREDENTIALS_DIRECTORY. */
  | { readonly kind: 'credential'; readonly name: string; readonly directory: string | undefined }
  | ({ readonly kind: 'kms' } & ExternalKms)
  /** Made for this process and gone with it. */
  | { readonly kind: 'memory' }

type FileSource = Extract<RootKeySource, { kind: 'file' }>

export interface ObtainedRootKey {
  readonly rootKey: RootKey
  /** Absent for a key that does not leave its KMS. */
  readonly material?: RootKeyMaterial | undefined
  /** Path of a key file that was made just now. */
  readonly made?: string | undefined
  /** Present when a rotation was interrupted before the files had their new names. */
  readonly unfinished?: UnfinishedFile | undefined
}

/** A root key file beside the one that is to take its place. */
export interface UnfinishedFile {
  readonly path: string
  /** Fingerprint of the key that is still in it; absent when there is none. */
  readonly oldFingerprint: string | undefined
}

export interface RootKeyWish {
  readonly dataDir: string
  /** Fingerprint that the store names; absent for a store that is empty, for which a key file may be made. */
  readonly wanted: string | undefined
  /** How a key file that is missing is made; absent where none may be made, whatever the store. */
  readonly making?: KeyFileMaking | undefined
}

export interface KeyFileMaking {
  /** Path of a key file whose creation an earlier start announced; if it is empty, that start was interrupted. */
  readonly announced?: string | undefined
  /** Called before the file exists. What it wrote is on the disk when it resolves. */
  readonly announce?: ((fingerprint: string, path: string) => Promise<void>) | undefined
}

/**
 * The root key. A key file is made only for a store that is empty, and is on disk before this resolves. Whether the key is
 * the one that the store wants is for the caller to see. Throws RootKeyError.
 */
export async function obtainRootKey(source: RootKeySource, wish: RootKeyWish): Promise<ObtainedRootKey> {
  switch (source.kind) {
    case 'value':
      return local(parseRootKeyVariable(source.text, source.variable))
    case 'credential':
      return local(await readRootKeyCredential(source.name, source.directory))
    case 'kms':
      return { rootKey: externalKmsRootKey(source.key, askExternalKms(source)) }
    case 'memory':
      return local(generateRootKey())
    case 'file':
      return keyOfFile(source, wish)
  }
}

async function keyOfFile(source: FileSource, wish: RootKeyWish): Promise<ObtainedRootKey> {
  const { path } = source
  const { wanted, making } = wish
  const found = await readRootKeyFile(path).catch((error) => {
    if (error instanceof RootKeyError && (error.code === 'missing' || error.code === 'empty')) return error
    throw error
  })
  const present = found instanceof RootKeyError ? undefined : found
  if (wanted !== undefined && present?.fingerprint !== wanted) {
    const next = await readNextRootKeyFile(path)
    if (next?.fingerprint === wanted)
      return { ...local(next), unfinished: { path, oldFingerprint: present?.fingerprint } }
  }
  if (!(found instanceof RootKeyError)) return local(found)
  if (wanted !== undefined || !making) throw found
  return makeKeyFile(source, found, { ...making, dataDir: wish.dataDir })
}

/** @param absence why the file gives no key */
async function makeKeyFile(
  { path, chosen }: FileSource,
  absence: RootKeyError,
  { dataDir, announced, announce }: KeyFileMaking & { readonly dataDir: string },
): Promise<ObtainedRootKey> {
  if (!chosen && isMount(dataDir))
    throw new RootKeyError(
      'missing',
      `Cannot make a root key: ${path}: the data directory is a mount of its own, and a file beside it may not live as long. Name a lasting place with --root-key-file, or give the key in another way.`,
    )
  const isEmpty = absence.code === 'empty'
  // An empty file at a chosen place may be a key that something else failed to deliver.
  if (isEmpty && chosen && announced !== path)
    throw new RootKeyError('empty', `${absence.message}. Put the key into it, or remove it so that Coffer makes one.`)
  const material = generateRootKey()
  await announce?.(material.fingerprint, path)
  const real = isEmpty ? await realpath(path) : path
  // Nothing can be sealed under a file that holds no key.
  if (isEmpty) await unlink(real)
  return { ...local(await createRootKeyFile(real, material)), made: path }
}

function local(material: RootKeyMaterial): ObtainedRootKey {
  return { rootKey: localRootKey(material.bytes), material }
}

function isMount(directory: string): boolean {
  return statSync(directory).dev !== statSync(dirname(directory)).dev
}
