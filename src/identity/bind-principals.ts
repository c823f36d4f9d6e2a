import { type Policy, PrincipalError } from '../iam/policy.ts'
import { namedIds, namedPrincipals, replacePrincipals } from '../iam/principals.ts'
import { arnOf, type BoundPolicy, parseIamArn } from './entities.ts'
import type { IdentityStore } from './identity-store.ts'

type Finds = Pick<IdentityStore, 'find' | 'findByIds'>

/**
 * Unique id of each user and role that a policy names by ARN, to be kept with the document: who comes later under the same name is not meant
 * (security facts 3.2). Accounts, sessions, services and providers are not bound.
 *
 * Throws PrincipalError for a user or role that does not exist, in any account, named by ARN or by unique id.
 */
export async function bindPrincipals(policy: Policy, store: Finds): Promise<Readonly<Record<string, string>>> {
  const ids = namedIds(policy)
  const known = await arnsOf(ids, store)
  for (const value of ids) if (!known.has(value)) throw new PrincipalError({ type: 'AWS', value })
  const bound = await Promise.all(namedPrincipals(policy).map(async (arn) => [arn, await idOf(arn, store)] as const))
  return Object.fromEntries(bound)
}

async function idOf(arn: string, store: Finds): Promise<string> {
  const named = parseIamArn(arn)
  const found =
    named?.kind === 'user' || named?.kind === 'role'
      ? await store.find(named.kind, named.account, named.name)
      : undefined
  // The store finds a name in any case, and under any path: an ARN means one of them.
  if (!found || arnOf(found) !== arn) throw new PrincipalError({ type: 'AWS', value: arn })
  return found.id
}

/** Documents as they are shown: an ARN whose user or role is gone is its unique id, one that was renamed has its new name. */
export async function shownDocuments(policies: readonly BoundPolicy[], store: Finds): Promise<readonly string[]> {
  const ids = [...new Set(policies.flatMap(({ bindings }) => Object.values(bindings)))]
  const arns = await arnsOf(ids, store)
  return policies.map(({ document, bindings }) =>
    replacePrincipals(document, (arn) => {
      const id = Object.hasOwn(bindings, arn) ? bindings[arn] : undefined
      if (id === undefined) return undefined
      const now = arns.get(id) ?? id
      return now === arn ? undefined : now
    }),
  )
}

/** One document as it is shown. */
export async function shownDocument(policy: BoundPolicy, store: Finds): Promise<string> {
  const [shown = policy.document] = await shownDocuments([policy], store)
  return shown
}

/** ARNs of users and roles by unique id, of those that exist. */
async function arnsOf(ids: readonly string[], store: Finds): Promise<ReadonlyMap<string, string>> {
  const [users, roles] = await Promise.all([findAll('user', 'AIDA', ids, store), findAll('role', 'AROA', ids, store)])
  return new Map([...users, ...roles].map((entity) => [entity.id, arnOf(entity)]))
}

function findAll<K extends 'user' | 'role'>(kind: K, prefix: string, ids: readonly string[], store: Finds) {
  const wanted = ids.filter((id) => id.startsWith(prefix))
  return wanted.length > 0 ? store.findByIds(kind, wanted) : []
}
