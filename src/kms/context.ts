import type { Sealer } from '../seal/keyring.ts'
import type { KeyStore } from './key-store.ts'

/** What a KMS operation may use. */
export interface KmsContext {
  /** The caller's account in the Region of the request. */
  readonly scope: { readonly account: string; readonly region: string }
  /** Signing name of the service that calls for the caller. */
  readonly via: string | undefined
  readonly keys: KeyStore
  /** Opens the material of keys. */
  readonly material: Sealer
  /** Tells the operator of what the caller only sees as a refusal. */
  report(error: Error): void
}
