import type { Change } from '../aws/change.ts'

/** A version of a key's material, sealed by the keyring. */
export interface SealedMaterial {
  readonly version: number
  readonly sealed: Uint8Array
}

export type KeyState = 'Enabled' | 'Disabled' | 'PendingDeletion'

/** The policy on a key as it was given, and whom its principal ARNs meant then. */
export interface KeyPolicy {
  readonly document: string
  /** Unique id of each user and role that the document names by ARN (security facts 3.2). */
  readonly bindings: Readonly<Record<string, string>>
}

/** A KMS key as stored. Times are milliseconds since the epoch. */
export interface KmsKey {
  readonly account: string
  readonly region: string
  readonly keyId: string
  readonly arn: string
  /** `AWS` for keys that a service made for itself, such as `aws/secretsmanager`. */
  readonly manager: 'AWS' | 'CUSTOMER'
  readonly state: KeyState
  readonly createdAt: number
  /** Version that encrypts; older ones only decrypt. */
  readonly currentVersion: number
  readonly materials: readonly SealedMaterial[]
  /** Absent while nobody has given it one. */
  readonly policy?: KeyPolicy | undefined
}

/** How a key is asked for. Aliases carry their prefix: `alias/aws/secretsmanager`. */
export type KeyReference =
  | { readonly keyId: string }
  | { readonly account: string; readonly region: string; readonly alias: string }

/**
 * KMS keys. A row whose MAC does not fit is never returned: the look-up rejects with ForgedRowError. A second alias of a name is a ConflictError.
 */
export interface KeyStore {
  find(reference: KeyReference): Promise<KmsKey | undefined>
  create(key: KmsKey, alias: string): Change
}
