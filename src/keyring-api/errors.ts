import { AwsError } from '../aws/error.ts'

/** Errors of the keyring, which AWS does not have: the texts are ours. */
export const errors = {
  rootKey: () =>
    new AwsError(
      'RootKeyUnavailableException',
      'Cannot rotate the keyring: the root key cannot be used now. The log of the server says why.',
    ),
}
