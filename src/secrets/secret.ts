import type { Rotation } from './rotation.ts'

/** Labels of each labelled version, in order of attachment, keyed by version id. Versions without labels are left out. */
export type Stages = ReadonlyMap<string, readonly string[]>

export interface Tag {
  readonly Key: string
  readonly Value: string
}

/** The policy on a secret as it was given, and whom its principal ARNs meant then. */
export interface SecretPolicy {
  readonly document: string
  /** Unique id of each user and role that the document names by ARN (security facts 3.2). */
  readonly bindings: Readonly<Record<string, string>>
}

/** A Region to which a secret is replicated, as its primary knows it (facts 8.7). */
export interface Replica {
  readonly region: string
  /** The key of the replica as the caller named it; absent for `aws/secretsmanager`. */
  readonly kmsKeyId?: string | undefined
  /** InProgress only until the change that asks for the replica is made; it is never stored. */
  readonly status: 'InProgress' | 'InSync' | 'Failed'
  readonly message?: string | undefined
}

/** A secret without its values. Times are milliseconds since the epoch. */
export interface Secret {
  /** Sequence of creation within the store; sorts secrets by creation. */
  readonly id: number
  readonly account: string
  readonly region: string
  readonly name: string
  /** Full ARN with its six-character suffix. */
  readonly arn: string
  readonly description?: string | undefined
  /** The key as the caller named it; absent for `aws/secretsmanager`. */
  readonly kmsKeyId?: string | undefined
  /** Absent until the secret is tagged for the first time; empty when all tags were removed. */
  readonly tags?: readonly Tag[] | undefined
  readonly stages: Stages
  readonly createdAt: number
  readonly changedAt: number
  /** Midnight UTC of the day of the last read of a value. */
  readonly accessedAt?: number | undefined
  /** When the secret was marked for deletion. */
  readonly deletedAt?: number | undefined
  /** End of the recovery window; from then on the secret may be purged. */
  readonly purgeAt?: number | undefined
  /** Of a replica, the Region of its primary; of a primary, its own; absent for what is not replicated. */
  readonly primaryRegion?: string | undefined
  /** Of a primary, at least one; absent otherwise. */
  readonly replicas?: readonly Replica[] | undefined
  readonly owningService?: string | undefined
  readonly type?: string | undefined
  readonly resourcePolicy?: SecretPolicy | undefined
  /** Absent until rotation is set up for the first time. */
  readonly rotation?: Rotation | undefined
  /** Raised by each change; a change applies only to the revision it was computed from. */
  readonly revision: number
}

/** A version of a secret without its value. */
export interface VersionInfo {
  readonly versionId: string
  readonly createdAt: number
  readonly accessedAt?: number | undefined
  /** The key as the secret named it when the version was written; absent for `aws/secretsmanager`. */
  readonly kmsKeyId?: string | undefined
}

/** A stored value: the sealed text or bytes and the data key, itself sealed by KMS. */
export interface SealedValue {
  readonly ciphertext: Uint8Array
  readonly dataKey: Uint8Array
  readonly binary: boolean
}

export interface Version extends VersionInfo {
  readonly value: SealedValue
}

export const CURRENT = 'AWSCURRENT'
export const PREVIOUS = 'AWSPREVIOUS'
export const PENDING = 'AWSPENDING'
