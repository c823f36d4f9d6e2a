import type { Tag } from '../identity/entities.ts'
import { errors } from './errors.ts'
import { quotas } from './quotas.ts'

const RESERVED_PREFIX = 'aws:'

/** The tags of a request, once they are fit to be stored. Throws InvalidInput. */
export function checkTags(tags: readonly Tag[]): readonly Tag[] {
  const keys = new Set(tags.map(({ Key }) => Key.toLowerCase()))
  if (keys.size < tags.length) throw errors.duplicateTags()
  if ([...keys].some((key) => key.startsWith(RESERVED_PREFIX))) throw errors.reservedTag()
  return tags
}

/**
 * Existing tags keep their place and take the new value and spelling, new ones go behind: keys compare without regard to case. Throws
 * LimitExceeded.
 *
 * @param noun what has the tags, as quotas name it: `User`, `Role` …
 */
export function addTags(existing: readonly Tag[], added: readonly Tag[], noun: string): readonly Tag[] {
  const tags = new Map([...existing, ...added].map((tag) => [tag.Key.toLowerCase(), tag]))
  if (tags.size > quotas.tags) throw errors.quotaExceeded(`TagsPer${noun}`, quotas.tags)
  return [...tags.values()]
}

/** Keys that no tag has are ignored. */
export function removeTags(existing: readonly Tag[], keys: readonly string[]): readonly Tag[] {
  const removed = new Set(keys.map((key) => key.toLowerCase()))
  return existing.filter(({ Key }) => !removed.has(Key.toLowerCase()))
}
