import type { SecretTags } from './alerts/record-test.ts'
import type { ReadTags } from './alerts/secret-tags.ts'
import { selectorOf } from './secrets/find-secret.ts'
import type { Selector } from './secrets/secrets-store.ts'

type Find = (selectors: readonly Selector[]) => Promise<readonly (SecretTags | undefined)[]>

/** Reads tags of secrets as records name them, from where they are found by selectors. */
export function readTagsBy(find: Find): ReadTags {
  return async (secrets) => {
    const selectors = secrets.map(({ id, account, region }) => selectorOf(id, { account, region }))
    const found = await find(selectors.filter((selector) => selector !== undefined))
    let next = 0
    return selectors.map((selector) => (selector ? found[next++] : undefined))
  }
}
