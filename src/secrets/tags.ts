import { errors } from './errors.ts'
import type { Tag } from './secret.ts'

/** Tags of one secret (facts 8.1, 8.12). */
export const MAX_TAGS = 50

const RESERVED_PREFIX = 'aws:'

const isReserved = (key: string) => key.toLowerCase().startsWith(RESERVED_PREFIX)

/** A tag as a request gives it; the model demands neither member. */
export interface TagInput {
  readonly Key?: string | undefined
  readonly Value?: string | undefined
}

/** The tags of a request made complete, or why they are refused (facts 9.10). A missing value is an empty one. */
export function checkTags(tags: readonly TagInput[]): readonly Tag[] {
  const keys = new Set<string>()
  return tags.map(({ Key, Value = '' }) => {
    if (Key === undefined) throw errors.tagKeyMissing()
    if (isReserved(Key)) throw errors.reservedTag()
    if (keys.has(Key)) throw errors.duplicateTag(Key)
    keys.add(Key)
    return { Key, Value }
  })
}

/** Throws where a request is to remove a tag that is not the caller's to remove. */
export function checkTagKeys(keys: readonly string[]): void {
  if (keys.some(isReserved)) throw errors.reservedTag()
}

/** Existing tags keep their place and take a new value, new ones go behind; a secret given no tag stays untagged. Tags of services do not count. */
export function addTags(existing: readonly Tag[] | undefined, added: readonly Tag[]): readonly Tag[] | undefined {
  if (added.length === 0) return existing
  const values = new Map((existing ?? []).map((tag) => [tag.Key, tag.Value]))
  for (const { Key, Value } of added) values.set(Key, Value)
  if ([...values.keys()].filter((key) => !isReserved(key)).length > MAX_TAGS) throw errors.tooManyTags(MAX_TAGS)
  return [...values].map(([Key, Value]) => ({ Key, Value }))
}

/** Keys that no tag has are ignored; a secret that lost all its tags has an empty list, one that never had any has none. */
export function removeTags(existing: readonly Tag[] | undefined, keys: readonly string[]): readonly Tag[] | undefined {
  return existing?.filter((tag) => !keys.includes(tag.Key))
}
