import { newKey } from '../../src/kms/key.ts'
import type { Alias, Grant, KmsKey } from '../../src/kms/key-store.ts'
import { NOW, SCOPE } from './engine-under-test.ts'

/** A customer's key with material that nothing opens. */
export function newStoredKey(members: Partial<KmsKey> = {}): KmsKey {
  const key = newKey({ ...SCOPE, manager: 'CUSTOMER', now: NOW })
  const materials = [{ version: 1, id: 'a'.repeat(64), sealed: new Uint8Array([1, 2, 3]) }]
  const made = { ...key, materials, ...members }
  return { ...made, arn: `arn:aws:kms:${made.region}:${made.account}:key/${made.keyId}` }
}

export function aliasOf({ account, region, keyId }: KmsKey, name: string): Alias {
  return { account, region, name, keyId, createdAt: NOW, updatedAt: NOW }
}

export function newGrant({ account, region, keyId }: KmsKey, members: Partial<Grant> = {}): Grant {
  return {
    account,
    region,
    keyId,
    grantId: 'b'.repeat(64),
    grantee: { arn: `arn:aws:iam::${account}:user/grantee`, id: 'AIDA1' },
    issuingAccount: `arn:aws:iam::${account}:root`,
    operations: ['Decrypt'],
    createdAt: NOW,
    ...members,
  }
}
