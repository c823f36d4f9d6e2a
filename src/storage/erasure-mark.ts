import { ERASURE_MARK, type Write } from './engine.ts'
import { sql } from './sql.ts'

/** Counts removals in their own transactions, so that an erasure which a crash cut short is known of at the next start. */
export const SOMETHING_TO_ERASE: Write = {
  statement: sql`insert into meta (name, value) values (${ERASURE_MARK}, '1')
    on conflict (name) do update set value = cast(cast(meta.value as integer) + 1 as text)`,
}
