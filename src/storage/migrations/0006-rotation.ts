import type { Dialect } from '../migrate.ts'

/** How secrets are rotated, when that is due, and which process is at it. */
export const rotation = (_dialect: Dialect): readonly string[] => [
  `alter table secrets add column rotation text`,
  `alter table secrets add column rotate_at bigint`,
  `create index secrets_by_rotation on secrets (rotate_at, id) where rotate_at is not null`,
  `create table rotation_leases (
    secret_id bigint primary key,
    owner text not null,
    held_until bigint not null
  )`,
]
