import type { Conditions } from '../aws/operation.ts'
import type { EncryptionContext } from './ciphertext.ts'
import type { KmsContext } from './context.ts'
import { errors } from './errors.ts'
import { checkGrantTokens } from './grant-token.ts'
import type { KeyMaterial, KmsKey } from './key-store.ts'
import { neededMaterial } from './material.ts'

/** Bytes of an encryption context, names and values together (KMS developer guide, "Encryption context"). */
const MAX_CONTEXT_BYTES = 8192

/** What requests of operations that encrypt or decrypt have in common. */
interface CryptographicInput {
  readonly EncryptionContext?: EncryptionContext | undefined
  readonly EncryptionAlgorithm?: string | undefined
  readonly GrantTokens?: readonly string[] | undefined
  readonly Recipient?: object | undefined
}

/** Refusals that need nothing but the request. Throws ValidationException, UnsupportedOperationException. */
export function checkCryptographic({ EncryptionContext: context = {}, Recipient }: CryptographicInput): void {
  if (Recipient) throw errors.recipientUnsupported()
  const bytes = Object.entries(context)
    .flat()
    .reduce((sum, text) => sum + Buffer.byteLength(text), 0)
  if (bytes > MAX_CONTEXT_BYTES) throw errors.contextTooLarge(MAX_CONTEXT_BYTES)
}

const CONTEXT_KEY = /^kms:EncryptionContext:(.+)$/i

/** The encryption context of a request that an explanation tries: the pairs that the question supposes. */
export function supposedContext(supposed: Conditions): EncryptionContext | undefined {
  const pairs = Object.entries(supposed).flatMap(([key, value]) => {
    const name = CONTEXT_KEY.exec(key)?.[1]
    return name !== undefined && typeof value === 'string' ? [[name, value] as const] : []
  })
  return pairs.length > 0 ? Object.fromEntries(pairs) : undefined
}

/** Refusals that come once permission was given. Throws InvalidGrantTokenException, InvalidKeyUsageException. */
export function checkUse(
  { EncryptionAlgorithm: algorithm = 'SYMMETRIC_DEFAULT', GrantTokens }: CryptographicInput,
  key: KmsKey,
): void {
  checkGrantTokens(GrantTokens)
  if (algorithm !== 'SYMMETRIC_DEFAULT') throw errors.algorithmUnfit(algorithm, key.arn)
}

/** The end of a request that is only to be tried: it would have succeeded (security facts 4.5). */
export function endDryRun({ DryRun }: { readonly DryRun?: boolean | undefined }): void {
  if (DryRun) throw errors.dryRun()
}

/** The version that encrypts, opened. Throws KMSInternalException for a key without it, whose state says otherwise. */
export function currentMaterial(key: KmsKey, context: KmsContext): { info: KeyMaterial; material: Uint8Array } {
  const info = key.materials.find(({ version }) => version === key.currentVersion)
  const material = neededMaterial(key, key.currentVersion, context)
  if (!info) throw errors.unreadableKey()
  return { info, material }
}
