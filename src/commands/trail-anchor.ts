import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import type { TrailAnchor } from '../audit/fault.ts'
import type { TrailHead } from '../audit/trail.ts'
import { unwrapStored } from '../open-keyring.ts'
import { obtainRootKey, type RootKeySource } from '../root-key-source.ts'
import type { Authenticator, Keyring } from '../seal/keyring.ts'
import { RootKeyError } from '../seal/root-key-error.ts'
import { PUBLIC_KEY_BYTES } from '../seal/sign.ts'
import type { Installation } from '../storage/installation.ts'
import type { ReadTrail } from '../storage/read-chain.ts'
import { CommandError, reasonOf } from './command-error.ts'

export interface KeyringPlace {
  readonly dataDir: string
  readonly rootKey: RootKeySource
}

export interface AnchorOptions extends KeyringPlace {
  /** Public keys of the trail, each as `<version>:<base64>`; the root key is not asked for then. */
  readonly publicKeys: readonly string[]
  /** Files with heads that were kept elsewhere. */
  readonly headFiles: readonly string[]
}

/** What a trail is verified by. */
export interface Trust {
  readonly anchor: TrailAnchor
  /** Checks the store's mark of the trail; undefined without the keyring. */
  readonly mac: Authenticator | undefined
}

const PUBLIC_KEY = /^(\d{1,9}):([A-Za-z0-9+/]{43}=)$/

/** What is to be trusted: the given public keys, or those of the keyring where its root key is at hand, and the given heads. */
export async function trustOf(options: AnchorOptions, trail: ReadTrail): Promise<Trust> {
  const given = new Map(options.publicKeys.map(publicKeyOf))
  const keyring = given.size > 0 ? undefined : await keyringAtHand(options, trail)
  const anchor = {
    installation: trail.installation?.id,
    publicKeys: keyring?.publicKeys('trail') ?? given,
    isWholeKeyring: keyring !== undefined,
    heads: (await Promise.all(options.headFiles.map(headsIn))).flat(),
  }
  return { anchor, mac: keyring?.authenticator('row-mac') }
}

/** Undefined where there is no root key file, and nobody named one. */
async function keyringAtHand(options: AnchorOptions, trail: ReadTrail): Promise<Keyring | undefined> {
  if (!trail.installation) return undefined
  try {
    return await readKeyring(options, trail.installation)
  } catch (error) {
    const isNamed = options.rootKey.kind !== 'file' || options.rootKey.chosen
    if (!isNamed && error instanceof RootKeyError && error.code === 'missing') return undefined
    throw error
  }
}

/** The keyring of a store that a server may be using. Throws RootKeyError. */
export async function readKeyring({ dataDir, rootKey }: KeyringPlace, installation: Installation): Promise<Keyring> {
  const obtained = await obtainRootKey(rootKey, { dataDir, wanted: installation.rootKey })
  return unwrapStored(installation, obtained.rootKey, dataDir)
}

/** Throws CommandError. */
export function publicKeyOf(text: string): [version: number, key: Uint8Array] {
  const [, version, key = ''] = PUBLIC_KEY.exec(text) ?? []
  const bytes = Buffer.from(key, 'base64')
  if (version === undefined || bytes.byteLength !== PUBLIC_KEY_BYTES)
    throw new CommandError(
      `Cannot use the public key: ${text}: wanted its version, a colon and 44 characters of base64, as coffer trail public-key prints it`,
    )
  return [Number(version), bytes]
}

/** The heads among the lines of a file, such as a sink writes it; most of them are records. */
async function headsIn(path: string): Promise<readonly TrailHead[]> {
  const heads: TrailHead[] = []
  try {
    for await (const line of createInterface({ input: createReadStream(path), crlfDelay: Number.POSITIVE_INFINITY }))
      if (line.includes('"keyVersion"')) heads.push(...headsOf(line))
  } catch (error) {
    throw new CommandError(`Cannot read the heads: ${path}: ${reasonOf(error)}`)
  }
  if (heads.length === 0) throw new CommandError(`Cannot use ${path}: there is no head of a trail in it`)
  return heads
}

/** A head by itself, as the file sink writes it, or as the body of a webhook holds them. */
function headsOf(line: string): TrailHead[] {
  try {
    const value = JSON.parse(line)
    return [value, value.TrailHead, ...(value.Heads ?? [])].filter(isHead)
  } catch {
    return []
  }
}

function isHead(value: unknown): value is TrailHead {
  if (typeof value !== 'object' || value === null) return false
  const { installation, node, hash, previous, signature, ...numbers } = value as Partial<TrailHead>
  const { number, seq, at, keyVersion, storeCommits = 0 } = numbers
  return (
    [installation, node, hash, previous, signature].every((text) => typeof text === 'string') &&
    [number, seq, at, keyVersion, storeCommits].every((one) => Number.isSafeInteger(one)) &&
    !Number.isNaN(new Date(at ?? Number.NaN).getTime())
  )
}
