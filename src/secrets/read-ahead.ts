import type { Found, SecretsStore, Selector, TamperedError } from './secrets-store.ts'

/**
 * The store, remembering for the length of one request which secrets it has read: a batch asks for all of its secrets in one query, and the
 * gate then finds each of them here.
 */
export function readAhead(store: SecretsStore): SecretsStore {
  const known = new Map<string, Found | TamperedError | undefined>()
  const keyOf = (selector: Selector) =>
    'arn' in selector ? selector.arn : `${selector.scope.account} ${selector.scope.region} ${selector.name}`
  return {
    async findMany(selectors) {
      const unknown = selectors.filter((selector) => !known.has(keyOf(selector)))
      if (unknown.length > 0) {
        const found = await store.findMany(unknown)
        unknown.forEach((selector, index) => {
          known.set(keyOf(selector), found[index])
        })
      }
      return selectors.map((selector) => known.get(keyOf(selector)))
    },
    version: (secret, versionId) => store.version(secret, versionId),
    versions: (secret) => store.versions(secret),
    page: (query) => store.page(query),
    expired: (now, limit) => store.expired(now, limit),
    rotationsDue: (now, limit) => store.rotationsDue(now, limit),
    create: (secret, ...versions) => store.create(secret, ...versions),
    update: (secret, versions) => store.update(secret, versions),
    remove: (secret) => store.remove(secret),
    touch: (secret, versionId, day) => store.touch(secret, versionId, day),
    erase: () => store.erase(),
  }
}
