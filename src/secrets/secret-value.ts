import { DamagedRowError } from '../aws/damaged-row.ts'
import { AwsError } from '../aws/error.ts'
import { SECRETS_MANAGER_ALIAS } from '../kms/client.ts'
import type { SecretsContext } from './context.ts'
import { errors } from './errors.ts'
import type { Secret, Version } from './secret.ts'

/** Seals a value under its data key, which is used for nothing else; handed in, so that ciphers stay in one place. */
export interface ValueCipher {
  seal(key: Uint8Array, plaintext: Uint8Array, place: readonly string[]): Uint8Array
  /** Throws for anything that was not sealed under this key for exactly this place. */
  open(key: Uint8Array, sealed: Uint8Array, place: readonly string[]): Uint8Array
}

/** A value as a request or an answer carries it: one of both. */
export interface SecretValue {
  readonly SecretString?: string | undefined
  readonly SecretBinary?: Uint8Array | undefined
}

type Owner = Pick<Secret, 'arn' | 'account' | 'region' | 'kmsKeyId'>
type SealingNeeds = Pick<SecretsContext, 'kms' | 'cipher' | 'scope' | 'now'>
type Needs = SealingNeeds & Pick<SecretsContext, 'report'>

/** True for secrets under `aws/secretsmanager`: unnamed, or by its alias or the ARN of that. */
function usesDefaultKey({ kmsKeyId }: Pick<Secret, 'kmsKeyId'>): boolean {
  return kmsKeyId === undefined || kmsKeyId === SECRETS_MANAGER_ALIAS || kmsKeyId.endsWith(`:${SECRETS_MANAGER_ALIAS}`)
}

/**
 * A new version with its value sealed under a fresh data key, bound to the secret and the version (facts 8.10).
 * Throws EncryptionFailure or AccessDeniedException when KMS refuses.
 */
export async function sealVersion(
  owner: Owner,
  versionId: string,
  value: SecretValue,
  context: SealingNeeds,
): Promise<Version> {
  refuseForeignDefaultKey(owner, context)
  const { kmsKeyId } = owner
  const { Plaintext: key, CiphertextBlob } = await translate(
    context.kms.generateDataKey({
      KeyId: kmsKeyId ?? SECRETS_MANAGER_ALIAS,
      EncryptionContext: encryptionContext(owner, versionId),
    }),
    errors.encryptionFailure,
  )
  const binary = value.SecretBinary !== undefined
  const plaintext = bytesOf(value)
  const ciphertext = context.cipher.seal(key, plaintext, placeOfValue(owner, versionId, binary))
  key.fill(0)
  return {
    versionId,
    createdAt: context.now,
    kmsKeyId,
    value: { ciphertext, dataKey: CiphertextBlob, binary },
  }
}

/** The value of a version. Throws DecryptionFailure when it cannot be opened, AccessDeniedException when KMS denies. */
export async function openVersion(owner: Owner, version: Version, context: Needs): Promise<SecretValue> {
  refuseForeignDefaultKey(owner, context)
  const { ciphertext, binary } = version.value
  const key = await openDataKey(owner, version, context)
  let plaintext: Uint8Array
  try {
    plaintext = context.cipher.open(key, ciphertext, placeOfValue(owner, version.versionId, binary))
  } catch {
    context.report(damagedVersion(owner, version))
    throw errors.decryptionFailure()
  } finally {
    key.fill(0)
  }
  return binary ? { SecretBinary: plaintext } : { SecretString: Buffer.from(plaintext).toString('utf8') }
}

/**
 * A version under the key that its secret has now: the data key is sealed anew, the value stays as it is. undefined where the caller may not
 * encrypt under that key: the version then stays under its old one (security facts 4.3). Throws DecryptionFailure, EncryptionFailure, and
 * AccessDeniedException for the old key.
 */
export async function moveVersion(owner: Owner, version: Version, context: Needs): Promise<Version | undefined> {
  if (usesDefaultKey(owner)) return sealedAnew(owner, version, context)
  const { kms } = context
  const { kmsKeyId } = owner
  const EncryptionContext = encryptionContext(owner, version.versionId)
  const Plaintext = await openDataKey(owner, version, context)
  try {
    const request = { KeyId: kmsKeyId ?? SECRETS_MANAGER_ALIAS, Plaintext, EncryptionContext }
    const { CiphertextBlob } = await translate(kms.encrypt(request), errors.encryptionFailure)
    return { ...version, kmsKeyId, value: { ...version.value, dataKey: CiphertextBlob } }
  } catch (error) {
    if (error instanceof AwsError && error.code === 'AccessDeniedException') return undefined
    throw error
  } finally {
    Plaintext.fill(0)
  }
}

/** KMS's answers to a ciphertext that it cannot open: it was altered, it belongs elsewhere, or its key is gone. */
const DOES_NOT_OPEN: readonly string[] = ['InvalidCiphertextException', 'IncorrectKeyException']

/** The data key of a version. Throws DecryptionFailure or AccessDeniedException when KMS refuses. */
async function openDataKey(owner: Owner, version: Version, { kms, report }: Needs): Promise<Uint8Array> {
  const EncryptionContext = encryptionContext(owner, version.versionId)
  const opened = kms.decrypt({ CiphertextBlob: version.value.dataKey, EncryptionContext }).catch((error) => {
    if (error instanceof AwsError && DOES_NOT_OPEN.includes(error.code)) report(damagedVersion(owner, version))
    throw error
  })
  return (await translate(opened, errors.decryptionFailure)).Plaintext
}

const damagedVersion = ({ arn }: Owner, { versionId }: Version) =>
  new DamagedRowError({ table: 'versions', row: `${arn} ${versionId}`, damage: 'seal' })

/** A version under a fresh data key: nobody may call Encrypt on the default key (security facts 3.9). */
async function sealedAnew(owner: Owner, version: Version, context: Needs): Promise<Version> {
  const value = await openVersion(owner, version, context)
  const sealed = await sealVersion(owner, version.versionId, value, context)
  return { ...version, kmsKeyId: sealed.kmsKeyId, value: sealed.value }
}

/** Whether a version holds exactly this value, for repeated ClientRequestTokens. */
export async function holdsValue(owner: Owner, version: Version, value: SecretValue, context: Needs): Promise<boolean> {
  if (version.value.binary !== (value.SecretBinary !== undefined)) return false
  const stored = await openVersion(owner, version, context)
  return Buffer.compare(bytesOf(stored), bytesOf(value)) === 0
}

/**
 * The two probes AWS makes when a key is chosen; their results are thrown away. Throws InvalidParameterException for a key that does not exist,
 * EncryptionFailure for one that cannot be used, and AccessDeniedException.
 */
export async function probeKey(owner: Owner, context: Needs): Promise<void> {
  const { kmsKeyId } = owner
  if (kmsKeyId === undefined) return
  const EncryptionContext = encryptionContext(owner, 'RequestToValidateKeyAccess')
  const { CiphertextBlob } = await translate(
    context.kms.generateDataKey({ KeyId: kmsKeyId, EncryptionContext }),
    failureOfChosenKey,
  )
  await translate(context.kms.decrypt({ CiphertextBlob, EncryptionContext }), errors.decryptionFailure)
}

/**
 * What a key that is chosen for a replica must permit: to make data keys and to encrypt, not to decrypt (security facts 2.4, 4.2). Nobody may
 * call Encrypt on the default key (security facts 3.9).
 */
export async function probeReplicaKey(owner: Owner, context: Needs): Promise<void> {
  refuseForeignDefaultKey(owner, context)
  const { kmsKeyId } = owner
  if (kmsKeyId === undefined || usesDefaultKey(owner)) return
  const { kms } = context
  const EncryptionContext = encryptionContext(owner, 'RequestToValidateKeyAccess')
  const { Plaintext } = await translate(kms.generateDataKey({ KeyId: kmsKeyId, EncryptionContext }), failureOfChosenKey)
  await translate(kms.encrypt({ KeyId: kmsKeyId, Plaintext, EncryptionContext }), errors.encryptionFailure)
  Plaintext.fill(0)
}

function refuseForeignDefaultKey(owner: Owner, { scope }: SealingNeeds): void {
  if (owner.account !== scope.account && usesDefaultKey(owner)) throw errors.foreignDefaultKey()
}

/** KMS's refusals as callers of Secrets Manager see them (facts 9.8). */
async function translate<T>(call: Promise<T>, failure: (refusal: AwsError) => AwsError): Promise<T> {
  try {
    return await call
  } catch (error) {
    if (!(error instanceof AwsError)) throw error
    throw error.code === 'AccessDeniedException' ? errors.kmsAccessDenied() : failure(error)
  }
}

/** Only the caller who chose a key is told that it does not exist: later it is a key that cannot encrypt. */
const failureOfChosenKey = ({ code, message }: AwsError) =>
  code === 'NotFoundException' ? errors.invalidKey(message) : errors.encryptionFailure()

/** What KMS binds the data key of a version to. */
export const encryptionContext = (owner: Pick<Owner, 'arn'>, versionId: string) => ({
  SecretARN: owner.arn,
  SecretVersionId: versionId,
})

/** What the value of a version is bound to. */
export const placeOfValue = (owner: Owner, versionId: string, binary: boolean) => [
  'secret value',
  owner.account,
  owner.region,
  owner.arn,
  versionId,
  binary ? 'binary' : 'text',
]

function bytesOf(value: SecretValue): Uint8Array {
  return value.SecretBinary ?? Buffer.from(value.SecretString ?? '', 'utf8')
}
