import { randomBytes } from 'node:crypto'
import { type EncryptionContext, encrypt } from './ciphertext.ts'
import type { KmsContext } from './context.ts'
import { checkUse, currentMaterial, endDryRun } from './cryptographic-request.ts'
import { errors } from './errors.ts'
import type { KmsKey } from './key-store.ts'

const SPEC_BYTES = { AES_256: 32, AES_128: 16 } as const

interface DataKeyInput {
  readonly EncryptionContext?: EncryptionContext | undefined
  readonly NumberOfBytes?: number | undefined
  readonly KeySpec?: keyof typeof SPEC_BYTES | undefined
  readonly GrantTokens?: readonly string[] | undefined
  readonly DryRun?: boolean | undefined
}

/** How long a data key is to be is said in one of two ways. Throws ValidationException. */
export function checkDataKeySize({ NumberOfBytes, KeySpec }: DataKeyInput): void {
  if ((NumberOfBytes === undefined) === (KeySpec === undefined)) throw errors.dataKeySize()
}

/** A fresh data key, plain and sealed under a key. */
export function newDataKey(input: DataKeyInput, key: KmsKey, context: KmsContext) {
  checkUse(input, key)
  const { info, material } = currentMaterial(key, context)
  endDryRun(input)
  const { EncryptionContext = {}, KeySpec = 'AES_256', NumberOfBytes = SPEC_BYTES[KeySpec] } = input
  const plaintext: Uint8Array = randomBytes(NumberOfBytes)
  const sealed: Uint8Array = encrypt(key, key.currentVersion, material, plaintext, EncryptionContext)
  return { CiphertextBlob: sealed, Plaintext: plaintext, KeyId: key.arn, KeyMaterialId: info.id }
}
