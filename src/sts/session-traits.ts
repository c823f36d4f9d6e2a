import { type Conditions, requestTags } from '../aws/operation.ts'
import type { Tag } from '../identity/entities.ts'
import type { SessionContext } from '../identity/principal.ts'
import { errors } from './errors.ts'

/** What a role session carries and hands on to roles assumed with it. */
export interface SessionTraits {
  readonly tags: readonly Tag[]
  readonly transitiveTagKeys: readonly string[]
  readonly sourceIdentity?: string | undefined
}

const RESERVED_PREFIX = 'aws:'
const folded = (keys: readonly string[]) => new Set(keys.map((key) => key.toLowerCase()))

/** Refuses session tags that no session could have: InvalidParameterValue (security facts 5.4). */
export function checkTraits({ tags, transitiveTagKeys }: SessionTraits): void {
  const keys = folded(tags.map(({ Key }) => Key))
  if (keys.size < tags.length) throw errors.duplicateTags()
  if ([...keys].some((key) => key.startsWith(RESERVED_PREFIX))) throw errors.reservedTag()
  if (transitiveTagKeys.some((key) => !keys.has(key.toLowerCase()))) throw errors.transitiveNotInTags()
}

/**
 * What a new session has: what was asked for, and what the calling session hands on. Handed on are its transitive tags, which nobody may set anew,
 * and its source identity, which nobody may change. Throws InvalidParameterValue, AccessDenied.
 *
 * @param caller absent for callers without temporary credentials
 */
export function inheritTraits(asked: SessionTraits, caller: SessionContext | undefined): SessionTraits {
  checkTraits(asked)
  if (!caller) return asked
  const handedOn = folded(caller.transitiveTagKeys)
  const inherited = caller.tags.filter(({ Key }) => handedOn.has(Key.toLowerCase()))
  if (asked.tags.some(({ Key }) => handedOn.has(Key.toLowerCase()))) throw errors.transitiveConflict()
  const { sourceIdentity = asked.sourceIdentity } = caller
  if (asked.sourceIdentity !== undefined && asked.sourceIdentity !== sourceIdentity) throw errors.sourceIdentityFixed()
  return {
    tags: [...inherited, ...asked.tags],
    transitiveTagKeys: [...caller.transitiveTagKeys, ...asked.transitiveTagKeys],
    sourceIdentity,
  }
}

/** Actions that must be allowed beside assuming the role; also for what is only handed on (security facts 5.3). */
export function actionsFor({ tags, sourceIdentity }: SessionTraits): readonly string[] {
  return [...(tags.length > 0 ? ['TagSession'] : []), ...(sourceIdentity === undefined ? [] : ['SetSourceIdentity'])]
}

/** Every action that sessions may need beside the one that makes them. */
export const SESSION_ACTIONS = ['sts:TagSession', 'sts:SetSourceIdentity'] as const

/** Condition keys of a session to be (security facts 5.1). */
export function traitConditions({ tags, transitiveTagKeys, sourceIdentity }: SessionTraits): Conditions {
  return {
    ...requestTags(tags),
    'sts:TransitiveTagKeys': transitiveTagKeys.length > 0 ? transitiveTagKeys : undefined,
    'sts:SourceIdentity': sourceIdentity,
  }
}
