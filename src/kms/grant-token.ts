import { OpenError } from '../seal/aead.ts'
import type { KmsContext } from './context.ts'
import { errors } from './errors.ts'
import type { Grant } from './key-store.ts'

/** Where a grant is, as its token tells. */
export type GrantPlace = Pick<Grant, 'account' | 'region' | 'keyId' | 'grantId'>

const PLACE = ['kms grant token']

/** What CreateGrant gives beside the grant's id. It is no proof of anything: grants act at once (docs/compatibility.md). */
export function makeGrantToken(
  { account, region, keyId, grantId }: GrantPlace,
  { tokens }: Pick<KmsContext, 'tokens'>,
) {
  const content = Buffer.from(JSON.stringify({ account, region, keyId, grantId }))
  return tokens.seal(content, PLACE).toString('base64url')
}

/** Throws InvalidGrantTokenException for what CreateGrant did not give. */
export function readGrantToken(token: string, { tokens }: Pick<KmsContext, 'tokens'>): GrantPlace {
  try {
    return JSON.parse(tokens.open(Buffer.from(token, 'base64url'), PLACE).toString()) as GrantPlace
  } catch (error) {
    if (error instanceof OpenError) throw errors.invalidGrantToken()
    throw error
  }
}

/** Refuses grant tokens that are none, as a request of any operation may bring them. */
export function checkGrantTokens(given: readonly string[] | undefined, context: Pick<KmsContext, 'tokens'>): void {
  for (const token of given ?? []) readGrantToken(token, context)
}
