import { namesPrincipals } from './fixed-callers.ts'
import type { PrincipalElement, Statement } from './policy.ts'
import { type PrincipalForm, readPrincipal } from './principal-name.ts'
import type { PrincipalType, RequestPrincipal } from './request.ts'

/**
 * How far the naming of a principal goes inside one account (security facts 3.7). Names add up: the strongest that fits counts.
 * `NO_GRANT`: not named. `ACCOUNT_GRANT`: only its account is, which hands the decision to identity policies. `LIMITED_GRANT`: boundary and
 * session policy must allow as well. `DIRECT_GRANT`: nothing else is needed.
 */
export type Grant = 0 | 1 | 2 | 3
export const NO_GRANT = 0
export const ACCOUNT_GRANT = 1
export const LIMITED_GRANT = 2
export const DIRECT_GRANT = 3

/** How a statement names a caller; for Deny statements anything but `NO_GRANT` means that it applies. */
export type PrincipalTest = (principal: RequestPrincipal) => Grant

/** The names of an element, by what they mean. */
type Names = Readonly<Record<PrincipalForm, ReadonlySet<string>>>

/** One name a caller goes by. */
interface KnownAs {
  readonly grant: Grant
  listed(names: Names, principal: RequestPrincipal): boolean
}

const account: KnownAs = { grant: ACCOUNT_GRANT, listed: (names, { account }) => names.account.has(account) }
const user: KnownAs = { grant: DIRECT_GRANT, listed: (names, { arn, id }) => names.user.has(arn) || names.id.has(id) }
const session: KnownAs = { grant: DIRECT_GRANT, listed: (names, { arn }) => names.session.has(arn) }
const role: KnownAs = {
  grant: LIMITED_GRANT,
  listed: (names, { roleArn = '', id }) => names.role.has(roleArn) || names.id.has(id),
}
const federatedUser: KnownAs = { grant: DIRECT_GRANT, listed: (names, { arn }) => names['federated-user'].has(arn) }
const provider: KnownAs = { grant: DIRECT_GRANT, listed: (names, { arn }) => names.provider.has(arn) }
const service: KnownAs = { grant: DIRECT_GRANT, listed: (names, { arn }) => names.service.has(arn) }

/** The names of each type of caller, the strongest first. */
const knownAs: Readonly<Record<PrincipalType, readonly KnownAs[]>> = {
  root: [account],
  user: [user, account],
  'role-session': [session, role, account],
  'federated-user': [federatedUser, account],
  'web-identity': [provider],
  service: [service],
  anonymous: [],
}

/** Callers without an account, whom only a policy that says so lets in. */
const OUTSIDERS: ReadonlySet<PrincipalType> = new Set<PrincipalType>(['anonymous', 'service', 'web-identity'])

/** Test for the principals of a statement; one without the element (identity policies) applies to every principal that has the policy. */
export function principalTest(statement: Statement, bindings: ReadonlyMap<string, string>): PrincipalTest {
  const { principals, effect } = statement
  if (!principals) return () => DIRECT_GRANT
  const names = namesOf(principals, bindings)
  if (principals.not) return effect === 'Deny' ? denyAllBut(names) : allowAllBut(names)
  const toEveryone = names.everyone.size > 0 ? grantToEveryone(statement) : NO_GRANT
  return (principal) => {
    const granted = isCovered(principal, effect) ? toEveryone : NO_GRANT
    // A caller may be named beside the asterisk; the names of a caller are sorted, the strongest first.
    const named = knownAs[principal.type].find((name) => name.listed(names, principal))
    return named && named.grant > granted ? named.grant : granted
  }
}

/** An asterisk alone names no caller, so what narrows a caller still narrows it. */
function grantToEveryone({ conditions }: Statement): Grant {
  return conditions.some(namesPrincipals) ? DIRECT_GRANT : LIMITED_GRANT
}

/** Whether `*` means a caller. Before its provider is trusted by name, a web identity has proved nothing that the account knows. */
const isCovered = ({ type }: RequestPrincipal, effect: Statement['effect']) =>
  effect === 'Deny' || type !== 'web-identity'

/** A Deny excepts a caller only when every name the caller goes by is listed: session, role and account (security facts 3.2). */
function denyAllBut(names: Names): PrincipalTest {
  return (principal) => {
    if (names.everyone.size > 0) return NO_GRANT
    const known = knownAs[principal.type]
    return known.length > 0 && known.every((name) => name.listed(names, principal)) ? NO_GRANT : DIRECT_GRANT
  }
}

/** An Allow excepts a caller as soon as one of its names is listed, and never lets in whom only being named lets in. */
function allowAllBut(names: Names): PrincipalTest {
  return (principal) => {
    if (names.everyone.size > 0 || OUTSIDERS.has(principal.type)) return NO_GRANT
    return knownAs[principal.type].some((name) => name.listed(names, principal)) ? NO_GRANT : LIMITED_GRANT
  }
}

function namesOf(element: PrincipalElement, bindings: ReadonlyMap<string, string>): Names {
  const names: Record<PrincipalForm, Set<string>> = {
    everyone: new Set(),
    account: new Set(),
    user: new Set(),
    role: new Set(),
    session: new Set(),
    'federated-user': new Set(),
    id: new Set(),
    service: new Set(),
    provider: new Set(),
    'canonical-user': new Set(),
  }
  for (const name of element.names) {
    const read = readPrincipal(name)
    if (!read) continue
    // A bound ARN stands for the one that had it when the policy was saved, not for whoever has it now.
    const id = read.form === 'user' || read.form === 'role' ? bindings.get(read.value) : undefined
    if (id === undefined) names[read.form].add(read.value)
    else names.id.add(id)
  }
  return names
}
