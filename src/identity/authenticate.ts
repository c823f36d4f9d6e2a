import { DamagedRowError } from '../aws/damaged-row.ts'
import { signatureErrors } from '../aws/sigv4/errors.ts'
import { readSignature, type SignedRequestHead, type VerifyOptions, verifySignature } from '../aws/sigv4/verify.ts'
import type { PolicyCache } from '../iam/policy-cache.ts'
import { OpenError } from '../seal/aead.ts'
import type { Sealer } from '../seal/keyring.ts'
import { arnOf, type Role, sessionArn, type Tag } from './entities.ts'
import type { AccessKey, Holder, IdentityStore, KeyHolder } from './identity-store.ts'
import { policiesOf, sessionPolicies } from './permissions.ts'
import type { Principal, SessionContext } from './principal.ts'
import { rootOf } from './principal.ts'
import type { OpenedSession, RoleSession, SessionTokens } from './temporary-credentials.ts'

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
  /** Whether anybody is let in. */
  readonly isOpen: boolean
  admit(head: SignedRequestHead, options: VerifyOptions): Admitted
}

export interface Admitted {
  /** The access key the request claims, for the security log; nothing is proven yet. */
  readonly claims: string | undefined
  /** @param now milliseconds; the body may have come long after the head */
  authenticate(body: Uint8Array, now: number): Promise<Caller>
}

export interface AuthenticatorParts {
  readonly store: IdentityStore
  readonly policies: PolicyCache
  /** Opens the secrets of access keys. */
  readonly accessKeys: Sealer
  readonly tokens: SessionTokens
}

/** What an access key's secret is sealed for: it opens for no other key, account or owner. */
export function accessKeyPlace({
  accessKeyId,
  account,
  userName,
}: Pick<AccessKey, 'accessKeyId' | 'account' | 'userName'>): string[] {
  return ['access key', accessKeyId, account, userName]
}

/** Verifies the SigV4 signature of every request against the access keys of the store, or against its session token. */
export function signedAuthenticator(parts: AuthenticatorParts): Authenticator {
  return {
    isOpen: false,
    admit(head, options) {
      const presented = readSignature(head, options)
      return {
        claims: presented.accessKeyId,
        async authenticate(body, now) {
          const { accessKeyId, sessionToken, region } = presented
          const verify = (secret: string | undefined) => verifySignature(presented, head, body, secret)
          const principal =
            sessionToken === undefined
              ? await longTerm(accessKeyId, verify, parts)
              : await temporary({ accessKeyId, sessionToken }, verify, now, parts)
          return { principal, region }
        },
      }
    },
  }
}

type Verify = (secret: string | undefined) => void

async function longTerm(accessKeyId: string, verify: Verify, parts: AuthenticatorParts): Promise<Principal> {
  const found = await parts.store.findAccessKey(accessKeyId)
  // An inactive key is an unknown one; both cost the same as a wrong secret.
  const usable = found?.key.active ? found : undefined
  verify(usable && secretOf(usable.key, parts.accessKeys))
  if (!usable) throw signatureErrors.unrecognizedClient()
  return userOf(usable, accessKeyId, parts)
}

/** The secret of an access key. Throws DamagedRowError where it does not open: then nothing can be proven by it. */
export function secretOf(key: AccessKey, accessKeys: Sealer): string {
  try {
    return Buffer.from(accessKeys.open(key.sealedSecret, accessKeyPlace(key))).toString()
  } catch (error) {
    if (!(error instanceof OpenError)) throw error
    throw new DamagedRowError({ table: 'access_keys', row: key.accessKeyId, damage: 'seal' })
  }
}

async function temporary(
  { accessKeyId, sessionToken }: { accessKeyId: string; sessionToken: string },
  verify: Verify,
  now: number,
  parts: AuthenticatorParts,
): Promise<Principal> {
  const session = parts.tokens.open(accessKeyId, sessionToken)
  // Without the session there is no secret, and the refusal costs the same.
  if (!session) return refuseForeignToken(verify)
  verify(session.secretAccessKey)
  if (now >= session.expiresAt) throw signatureErrors.expiredSessionToken()
  const principal = await sessionPrincipal(accessKeyId, session, parts)
  if (!principal) throw signatureErrors.unrecognizedClient()
  return principal
}

/** Rows 13 and 15 of security facts 1.6: long-term keys have no token, and every token belongs to one key. */
function refuseForeignToken(verify: Verify): never {
  try {
    verify(undefined)
  } catch {
    // Any refusal here says the same.
  }
  throw signatureErrors.foreignSessionToken()
}

/** Whom a session is; undefined when that identity, or the key that asked for it, is no longer there or no longer active. */
export async function sessionPrincipal(
  accessKeyId: string,
  session: OpenedSession,
  parts: AuthenticatorParts,
): Promise<Principal | undefined> {
  const { of, account } = session
  if (of.kind === 'root') return { ...rootOf(account, accessKeyId), session: contextOf(session) }
  if (of.kind === 'user') {
    const parent = await parts.store.findAccessKey(of.parentKeyId)
    return parent?.key.active ? { ...userOf(parent, accessKeyId, parts), session: contextOf(session) } : undefined
  }
  const holder = await parts.store.findHolder('role', of.roleId)
  return holder && roleSession(accessKeyId, session, of, holder, parts)
}

async function roleSession(
  accessKeyId: string,
  session: OpenedSession,
  of: RoleSession,
  holder: Holder<Role>,
  { store, policies }: AuthenticatorParts,
): Promise<Principal> {
  const { entity: role } = holder
  return {
    type: 'AssumedRole',
    account: role.account,
    arn: sessionArn(role, of.name),
    principalId: `${role.id}:${of.name}`,
    accessKeyId,
    policies: { ...policiesOf(holder, policies), session: await sessionPolicies(of, role.account, store, policies) },
    tags: mergeTags(role.tags, of.tags),
    session: {
      ...contextOf(session),
      name: of.name,
      role: { id: role.id, arn: arnOf(role), name: role.name },
      sourceIdentity: of.sourceIdentity,
      federatedProvider: of.federatedProvider,
      transitiveTagKeys: of.transitiveTagKeys,
      tags: of.tags,
    },
  }
}

/** A user by one of its keys. */
export function userOf(holder: KeyHolder, accessKeyId: string, { policies }: AuthenticatorParts): Principal {
  const { entity: user } = holder
  return {
    type: 'IAMUser',
    account: user.account,
    arn: arnOf(user),
    principalId: user.id,
    userName: user.name,
    accessKeyId,
    policies: policiesOf(holder, policies),
    tags: user.tags,
  }
}

function contextOf({ issuedAt, expiresAt }: OpenedSession): SessionContext {
  return { issuedAt, expiresAt, transitiveTagKeys: [], tags: [] }
}

/** Tag keys compare without regard to case; those of the session win (security facts 3.5). */
function mergeTags(tags: readonly Tag[], session: readonly Tag[]): readonly Tag[] {
  const own = new Set(session.map(({ Key }) => Key.toLowerCase()))
  return [...tags.filter(({ Key }) => !own.has(Key.toLowerCase())), ...session]
}
