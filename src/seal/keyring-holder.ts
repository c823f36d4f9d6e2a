import type { Authenticator, Keyring, Purpose, Sealer } from './keyring.ts'

/** What others need of the keyring that is at work. What they get follows every rotation. */
export type KeyringUse = Pick<Keyring, 'sealer' | 'authenticator'>

/**
 * The keyring that is at work in this process. A rotation exchanges it, and whoever got a sealer or an authenticator before
 * uses the new versions from that moment on.
 */
export class KeyringHolder implements KeyringUse {
  #keyring: Keyring
  readonly #sealers = new Map<Purpose, Sealer>()
  readonly #authenticators = new Map<Purpose, Authenticator>()

  constructor(keyring: Keyring) {
    this.#keyring = keyring
  }

  get current(): Keyring {
    return this.#keyring
  }

  /** Only once everything in the new keyring is stored. */
  replace(keyring: Keyring): void {
    this.#keyring = keyring
    this.#sealers.clear()
    this.#authenticators.clear()
  }

  sealer(purpose: Purpose): Sealer {
    const now = () => kept(this.#sealers, purpose, () => this.#keyring.sealer(purpose))
    return {
      seal: (plaintext, place) => now().seal(plaintext, place),
      open: (sealed, place) => now().open(sealed, place),
    }
  }

  authenticator(purpose: Purpose): Authenticator {
    const now = () => kept(this.#authenticators, purpose, () => this.#keyring.authenticator(purpose))
    return { tag: (fields) => now().tag(fields), verify: (fields, tag) => now().verify(fields, tag) }
  }
}

/** Made once for each keyring: an authenticator derives its keys when it is made. */
function kept<K, V>(known: Map<K, V>, key: K, make: () => V): V {
  let value = known.get(key)
  if (value === undefined) {
    value = make()
    known.set(key, value)
  }
  return value
}
