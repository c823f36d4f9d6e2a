import type { Dialect } from '../migrate.ts'

/** When keys of the keyring were made, and how far resealing under the newest has come. */
export const keyringRotation = (_dialect: Dialect): readonly string[] => [
  `alter table keyring add column made_at bigint not null default 0`,
  `create table keyring_walks (purpose text primary key, walk text not null)`,
]
