/**
 * What other services may ask of KMS, each as their own caller: every call passes the gate like a call from outside (security facts 4.1).
 * Throws KMS's AwsErrors.
 */
export interface KmsClient {
  /** The same for the same caller in another Region. */
  in(region: string): KmsClient
  generateDataKey(request: {
    readonly KeyId: string
    readonly EncryptionContext: Readonly<Record<string, string>>
  }): Promise<{ readonly Plaintext: Uint8Array; readonly CiphertextBlob: Uint8Array; readonly KeyId: string }>
  /** A plaintext of at most 4,096 bytes under the key: such as a data key that follows its secret to another key. */
  encrypt(request: {
    readonly KeyId: string
    readonly Plaintext: Uint8Array
    readonly EncryptionContext: Readonly<Record<string, string>>
  }): Promise<{ readonly CiphertextBlob: Uint8Array; readonly KeyId: string }>
  /**
   * ARN of the key that a key id, an alias or an ARN means; undefined when there is none. For conditions alone: it needs no permission. Of another
   * account it is the ARN that was given, unless that account shows the caller which key it means.
   */
  arnOf(keyId: string): Promise<string | undefined>
  decrypt(request: {
    readonly CiphertextBlob: Uint8Array
    readonly EncryptionContext: Readonly<Record<string, string>>
  }): Promise<{ readonly Plaintext: Uint8Array; readonly KeyId: string }>
}

/** Alias of the key of those who name none. */
export { SECRETS_MANAGER_ALIAS } from './key.ts'
