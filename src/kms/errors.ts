import { AwsError } from '../aws/error.ts'
import type { KeyState } from './key-store.ts'

/** KMS's errors; texts as recorded from AWS (security facts 4.5). */
export const errors = {
  keyNotFound: (arn: string) => new AwsError('NotFoundException', `Key '${arn}' does not exist`),
  invalidKeyId: (text: string) => new AwsError('NotFoundException', `Invalid keyId '${text}'`),
  aliasNotFound: (arn: string) => new AwsError('NotFoundException', `Alias ${arn} is not found.`),
  disabled: (arn: string) => new AwsError('DisabledException', `${arn} is disabled.`),
  pendingDeletion: (arn: string) => new AwsError('KMSInvalidStateException', `${arn} is pending deletion.`),
  // AWS's code for what is wrong with the service itself; the text is ours.
  unreadableKey: () => new AwsError('KMSInternalException', 'The key cannot be read.', { status: 500 }),
  invalidCiphertext: () => new AwsError('InvalidCiphertextException'),
}

/** Why a key cannot be used for cryptography in its state; undefined when it can (security facts 4.6). */
export const stateErrors: Readonly<Record<KeyState, (arn: string) => AwsError | undefined>> = {
  Enabled: () => undefined,
  Disabled: errors.disabled,
  PendingDeletion: errors.pendingDeletion,
}
