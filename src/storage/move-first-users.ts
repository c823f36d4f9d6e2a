import { ForgedRowError } from '../aws/damaged-row.ts'
import type { User } from '../identity/entities.ts'
import type { Engine } from './engine.ts'
import { guardWrites, linkWrites } from './identity-references.ts'
import { insertIdentity } from './identity-store.ts'
import { type Covered, macFits, type RowMac, rowName } from './row-mac.ts'
import { type Row, sql } from './sql.ts'

/** Users as a store of version 1 has them. */
const FIRST_USERS: Covered = {
  table: 'users',
  named: ['account', 'user_name'],
  columns: ['account', 'user_name', 'user_id', 'managed_policies', 'created_at'],
}

/**
 * Makes users of a store of version 1 identities, all at once; does nothing where there are none. Apart from the migration, because it takes
 * the keyring to check them and to give them new MACs. Rejects with ForgedRowError, and moves nothing, when one is not Coffer's.
 */
export async function moveFirstUsers(engine: Engine, mac: RowMac): Promise<void> {
  const { results } = await engine.read([sql`select * from users`])
  const rows = results[0] ?? []
  if (rows.length === 0) return
  const writes = rows.flatMap((row) => {
    if (!macFits(mac, FIRST_USERS, row)) throw new ForgedRowError('users', rowName(FIRST_USERS.named, row))
    const user = toUser(row)
    return [
      {
        statement: sql`delete from users where account = ${user.account} and user_name = ${user.name}`,
        expect: 1,
      },
      { statement: insertIdentity(user, mac) },
      ...guardWrites(user),
      ...linkWrites(user),
    ]
  })
  const raised = { statement: sql`update generations set value = value + 1 where name = 'identity'`, expect: 1 }
  await engine.append(undefined, [...writes, raised])
}

function toUser(row: Row): User {
  return {
    kind: 'user',
    account: String(row.account),
    id: String(row.user_id),
    name: String(row.user_name),
    path: '/',
    createdAt: Number(row.created_at),
    revision: 1,
    inline: [],
    attached: JSON.parse(String(row.managed_policies)),
    tags: [],
    groups: [],
  }
}
