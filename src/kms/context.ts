import type { Change } from '../aws/change.ts'
import type { PageTokens } from '../aws/pagination.ts'
import type { Sealer } from '../seal/keyring.ts'
import type { GrantPrincipal, KeyPolicy, KeyScope, KeyStore, KmsKey } from './key-store.ts'

/** Who calls KMS, as grants name him. */
export interface KmsCaller {
  readonly account: string
  /** Of a user, of a session of a role, or of the account's root. */
  readonly arn: string
  /** ARN of the role behind a session. */
  readonly roleArn?: string | undefined
  /** Unique id of the user or role. */
  readonly id: string
}

/** What a KMS operation may use. */
export interface KmsContext {
  /** The caller's account in the Region of the request. */
  readonly scope: KeyScope
  readonly caller: KmsCaller
  /** Time of the request, ms. */
  readonly now: number
  /** Signing name of the service that calls for the caller. */
  readonly via: string | undefined
  readonly keys: KeyStore
  /** Keys that the request has found: a batch mostly needs the same one twenty times. */
  readonly found: Map<string, KmsKey>
  /** Opens and seals the material of keys. */
  readonly material: Sealer
  /** Seals what a client keeps for KMS: import tokens. Bound to what it is for by its place. */
  readonly tokens: Sealer
  readonly pages: PageTokens
  readonly policies: KeyPolicies
  /** The key of an AWS service by its alias, in the caller's account and Region: it comes into being when it is first asked for. */
  serviceKey(alias: string): Promise<KmsKey>
  /** Adds a change that commits with the record, or not at all. */
  change(change: Change): void
  /** Something to do once the changes have committed. */
  afterCommit(work: () => Promise<void>): void
  /** Tells the operator of what the caller only sees as a refusal. */
  report(error: Error): void
}

/** What the identities of the installation say about key policies and grants. */
export interface KeyPolicies {
  /**
   * A policy as it is stored, with the ids of whom it names. Throws KMS's MalformedPolicyDocumentException for what is no key policy, and for a
   * user or role that does not exist.
   */
  bind(document: string): Promise<KeyPolicy>
  /** The document as it is shown: an ARN whose user or role is gone is its unique id. */
  shown(policy: KeyPolicy): Promise<string>
  /** Whether the caller could call an operation on the key if it had this policy: the lockout check (security facts 3.9). */
  wouldAllow(operation: string, key: KmsKey, policy: KeyPolicy): boolean
  /** Whom an ARN means; undefined for a user or role that does not exist, or what is no ARN of a principal. */
  principal(arn: string): Promise<GrantPrincipal | undefined>
}
