import type { PolicyCache } from '../iam/policy-cache.ts'
import { arnOf, type Role, sessionArn, type User } from '../identity/entities.ts'
import type { Holder, IdentityStore } from '../identity/identity-store.ts'
import { policiesOf } from '../identity/permissions.ts'
import { type Principal, rootOf } from '../identity/principal.ts'
import { errors } from './errors.ts'

const ARN = /^arn:aws:(iam|sts)::(\d{12}):(root|user\/|role\/|assumed-role\/)(.*)$/

interface Sought {
  readonly account: string
  readonly now: number
  readonly store: IdentityStore
  readonly policies: PolicyCache
}

/**
 * The principal that an ARN means, as if it called: a role as a session of it, not narrowed and without tags of its own. Throws AwsError for an
 * ARN of another form or account, and when there is none.
 */
export async function findPrincipal(arn: string, sought: Sought): Promise<Principal> {
  const [, , account, kind, rest = ''] = ARN.exec(arn) ?? []
  if (account === undefined || kind === undefined) throw errors.principalForm(arn)
  if (account !== sought.account) throw errors.foreignPrincipal(arn)
  if (kind === 'root') return rootOf(account)
  const { store } = sought
  const [roleName = '', session] = rest.split('/')
  if (kind === 'assumed-role') {
    const role = await store.find('role', account, roleName)
    const holder = role && (await store.findHolder('role', role.id))
    if (!holder || !session) throw errors.noPrincipal(arn)
    return principalOf(holder, sought, session)
  }
  const name = rest.slice(rest.lastIndexOf('/') + 1)
  const found = await store.find(kind === 'user/' ? 'user' : 'role', account, name)
  const holder = found && arnOf(found) === arn ? await store.findHolder(found.kind, found.id) : undefined
  if (!holder) throw errors.noPrincipal(arn)
  return principalOf(holder, sought)
}

/** Name of the session where none is asked for. */
const ANY_SESSION = 'explanation'

/** A user or role as a caller. */
export function principalOf(
  holder: Holder<User | Role>,
  { now, policies }: Pick<Sought, 'now' | 'policies'>,
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
