import { isRegionName } from '../aws/sigv4/credential.ts'
import { type Authenticator, type AuthenticatorParts, sessionPrincipal, userOf } from './authenticate.ts'
import { type Principal, rootOf } from './principal.ts'

/** Account of callers whose access key is no account number, unless another one is given. */
const DEFAULT_ACCOUNT = '000000000000'
/** Region of callers who name none. */
const DEFAULT_REGION = 'us-east-1'

/** Bounded, so that no header takes long to look through. */
const CREDENTIAL = /Credential=([^/\s,&%]{1,128})(?:\/|%2F)[^/\s,&%]{0,128}(?:\/|%2F)([^/\s,&%]{1,128})(?:\/|%2F)/

/**
 * Takes any credentials, or none: only for data that is thrown away. An access key or a session that this Coffer has made belongs to its user or
 * role, as long as that exists. Every other caller is the root of an account: of the one that the access key id names, where it is an account
 * number, else of `defaultAccount`.
 */
export function openAuthenticator(parts: AuthenticatorParts, defaultAccount = DEFAULT_ACCOUNT): Authenticator {
  return {
    isOpen: true,
    admit({ rawHeaders, url }) {
      const proof = headerIn(rawHeaders, /^authorization$/i) ?? url
      const [, keyId, region = DEFAULT_REGION] = CREDENTIAL.exec(proof) ?? []
      const token = headerIn(rawHeaders, /^x-amz-security-token$/i)
      return {
        claims: keyId,
        async authenticate() {
          const known = keyId === undefined ? undefined : await knownPrincipal(keyId, token, parts)
          const account = keyId && /^\d{12}$/.test(keyId) ? keyId : defaultAccount
          return {
            principal: known ?? rootOf(account, keyId),
            region: isRegionName(region) ? region : DEFAULT_REGION,
          }
        },
      }
    },
  }
}

function headerIn(rawHeaders: readonly string[], name: RegExp): string | undefined {
  const index = rawHeaders.findIndex((text, position) => position % 2 === 0 && name.test(text))
  return index < 0 ? undefined : rawHeaders[index + 1]
}

async function knownPrincipal(
  keyId: string,
  token: string | undefined,
  parts: AuthenticatorParts,
): Promise<Principal | undefined> {
  const session = token === undefined ? undefined : parts.tokens.open(keyId, token)
  if (session) return sessionPrincipal(keyId, session, parts)
  const holder = await parts.store.findAccessKey(keyId)
  return holder && userOf(holder, keyId, parts)
}
