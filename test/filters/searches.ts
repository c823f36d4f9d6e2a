import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import type { CreateSecretRequest, Filter } from '@aws-sdk/client-secrets-manager'

/** Searches over one set of secrets, which are created in this order. */
export interface SearchSet {
  readonly title: string
  readonly secrets: readonly Pick<CreateSecretRequest, 'Name' | 'Description' | 'Tags'>[]
  readonly searches: readonly { readonly filters: Filter[]; readonly finds: readonly string[] }[]
}

/** What AWS was seen to find (facts 6.5), in order of creation. A file with anything unknown in it fails the run. */
export function recordedSearches(): readonly SearchSet[] {
  const sets = JSON.parse(readFileSync(new URL('recorded.json', import.meta.url), 'utf8')) as SearchSet[]
  for (const set of sets) {
    only(set, ['title', 'secrets', 'searches'])
    for (const secret of set.secrets) only(secret, ['Name', 'Description', 'Tags'])
    for (const search of set.searches) {
      only(search, ['filters', 'finds'])
      for (const filter of search.filters) only(filter, ['Key', 'Values'])
      const known = new Set(set.secrets.map(({ Name }) => Name))
      for (const name of search.finds) assert.ok(known.has(name), `${name} is none of the secrets of "${set.title}"`)
    }
  }
  return sets
}

function only(object: object, members: readonly string[]): void {
  const unknown = Object.keys(object).filter((member) => !members.includes(member))
  assert.deepEqual(unknown, [], 'unknown members')
}
