import type { Change } from '../aws/change.ts'

/** Where keys and aliases are: one account in one Region. */
export interface KeyScope {
  readonly account: string
  readonly region: string
}

/** AWS's states that a key here can be in; a key with an expired import is derived to `PendingImport` (`key-state.ts`). */
export type KeyState = 'Enabled' | 'Disabled' | 'PendingDeletion' | 'PendingImport' | 'PendingReplicaDeletion'

/** Where a key's material came from: made here, or imported by the customer. */
export type KeyOrigin = 'AWS_KMS' | 'EXTERNAL'

/** A version of a key's material. Times are milliseconds since the epoch. */
export interface KeyMaterial {
  readonly version: number
  /** KeyMaterialId: 64 hex digits, the same in every Region of a multi-Region key; of imported material made from it (`import-material.ts`). */
  readonly id: string
  /** Sealed by the keyring; absent while imported material is missing, because it was deleted or has expired. */
  readonly sealed?: Uint8Array | undefined
  /** When it became the current version by a rotation; absent for the first. */
  readonly rotatedAt?: number | undefined
  readonly rotation?: 'AUTOMATIC' | 'ON_DEMAND' | undefined
  /** Present for imported material. */
  readonly imported?: ImportedMaterial | undefined
}

export interface ImportedMaterial {
  readonly description?: string | undefined
  /** Absent when it does not expire. */
  readonly expiresAt?: number | undefined
}

/** The policy on a key as it was given, and whom its principal ARNs meant then. */
export interface KeyPolicy {
  readonly document: string
  /** Unique id of each user and role that the document names by ARN (security facts 3.2). */
  readonly bindings: Readonly<Record<string, string>>
}

export interface KeyTag {
  readonly Key: string
  readonly Value: string
}

/** Automatic rotation that is switched on. */
export interface AutomaticRotation {
  readonly periodDays: number
  /** When the next one is due, ms. */
  readonly nextAt: number
}

/** A KMS key as stored. Times are milliseconds since the epoch. */
export interface KmsKey extends KeyScope {
  /** UUID; of a multi-Region key `mrk-` and 32 hex digits, shared by the primary and its replicas. */
  readonly keyId: string
  readonly arn: string
  /** `AWS` for keys that a service made for itself, such as `aws/secretsmanager`. */
  readonly manager: 'AWS' | 'CUSTOMER'
  readonly origin: KeyOrigin
  readonly state: KeyState
  readonly description: string
  readonly tags: readonly KeyTag[]
  readonly createdAt: number
  /** Version that encrypts; older ones only decrypt. */
  readonly currentVersion: number
  /** Oldest first. One with a version above the current waits for RotateKeyOnDemand. */
  readonly materials: readonly KeyMaterial[]
  /** Absent while nobody has given it one. */
  readonly policy?: KeyPolicy | undefined
  readonly rotation?: AutomaticRotation | undefined
  /** Rotations on demand ever made, which AWS limits. */
  readonly onDemandRotations: number
  /** Present for a multi-Region key: the Region of its primary. */
  readonly primaryRegion?: string | undefined
  /** Present while its deletion is scheduled. `at` is absent for a primary that waits for its replicas. */
  readonly deletion?: { readonly windowDays: number; readonly at?: number | undefined } | undefined
  /** Names of its aliases with their prefix, in order; read with the key, changed with the aliases. */
  readonly aliases: readonly string[]
  /** Whether there are grants on it: a refusal is not final then. Read with the key. */
  readonly hasGrants: boolean
  /** Raised by every change; a change of an older revision is a conflict. 1 when made. */
  readonly revision: number
}

/** How a key is asked for. Aliases carry their prefix: `alias/aws/secretsmanager`. */
export type KeyReference =
  | { readonly region: string; readonly keyId: string }
  | { readonly account: string; readonly region: string; readonly alias: string }

export interface Alias extends KeyScope {
  /** With its prefix. */
  readonly name: string
  readonly keyId: string
  readonly createdAt: number
  readonly updatedAt: number
}

/** Somebody who may use a key by a grant, or may retire one: as the ARN was given, and whom it meant then. */
export interface GrantPrincipal {
  readonly arn: string
  /** Unique id of the user or role; absent for accounts, sessions and services. */
  readonly id?: string | undefined
}

/** A grant on a key. */
export interface Grant extends KeyScope {
  readonly keyId: string
  /** 64 hex digits. */
  readonly grantId: string
  readonly name?: string | undefined
  readonly grantee: GrantPrincipal
  readonly retiring?: GrantPrincipal | undefined
  /** ARN of the account's root under which it was made: `arn:aws:iam::{account}:root`. */
  readonly issuingAccount: string
  readonly operations: readonly string[]
  readonly constraints?: GrantConstraints | undefined
  readonly createdAt: number
}

export interface GrantConstraints {
  readonly EncryptionContextSubset?: Readonly<Record<string, string>> | undefined
  readonly EncryptionContextEquals?: Readonly<Record<string, string>> | undefined
  readonly SourceArn?: string | undefined
}

/** A page of a list; `after` names the last item of the page before. */
export interface PageOf {
  readonly after?: string | undefined
  readonly limit: number
}

/**
 * KMS keys, their aliases and grants. A row whose MAC does not fit is never returned: the look-up rejects with ForgedRowError. Reads see every
 * change that was acknowledged before they began. Changes are made here and committed by the trail; every one of them raises the generation of
 * keys, so that no node uses what it has cached. An update or removal of a key applies only to the revision that was read and is a ConflictError
 * otherwise, as is a second alias of a name, and a move or removal of an alias or grant that is gone or moved.
 */
export interface KeyStore {
  find(reference: KeyReference): Promise<KmsKey | undefined>
  /** The keys of an id in all Regions, in order of the Region: a multi-Region key with its replicas. */
  relatives(keyId: string): Promise<readonly KmsKey[]>
  /** By key id. */
  keys(scope: KeyScope, page: PageOf): Promise<readonly KmsKey[]>
  /**
   * Keys with something due: the end of a deletion window, a rotation, the expiry of imported material. Oldest first. Here a row whose MAC does
   * not fit is left out, so that it holds up no other.
   */
  due(now: number, limit: number): Promise<readonly KmsKey[]>
  alias(scope: KeyScope, name: string): Promise<Alias | undefined>
  /** By name; those of one key when it is given. */
  aliases(scope: KeyScope, page: PageOf & { readonly keyId?: string | undefined }): Promise<readonly Alias[]>
  grant(key: Pick<KmsKey, 'region' | 'keyId'>, grantId: string): Promise<Grant | undefined>
  /** By grant id; with `grantee` those of one grantee's ARN. */
  grants(
    key: Pick<KmsKey, 'region' | 'keyId'>,
    page: PageOf & { readonly grantee?: string | undefined },
  ): Promise<readonly Grant[]>
  /** How many grants there are on a key, and how many of them to this ARN. */
  grantCounts(
    key: Pick<KmsKey, 'region' | 'keyId'>,
    grantee: string,
  ): Promise<{ readonly all: number; readonly toGrantee: number }>
  /** Grants on a key to any of these ARNs, as given at the time. */
  grantsTo(key: Pick<KmsKey, 'region' | 'keyId'>, grantees: readonly string[]): Promise<readonly Grant[]>
  /** Grants in a Region that a principal's ARN may retire, by grant id; on keys of one account alone where that is given. */
  retirable(
    region: string,
    principal: string,
    page: PageOf & { readonly account?: string | undefined },
  ): Promise<readonly Grant[]>

  create(key: KmsKey): Change
  /**
   * `key` is the new state, still with the revision that was read; its aliases and grants stay as they are. After material was taken away,
   * {@link KeyStore.erase} is to be asked for.
   */
  update(key: KmsKey): Change
  /** Removes the key for good, with its material, aliases and grants. */
  remove(key: KmsKey): Change
  addAlias(alias: Alias): Change
  /** `alias` still names the key it leads to. */
  moveAlias(alias: Alias, keyId: string, now: number): Change
  removeAlias(alias: Alias): Change
  addGrant(grant: Grant): Change
  removeGrant(grant: Grant): Change
  /** Asks that removed content leaves the files too. */
  erase(): Promise<void>
}

/** Grants on one key to one principal, all of which are looked at when it calls: our own limit beside AWS's on a key (docs/compatibility.md). */
export const GRANTS_PER_GRANTEE = 1_000
