import type { Dialect } from '../migrate.ts'

/** How far each sink of the trail has got. */
export const sinkPositions = (_dialect: Dialect): readonly string[] => [
  `create table sink_positions (
    sink text primary key,
    seq bigint not null,
    head bigint not null,
    memory text
  )`,
]
