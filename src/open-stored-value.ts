import { decrypt, readCiphertext } from './kms/ciphertext.ts'
import { openMaterial } from './kms/material.ts'
import { OpenError, openOnce } from './seal/aead.ts'
import type { Sealer } from './seal/keyring.ts'
import { encryptionContext, placeOfValue } from './secrets/secret-value.ts'
import type { StoredValue } from './storage/checked-tables.ts'

/** The sealed material of a version of a KMS key, and the account of the key. */
export interface StoredMaterial {
  readonly account: string
  readonly sealed: Uint8Array
}

/** A KMS key by its id, in the Region of the secret, and a version of its material. */
export interface MaterialName {
  readonly region: string
  readonly keyId: string
  readonly version: number
}

/** Finds material in the store, with the sealer that opens it. */
export type FindMaterial = (name: MaterialName) => Promise<(StoredMaterial & { readonly sealer: Sealer }) | undefined>

/** Opened materials that are kept: secrets mostly share a few keys. */
const KEPT_MATERIALS = 1_000

type Kept = { readonly account: string; readonly material: Uint8Array } | undefined

/** Opens values without asking for permission, to see that they open. Nothing of them is returned. */
export class ValueOpener {
  readonly #find: FindMaterial
  readonly #kept = new Map<string, Kept>()

  constructor(find: FindMaterial) {
    this.#find = find
  }

  async open({ ciphertext, dataKey, ...of }: StoredValue): Promise<'opens' | 'damaged' | 'no key'> {
    try {
      const header = readCiphertext(dataKey)
      const name = { region: of.region, keyId: header.keyId, version: header.version }
      const key = await this.#materialOf(name)
      if (!key) return 'no key'
      const opened = decrypt(
        { ...name, account: key.account },
        header,
        key.material,
        encryptionContext(of, of.versionId),
      )
      try {
        openOnce(opened, ciphertext, placeOfValue(of, of.versionId, of.binary)).fill(0)
      } finally {
        opened.fill(0)
      }
      return 'opens'
    } catch (error) {
      if (error instanceof OpenError) return 'damaged'
      throw error
    }
  }

  /** Undefined for material that is gone, and for material that does not open, which is damage of its own. */
  async #materialOf(name: MaterialName): Promise<Kept> {
    const key = JSON.stringify(name)
    if (this.#kept.has(key)) return this.#kept.get(key)
    const found = await this.#find(name)
    if (this.#kept.size >= KEPT_MATERIALS) this.wipe()
    const kept = found && opened(name, found)
    this.#kept.set(key, kept)
    return kept
  }

  /** Forgets all keys. */
  wipe(): void {
    for (const kept of this.#kept.values()) kept?.material.fill(0)
    this.#kept.clear()
  }
}

function opened(name: MaterialName, { account, sealed, sealer }: StoredMaterial & { readonly sealer: Sealer }): Kept {
  try {
    return { account, material: openMaterial({ ...name, account }, name.version, sealed, sealer) }
  } catch (error) {
    if (error instanceof OpenError) return undefined
    throw error
  }
}
