import { OpenError } from '../aead.ts'
import type { Place, PlacePart } from '../place.ts'
import type { RootKey } from '../root-key.ts'
import { RootKeyError } from '../root-key-error.ts'

/** What KMS understands of a request; bytes are base64. */
export interface KmsRequest {
  readonly KeyId: string
  readonly EncryptionContext: Readonly<Record<string, string>>
  readonly Plaintext?: string
  readonly CiphertextBlob?: string
}

/**
 * Asks KMS, over whatever transport. Rejects with KmsRefusal for an error that KMS answers, with RootKeyError when there is
 * no answer.
 */
export type AskKms = (operation: 'Encrypt' | 'Decrypt', request: KmsRequest) => Promise<Record<string, unknown>>

/** KMS answers that it will not. */
export class KmsRefusal extends Error {
  override readonly name = 'KmsRefusal'
  /** As `AccessDeniedException`. */
  readonly code: string

  constructor(code: string, message: string) {
    super(message)
    this.code = code
  }
}

/** Answers that say: these bytes were not sealed by this key for this place (KMS API, Decrypt). */
const DOES_NOT_OPEN: readonly string[] = ['InvalidCiphertextException', 'IncorrectKeyException']

/** Wrapped blob: this byte, then the CiphertextBlob of KMS. A local root key's begin with 1. */
const FORMAT = 2

/** Whether a fingerprint is that of a key which never leaves its KMS. */
export const isInKms = (fingerprint: string) => fingerprint.startsWith('arn:')

/**
 * A root key that never leaves its KMS: AWS's, or another Coffer's. KMS binds every key of the keyring to its place by the
 * encryption context, which its own records show and its policies can demand. The fingerprint is the ARN of the key.
 */
export function externalKmsRootKey(keyArn: string, ask: AskKms): RootKey {
  const asked = async (operation: 'Encrypt' | 'Decrypt', request: Omit<KmsRequest, 'KeyId'>) => {
    const answer = await ask(operation, { KeyId: keyArn, ...request }).catch((error) => {
      throw refused(keyArn, error)
    })
    // Another key than the one that was named would be a root key that nobody knows of.
    if (answer.KeyId !== keyArn) throw refused(keyArn, new KmsRefusal('', 'it was answered by another key'))
    return answer
  }

  return {
    fingerprint: keyArn,

    async wrap(plaintext, place) {
      const Plaintext = Buffer.from(plaintext).toString('base64')
      const { CiphertextBlob } = await asked('Encrypt', { Plaintext, EncryptionContext: contextOf(place) })
      return Buffer.concat([Uint8Array.of(FORMAT), bytesOf(CiphertextBlob, keyArn)])
    },

    async unwrap(wrapped, place) {
      if (wrapped[0] !== FORMAT) throw new OpenError()
      const CiphertextBlob = Buffer.from(wrapped.subarray(1)).toString('base64')
      const { Plaintext } = await asked('Decrypt', { CiphertextBlob, EncryptionContext: contextOf(place) })
      return bytesOf(Plaintext, keyArn)
    },
  }
}

/** The place of a key of the keyring, as names and texts that a person recognises in the records of KMS. */
function contextOf(place: Place): Record<string, string> {
  const [record, format, installation, purpose, version, ...more] = place
  if (more.length > 0) throw new TypeError('Cannot wrap: a place of another form than that of a keyring key')
  return {
    'coffer:record': `${text(record)} ${text(format)}`,
    'coffer:installation': text(installation),
    'coffer:purpose': text(purpose),
    'coffer:version': text(version),
  }
}

function text(part: PlacePart): string {
  if (typeof part === 'string' || typeof part === 'number') return String(part)
  throw new TypeError('Cannot wrap: a place of another form than that of a keyring key')
}

function bytesOf(base64: unknown, keyArn: string): Buffer {
  if (typeof base64 === 'string' && base64 !== '') return Buffer.from(base64, 'base64')
  throw refused(keyArn, new KmsRefusal('', 'its answer holds nothing'))
}

function refused(keyArn: string, error: unknown): unknown {
  if (!(error instanceof KmsRefusal)) return error
  if (DOES_NOT_OPEN.includes(error.code)) return new OpenError()
  const code = error.code === '' ? '' : `${error.code}: `
  return new RootKeyError('refused', `Cannot use the root key: ${keyArn}: ${code}${error.message}`)
}
