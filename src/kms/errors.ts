import { AwsError } from '../aws/error.ts'
import type { KeyState } from './key-store.ts'

/** How a sentence of AWS names a state. */
const STATE_NAMES: Readonly<Record<KeyState, string>> = {
  Enabled: 'enabled',
  Disabled: 'disabled',
  PendingDeletion: 'pending deletion',
  PendingImport: 'pending import',
  PendingReplicaDeletion: 'pending replica deletion',
}

/** KMS's errors; texts as recorded from AWS (security facts 4.5). */
export const errors = {
  keyNotFound: (arn: string) => new AwsError('NotFoundException', `Key '${arn}' does not exist`),
  invalidKeyId: (text: string) => new AwsError('NotFoundException', `Invalid keyId '${text}'`),
  invalidRegion: (region: string) => new AwsError('NotFoundException', `Invalid arn ${region}`),
  aliasNotFound: (arn: string) => new AwsError('NotFoundException', `Alias ${arn} is not found.`),
  disabled: (arn: string) => new AwsError('DisabledException', `${arn} is disabled.`),
  invalidState: (arn: string, state: KeyState) =>
    new AwsError('KMSInvalidStateException', `${arn} is ${STATE_NAMES[state]}.`),
  notPendingDeletion: (arn: string) => new AwsError('KMSInvalidStateException', `${arn} is not pending deletion.`),
  invalidCiphertext: () => new AwsError('InvalidCiphertextException'),
  malformedPolicy: (why: string) => new AwsError('MalformedPolicyDocumentException', why),
  /** To a caller who may not know whether a key exists (security facts 3.9). */
  deniedOnUnknown: (caller: string, action: string, what: string) =>
    new AwsError(
      'AccessDeniedException',
      `User: ${caller} is not authorized to perform: ${action} on ${what} because the resource does not exist in this Region, no resource-based policies allow access, or a resource-based policy explicitly denies access`,
    ),
  // AWS's code for what is wrong with the service itself; the text is ours.
  unreadableKey: () => new AwsError('KMSInternalException', 'The key cannot be read.', { status: 500 }),
}
