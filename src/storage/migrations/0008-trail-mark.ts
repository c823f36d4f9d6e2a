import type { Dialect } from '../migrate.ts'

/** What the store knows of its trail, and how many commits it has made. */
export const trailMark = ({ blob }: Dialect): readonly string[] => [
  `insert into generations (name, value) values ('commits', 0)`,
  `create table trail_mark (
    id integer primary key,
    number bigint not null,
    statement ${blob} not null,
    at bigint not null,
    seq bigint not null,
    row_hash ${blob} not null,
    moved bigint not null,
    gap text,
    mac ${blob} not null
  )`,
]
