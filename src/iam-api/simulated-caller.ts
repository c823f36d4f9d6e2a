import type { ContextValue, RequestContext, RequestPrincipal } from '../iam/evaluate.ts'
import { arnOf, parseIamArn, sessionArn, type Tag } from '../identity/entities.ts'
import { isTooLongHeader } from '../identity/request-context.ts'
import { errors } from './errors.ts'
import type { Grantee } from './grantees.ts'

/** Who makes a simulated request. */
export interface SimulatedCaller {
  readonly principal: RequestPrincipal
  /** Values that requests of this caller have. */
  readonly conditions: Readonly<Record<string, string>>
}

/** Name of the session in which a simulated role acts. */
const SESSION = 'simulation'

/**
 * The user or role that an ARN means, as far as its text says: nobody is looked up, so that a simulation tells neither who exists nor what tags
 * and ids they have. Throws InvalidInput for another ARN.
 */
export function callerWithArn(arn: string): SimulatedCaller {
  const named = parseIamArn(arn)
  if (named?.kind !== 'user' && named?.kind !== 'role')
    throw errors.invalidInput(`Invalid CallerArn: ${arn} is not the ARN of a user or role.`)
  const { kind, account, name } = named
  return { principal: principalOf(kind, { account, arn, name, id: '' }), conditions: namedConditions(kind, named, arn) }
}

/** A user, or a session of a role; of a group, and of no one in particular, a user without a name. */
export function callerOf(entity: Grantee | { readonly kind: 'anyone'; readonly account: string }): SimulatedCaller {
  const { kind, account } = entity
  if (kind === 'anyone' || kind === 'group')
    return {
      principal: principalOf('user', { account, arn: `arn:aws:iam::${account}:user/`, name: '', id: '' }),
      conditions: { 'aws:principalaccount': account },
    }
  const arn = arnOf(entity)
  return {
    principal: principalOf(kind, { account, arn, name: entity.name, id: entity.id }),
    conditions: {
      ...tagConditions(entity.tags),
      ...namedConditions(kind, entity, arn),
      'aws:userid': kind === 'user' ? entity.id : `${entity.id}:${SESSION}`,
    },
  }
}

/** Condition keys whose values the ARN of a user or role says. */
function namedConditions(
  kind: 'user' | 'role',
  { account, name }: { readonly account: string; readonly name: string },
  arn: string,
): Readonly<Record<string, string>> {
  return {
    'aws:principalarn': arn,
    'aws:principalaccount': account,
    'aws:principaltype': kind === 'user' ? 'User' : 'AssumedRole',
    ...(kind === 'user' && { 'aws:username': name }),
  }
}

const tagConditions = (tags: readonly Tag[]) =>
  Object.fromEntries(tags.map(({ Key, Value }) => [`aws:principaltag/${Key.toLowerCase()}`, Value]))

function principalOf(
  kind: 'user' | 'role',
  { account, arn, name, id }: { account: string; arn: string; name: string; id: string },
): RequestPrincipal {
  if (kind === 'user') return { type: 'user', account, arn, id }
  return { type: 'role-session', account, arn: sessionArn({ account, name }, SESSION), roleArn: arn, id }
}

/** A condition key with its values, as a request gives it. */
export interface ContextEntry {
  readonly ContextKeyName?: string | undefined
  readonly ContextKeyValues?: readonly string[] | undefined
  readonly ContextKeyType?: string | undefined
}

/** What simulated requests say of themselves. */
export interface SimulatedConditions extends RequestContext {
  /** Key in any case of letters. */
  has(key: string): boolean
  /** Characters of all values of the key that has most. */
  readonly longest: number
}

/** The condition keys of simulated requests: those of the request win. Throws InvalidInput for an entry that says nothing. */
export function simulatedConditions(
  entries: readonly ContextEntry[],
  caller: SimulatedCaller,
  now: number,
): SimulatedConditions {
  const conditions = new Map<string, ContextValue>([
    ['aws:currenttime', new Date(now).toISOString()],
    ['aws:epochtime', String(Math.floor(now / 1000))],
    ...Object.entries(caller.conditions),
  ])
  for (const { ContextKeyName: name, ContextKeyValues: values = [], ContextKeyType: type } of entries) {
    if (name === undefined || type === undefined)
      throw errors.invalidInput('Invalid context entry: it must have a name and a type.')
    const [value = ''] = values
    if (!type.endsWith('List') && values.length !== 1)
      throw errors.invalidInput(`Invalid context entry ${name}: the type ${type} needs exactly one value.`)
    conditions.set(name.toLowerCase(), type.endsWith('List') ? values : value)
  }
  return {
    get: (key) => conditions.get(key),
    isTooLong: (key) => isTooLongHeader(key, conditions.get(key)),
    has: (key) => conditions.has(key.toLowerCase()),
    longest: Math.max(...[...conditions.values()].map(lengthOf)),
  }
}

/** At least one for each value: each is compared. */
const lengthOf = (value: ContextValue) =>
  typeof value === 'string' ? value.length : value.reduce((sum, one) => sum + Math.max(one.length, 1), 0)
