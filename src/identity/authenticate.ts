import { signatureErrors } from '../aws/sigv4/errors.ts'
import {
  type PresentedSignature,
  readSignature,
  type SignedRequestHead,
  type VerifyOptions,
  verifySignature,
} from '../aws/sigv4/verify.ts'
import type { Sealer } from '../seal/keyring.ts'
import type { AccessKey, IdentityStore, User } from './identity-store.ts'
import { type Principal, rootOf } from './principal.ts'

/** Who makes a request, and for which Region. */
export interface Caller {
  readonly principal: Principal
  readonly region: string
}

/**
 * Finds out who makes a request, in two steps: `admit` refuses what headers alone give reason to refuse, before a body is read; what it
 * returns then proves itself with the body. Both throw AwsError.
 */
export interface Authenticator {
  admit(head: SignedRequestHead, options: VerifyOptions): Admitted
}

export interface Admitted {
  /** The access key the request claims, for the security log; nothing is proven yet. */
  readonly claims: string | undefined
  authenticate(body: Uint8Array): Promise<Caller>
}

/** What an access key's secret is sealed for: it opens for no other key, account or owner. */
export function accessKeyPlace({ accessKeyId, account, userName }: Omit<AccessKey, 'sealedSecret'>): string[] {
  return ['access key', accessKeyId, account, userName]
}

/** Verifies the SigV4 signature of every request against the access keys of the store. */
export function signedAuthenticator(store: IdentityStore, sealer: Sealer): Authenticator {
  return {
    admit(head, options) {
      const presented = readSignature(head, options)
      return {
        claims: presented.accessKeyId,
        authenticate: (body) => authenticateSigned(presented, head, body, store, sealer),
      }
    },
  }
}

async function authenticateSigned(
  presented: PresentedSignature,
  head: SignedRequestHead,
  body: Uint8Array,
  store: IdentityStore,
  sealer: Sealer,
): Promise<Caller> {
  const found = await store.findAccessKey(presented.accessKeyId)
  // An inactive key is an unknown one; both cost the same as a wrong secret.
  const usable = found?.key.active ? found : undefined
  const secret = usable && Buffer.from(sealer.open(usable.key.sealedSecret, accessKeyPlace(usable.key))).toString()
  verifySignature(presented, head, body, secret)
  // Long-term keys have no session token (security facts 1.15).
  if (!usable || presented.sessionToken !== undefined) throw signatureErrors.unrecognizedClient()
  return { principal: principalOf(usable.key, usable.user), region: presented.region }
}

function principalOf(key: AccessKey, user: User): Principal {
  return {
    type: 'IAMUser',
    account: user.account,
    arn: user.arn,
    principalId: user.userId,
    userName: user.userName,
    accessKeyId: key.accessKeyId,
    managedPolicies: user.managedPolicies,
  }
}

/** Account of callers whose access key is no account number. */
export const DEFAULT_ACCOUNT = '000000000000'
/** Region of callers who name none. */
export const DEFAULT_REGION = 'us-east-1'

const CREDENTIAL = /Credential=([^/\s,]+)\/[^/\s,]*\/([^/\s,]+)\//

/**
 * Takes any credentials, or none: only for data that is thrown away. The account is the access key id where that is an account number.
 */
export function openAuthenticator(): Authenticator {
  return {
    admit({ rawHeaders }) {
      const index = rawHeaders.findIndex((text, position) => position % 2 === 0 && /^authorization$/i.test(text))
      const [, keyId, region = DEFAULT_REGION] = CREDENTIAL.exec(rawHeaders[index + 1] ?? '') ?? []
      const account = keyId && /^\d{12}$/.test(keyId) ? keyId : DEFAULT_ACCOUNT
      const caller = {
        principal: rootOf(account, keyId),
        region: /^([a-z]+-)+\d+$/.test(region) ? region : DEFAULT_REGION,
      }
      return { claims: keyId, authenticate: async () => caller }
    },
  }
}
