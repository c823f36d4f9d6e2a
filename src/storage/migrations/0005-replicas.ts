import type { Dialect } from '../migrate.ts'

/** The Regions to which a secret is replicated, with the key and the state of each replica; the replicas are secrets of their Regions. */
export const replicas = (_dialect: Dialect): readonly string[] => [`alter table secrets add column replicas text`]
