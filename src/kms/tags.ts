import { type Conditions, requestTags } from '../aws/operation.ts'
import { errors } from './errors.ts'
import type { KeyTag } from './key-store.ts'

/** Tags of a key (KMS developer guide, "Tagging keys"). */
const MAX_TAGS = 50

interface SentTag {
  readonly TagKey: string
  readonly TagValue: string
}

/** Refuses lists of tags by themselves. Throws TagException. */
export function checkTags(tags: readonly SentTag[]): void {
  const keys = tags.map(({ TagKey }) => TagKey)
  checkTagKeys(keys)
  if (new Set(keys).size < keys.length) throw errors.duplicateTags()
  if (keys.length > MAX_TAGS) throw errors.tooManyTags()
}

export function checkTagKeys(keys: readonly string[]): void {
  if (keys.some((key) => key.toLowerCase().startsWith('aws:'))) throw errors.reservedTags()
}

/** The tags that a key has once these are set on it; each key keeps its place. Throws TagException where they become too many. */
export function withTags(before: readonly KeyTag[], sent: readonly SentTag[]): readonly KeyTag[] {
  const tags = new Map(before.map(({ Key, Value }) => [Key, Value]))
  for (const { TagKey, TagValue } of sent) tags.set(TagKey, TagValue)
  if (tags.size > MAX_TAGS) throw errors.tooManyTags()
  return [...tags].map(([Key, Value]) => ({ Key, Value }))
}

/** Condition keys of tags that a request sends. */
export function tagConditions(tags: readonly SentTag[]): Conditions {
  return requestTags(tags.map(({ TagKey, TagValue }) => ({ Key: TagKey, Value: TagValue })))
}
