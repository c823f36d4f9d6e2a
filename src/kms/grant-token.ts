import { createHash, randomBytes } from 'node:crypto'
import { errors } from './errors.ts'
import type { Grant } from './key-store.ts'

/** Where a grant is, as its token tells. */
export type GrantPlace = Pick<Grant, 'account' | 'region' | 'keyId' | 'grantId'>

/** Format byte, checksum of what follows, salt (no two tokens are the same), account, Region, key id and grant id with slashes between. */
const FORMAT = 2
const CHECKSUM_BYTES = 8
const SALT_BYTES = 16
const HEADER_BYTES = 1 + CHECKSUM_BYTES

/**
 * What CreateGrant gives beside the grant's id. It is a name, and no proof of anything: grants act at once (docs/compatibility.md), and who may
 * end one is for the grant to say. So nothing seals it: it lives as long as its grant, which no key of the keyring does.
 */
export function makeGrantToken({ account, region, keyId, grantId }: GrantPlace): string {
  const content = Buffer.concat([randomBytes(SALT_BYTES), Buffer.from([account, region, keyId, grantId].join('/'))])
  return Buffer.concat([Buffer.of(FORMAT), checksumOf(content), content]).toString('base64url')
}

/** Throws InvalidGrantTokenException for what CreateGrant did not give. */
export function readGrantToken(token: string): GrantPlace {
  const bytes = Buffer.from(token, 'base64url')
  const content = bytes.subarray(HEADER_BYTES)
  if (bytes[0] !== FORMAT || !checksumOf(content).equals(bytes.subarray(1, HEADER_BYTES)))
    throw errors.invalidGrantToken()
  const [account, region, keyId, grantId, ...more] = content.subarray(SALT_BYTES).toString().split('/')
  if (!account || !region || !keyId || !grantId || more.length > 0) throw errors.invalidGrantToken()
  return { account, region, keyId, grantId }
}

/** Refuses grant tokens that are none, as a request of any operation may bring them. */
export function checkGrantTokens(given: readonly string[] | undefined): void {
  for (const token of given ?? []) readGrantToken(token)
}

const checksumOf = (content: Uint8Array) => createHash('sha256').update(content).digest().subarray(0, CHECKSUM_BYTES)
