import { type AnyEntity, arnOf, parseIamArn, referencesOf } from '../identity/entities.ts'
import type { Write } from './engine.ts'
import { nameKey } from './identity-rows.ts'
import { chunks, join, list, ROWS_PER_INSERT, type Sql, sql } from './sql.ts'

// Users, groups and roles refer to managed policies by ARN, users to groups and instance profiles to roles by id. Their documents say so, under a
// MAC; identity_links repeats it for looking up the other way. A new reference raises the guards of the identity that it names, and a removal states
// the guards that were read. So of an attachment and a removal at the same time, one finds its row changed or gone, on every engine.

/** AWS's own policies are part of the program and have no row. */
const AWS_MANAGED = 'arn:aws:iam::aws:policy/'

/** How others refer to an entity. */
export function referenceTo(entity: AnyEntity): string {
  return entity.kind === 'policy' ? arnOf(entity) : entity.id
}

/** What an entity refers to and the store must hold. In one order, so that two changes never lock the same rows crosswise. */
export function storedReferences(entity: AnyEntity): readonly string[] {
  return [...new Set(referencesOf(entity))].filter((reference) => !reference.startsWith(AWS_MANAGED)).toSorted()
}

/** Everything that some references name, and perhaps more: the caller compares. */
export function referredStatements(account: string, references: readonly string[]): readonly Sql[] {
  const isArn = (reference: string) => reference.startsWith('arn:')
  const names = references.filter(isArn).map((arn) => policyPlace(account, arn).name_key)
  const ids = references.filter((reference) => !isArn(reference))
  return [
    ...(names.length > 0
      ? [sql`select * from identities where account = ${account} and kind = 'policy' and name_key in ${list(names)}`]
      : []),
    ...(ids.length > 0 ? [sql`select * from identities where id in ${list(ids)}`] : []),
  ]
}

/** Makes the change a conflict unless all that the entity refers to is there when it commits. */
export function guardWrites(entity: AnyEntity): readonly Write[] {
  return storedReferences(entity).map((reference) => ({
    statement: sql`update identities set guards = guards + 1 where ${place(entity, reference)}`,
    expect: 1,
  }))
}

/** Makes the links of an entity those of its new state. */
export function linkWrites(entity: AnyEntity): readonly Write[] {
  const { id, account, kind, name } = entity
  const targets = [...new Set(referencesOf(entity))]
  const key = nameKey(name)
  const rows = targets.map((target) => sql`(${id}, ${target}, ${account}, ${kind}, ${key})`)
  return [
    {
      statement: sql`delete from identity_links where id = ${id} and (target not in ${list(targets)} or name_key <> ${key})`,
    },
    ...chunks(rows, ROWS_PER_INSERT).map((chunk) => ({
      statement: sql`insert into identity_links (id, target, account, kind, name_key) values ${join(chunk, ', ')}
        on conflict do nothing`,
    })),
  ]
}

function place({ account, kind }: AnyEntity, reference: string): Sql {
  const kindById = kind === 'instance-profile' ? 'role' : 'group'
  if (!reference.startsWith('arn:')) return sql`id = ${reference} and account = ${account} and kind = ${kindById}`
  const { name_key, name, path } = policyPlace(account, reference)
  return sql`account = ${account} and kind = 'policy' and name_key = ${name_key} and name = ${name} and path = ${path}`
}

/** Where a policy of an account stands by its ARN. Throws for any other: operations let none through. */
function policyPlace(account: string, arn: string): { name_key: string; name: string; path: string } {
  const named = parseIamArn(arn)
  if (named?.kind !== 'policy' || named.account !== account)
    throw new Error(`Cannot refer to a managed policy of another account: ${arn}`)
  const { name, path } = named
  return { name_key: nameKey(name), name, path }
}
