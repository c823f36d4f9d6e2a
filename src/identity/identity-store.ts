import type { Change } from '../aws/change.ts'
export interface User {
  readonly account: string
  readonly userName: string
  /** `AIDA…` */
  readonly userId: string
  readonly arn: string
  /** ARNs of attached managed policies. */
  readonly managedPolicies: readonly string[]
  readonly createdAt: number
}

export interface AccessKey {
  /** `AKIA…` */
  readonly accessKeyId: string
  readonly account: string
  readonly userName: string
  /** Sealed, bound to key id, account and owner. */
  readonly sealedSecret: Uint8Array
  readonly active: boolean
  readonly createdAt: number
}

/**
 * Accounts, users and access keys. A row whose MAC does not fit is never returned: the look-up rejects with ForgedRowError.
 */
export interface IdentityStore {
  /** The key with its owner; undefined for an unknown one. */
  findAccessKey(accessKeyId: string): Promise<{ readonly key: AccessKey; readonly user: User } | undefined>
  /** Account ids, oldest first. */
  accounts(): Promise<readonly string[]>
  findUser(account: string, userName: string): Promise<User | undefined>
  accessKeysOf(user: User): Promise<readonly AccessKey[]>

  createAccount(account: string, at: number): Change
  createUser(user: User): Change
  createAccessKey(key: AccessKey): Change
  deleteAccessKey(key: AccessKey): Change
}
