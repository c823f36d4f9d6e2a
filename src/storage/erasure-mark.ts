import { ERASURE_MARK, type Write } from './engine.ts'
import { raw, sql } from './sql.ts'

/** The end of an insert of the mark where one stands already. */
export const RAISE_MARK = raw(`on conflict (name) do update set value = cast(cast(meta.value as integer) + 1 as text)`)

/** Counts removals in their own transactions, so that an erasure which a crash cut short is known of at the next start. */
export const SOMETHING_TO_ERASE: Write = {
  statement: sql`insert into meta (name, value) values (${ERASURE_MARK}, '1') ${RAISE_MARK}`,
}
