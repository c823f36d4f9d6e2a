import type { Change } from '../aws/change.ts'
import type { Conditions, Operation } from '../aws/operation.ts'
import type { PageTokens } from '../aws/pagination.ts'
import type { KmsClient } from '../kms/client.ts'
import type { Secret, SecretPolicy, VersionInfo } from './secret.ts'
import type { ValueCipher } from './secret-value.ts'
import type { Scope, SecretsStore } from './secrets-store.ts'

/** What an operation of Secrets Manager may use, bound to one request and its caller. */
export interface SecretsContext {
  /** The caller's account in the Region of the request. */
  readonly scope: Scope
  /** The service of its account that the caller is: it owns the secrets it makes. Absent for everybody else. */
  readonly service: string | undefined
  /** Time of the request, milliseconds. */
  readonly now: number
  /** Remembers what the request has read. */
  readonly store: SecretsStore
  /** Each call passes the gate as the same caller. */
  readonly kms: KmsClient
  readonly cipher: ValueCipher
  readonly tokens: PageTokens
  readonly policies: SecretPolicies
  readonly rotations: Rotations
  readonly rotationRoles: RotationRoles
  /** Adds a change that commits with the record of the request, or not at all. */
  change(change: Change): void
  /** Tells the operator of what the caller only sees as a refusal. */
  report(error: Error): void
  /** Says in the record what the request begins or ends for versions of its secret: one event for each (security facts 6.4). */
  versionEvents(event: VersionEvent, versions: readonly VersionInfo[]): void
  /** Something to do once the changes have committed; its failure does not change the answer. */
  afterCommit(work: () => Promise<void>): void
  /**
   * Performs another operation for the same caller, through the same gate, as one item of this request: its outcome is recorded under `id`.
   * Throws what the gate or the operation throws.
   */
  performItem<I, O, V>(operation: Operation<I, O, V, SecretsContext>, input: I, id: string): Promise<O>
}

/** What records tell of a version whose secret is to go, is not to go after all, or is gone. */
export type VersionEvent = 'StartSecretVersionDelete' | 'CancelSecretVersionDelete' | 'EndSecretVersionDelete'

/** What carries rotations out. */
export interface Rotations {
  /**
   * Whether there is something that may be called for a secret.
   *
   * @param name ARN of a rotation function, or `type:` with a type of managed external secrets
   */
  canInvoke(name: string, secret: Pick<Secret, 'account' | 'region'>): boolean
  /** There is something to do. */
  wake(): void
}

/** Roles with which managed external secrets are rotated. */
export interface RotationRoles {
  /** Tags of a role; none where it does not exist. */
  tagsOf(roleArn: string): Promise<readonly { readonly Key: string; readonly Value: string }[]>
  /** Whether Secrets Manager may assume a role for a secret. */
  isAssumable(roleArn: string, secret: Pick<Secret, 'arn' | 'account'>): Promise<boolean>
}

/** What the policy engine and the identities of the installation say about policies on secrets. */
export interface SecretPolicies {
  /** Reads a document that is to be the policy on a secret. Does not throw for what is none. */
  read(document: string): Promise<ReadPolicy>
  /** The document as it is shown: an ARN whose user or role is gone is its unique id. */
  shown(policy: SecretPolicy): Promise<string>
  /** Whether the caller could call an operation on the secret if it had this policy. */
  wouldAllow(operation: string, secret: Secret, conditions: Conditions, policy: SecretPolicy): boolean
}

/** A policy as it is stored, or why it cannot be. */
export type ReadPolicy = {
  /** Whether it lets in callers whom nobody has chosen. */
  readonly isPublic: boolean
} & (
  | { readonly policy: SecretPolicy; readonly fault?: undefined }
  | { readonly policy?: undefined; readonly fault: PolicyFault }
)

/** Why a document cannot be the policy on a secret. */
export interface PolicyFault {
  /** It breaks the grammar, or names a principal that does not exist or cannot come here, or a service that cannot be. */
  readonly kind: 'syntax' | 'principal' | 'service'
  /** What exactly, in the words of the policy engine. */
  readonly detail: string
}
