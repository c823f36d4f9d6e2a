import type { PolicyCache } from '../iam/policy-cache.ts'
import { arnOf, type Role, sessionArn, type User } from '../identity/entities.ts'
import type { Holder, IdentityStore } from '../identity/identity-store.ts'
import { policiesOf } from '../identity/permissions.ts'
import { type Principal, rootOf } from '../identity/principal.ts'
import { errors } from './errors.ts'

/** A principal's ARN; each part before its kind may be left out together. */
const PRINCIPAL = /^(?:arn:aws(?:-[a-z]+)*:(?:iam|sts)::(\d{12}):)?(root$|user\/|role\/|assumed-role\/)(.*)$/

interface PrincipalLookup {
  readonly account: string
  readonly now: number
  readonly store: IdentityStore
  readonly policies: PolicyCache
}

/**
 * The principal that a text means, as if it called: a role as a session of it, not narrowed and without tags of its own.
 *
 * @param text ARN of a user, a role, a role session or root; or the same without what precedes the kind, of the account of the lookup
 * Throws AwsError for a text of another form, for another account, and for a principal that does not exist.
 */
export async function findPrincipal(text: string, lookup: PrincipalLookup): Promise<Principal> {
  const [, account = lookup.account, kind, rest = ''] = PRINCIPAL.exec(text) ?? []
  if (kind === undefined) throw errors.principalForm(text)
  if (account !== lookup.account) throw errors.foreignPrincipal(text)
  if (kind === 'root') return rootOf(account)
  const { store } = lookup
  if (kind === 'assumed-role/') {
    const [roleName = '', session] = rest.split('/')
    const role = await store.find('role', account, roleName)
    const holder = role && (await store.findHolder('role', role.id))
    if (!holder || !session) throw errors.noPrincipal(text)
    return principalOf(holder, lookup, session)
  }
  const name = rest.slice(rest.lastIndexOf('/') + 1)
  const found = await store.find(kind === 'user/' ? 'user' : 'role', account, name)
  const holder = found && isNamedBy(text, found, rest) ? await store.findHolder(found.kind, found.id) : undefined
  if (!holder) throw errors.noPrincipal(text)
  return principalOf(holder, lookup)
}

/** The store finds a name in any case and under any path. An ARN has the path; a short form may leave it out. */
function isNamedBy(text: string, entity: User | Role, rest: string): boolean {
  if (!text.startsWith('arn:') && rest === entity.name) return true
  return `${entity.kind}/${rest}` === `${entity.kind}${entity.path}${entity.name}`
}

/** Name of the session where none is asked for. */
const ANY_SESSION = 'explanation'

/** A user or role as a caller. */
export function principalOf(
  holder: Holder<User | Role>,
  { now, policies }: Pick<PrincipalLookup, 'now' | 'policies'>,
  session = ANY_SESSION,
): Principal {
  const { entity } = holder
  const { account, id, name, tags } = entity
  const common = { account, policies: policiesOf(holder, policies), tags }
  if (entity.kind === 'user') return { type: 'IAMUser', arn: arnOf(entity), principalId: id, userName: name, ...common }
  return {
    type: 'AssumedRole',
    arn: sessionArn(entity, session),
    principalId: `${id}:${session}`,
    ...common,
    session: {
      issuedAt: now,
      expiresAt: now,
      name: session,
      role: { id, arn: arnOf(entity), name },
      transitiveTagKeys: [],
      tags: [],
    },
  }
}
