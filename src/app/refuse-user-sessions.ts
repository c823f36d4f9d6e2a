import type { AwsError } from '../aws/error.ts'
import { signatureErrors } from '../aws/sigv4/errors.ts'
import type { Principal } from '../identity/principal.ts'

/** Sessions of users may call IAM only when they have proven a device, and here none ever has (security facts 5.3). */
export function refuseUserSessions({ type, session }: Principal): AwsError | undefined {
  return type === 'IAMUser' && session ? signatureErrors.unrecognizedClient() : undefined
}
