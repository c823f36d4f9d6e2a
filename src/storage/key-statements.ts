import type { KeyReference, KeyScope, KmsKey, PageOf } from '../kms/key-store.ts'
import { list, type Row, raw, type Sql, sql } from './sql.ts'

/** Statements of the key store, each by an index (`test/storage/query-plans.test.ts`). */

type OfKey = Pick<KmsKey, 'region' | 'keyId'>

/** What is read of keys, in one snapshot: their rows, materials, aliases, and the places of those with grants. */
export function keyStatements(condition: Sql): readonly Sql[] {
  const places = sql`(select region, key_id from kms_keys where ${condition}) p`
  const samePlace = raw('t.region = p.region and t.key_id = p.key_id')
  return [
    sql`select * from kms_keys where ${condition}`,
    sql`select t.* from ${places} join kms_materials t on ${samePlace}`,
    sql`select t.* from ${places} join kms_aliases t on ${samePlace}`,
    sql`select p.region, p.key_id from ${places} where exists (select 1 from kms_grants t where ${samePlace})`,
  ]
}

/** Which keys are meant, and in what order: the end of a query of kms_keys. */
export function named(reference: KeyReference): Sql {
  const { region } = reference
  const keyId =
    'keyId' in reference
      ? sql`${reference.keyId}`
      : sql`(select a.key_id from kms_aliases a where ${aliasNamed(reference, reference.alias)})`
  return sql`region = ${region} and key_id = ${keyId}`
}

export const withId = (keyId: string): Sql => sql`key_id = ${keyId} order by region`

export const inScope = ({ account, region }: KeyScope, { after = '', limit }: PageOf): Sql =>
  sql`account = ${account} and region = ${region} and key_id > ${after} order by key_id limit ${limit}`

/** @param last row behind which to go on */
export function dueBy(now: number, limit: number, last?: Row): Sql {
  const behind = last
    ? sql`and (due_at, region, key_id) > (${last.due_at ?? 0}, ${last.region ?? ''}, ${last.key_id ?? ''})`
    : raw('')
  return sql`due_at is not null and due_at <= ${now} ${behind} order by due_at, region, key_id limit ${limit}`
}

function aliasNamed({ account, region }: KeyScope, alias: string): Sql {
  return sql`a.account = ${account} and a.region = ${region} and a.alias = ${alias}`
}

/** An alias of store version 2 has no dates; it was made with its key. */
const ALIAS_COLUMNS = raw(
  `a.*, (select k.created_at from kms_keys k where k.region = a.region and k.key_id = a.key_id) as key_created_at`,
)

export const aliasStatement = (scope: KeyScope, name: string): Sql =>
  sql`select ${ALIAS_COLUMNS} from kms_aliases a where ${aliasNamed(scope, name)}`

export function aliasesStatement(
  { account, region }: KeyScope,
  { after = '', limit, keyId }: PageOf & { readonly keyId?: string | undefined },
): Sql {
  if (keyId !== undefined)
    return sql`select ${ALIAS_COLUMNS} from kms_aliases a where a.region = ${region} and a.key_id = ${keyId}
      and a.alias > ${after} order by a.alias limit ${limit}`
  return sql`select ${ALIAS_COLUMNS} from kms_aliases a where a.account = ${account} and a.region = ${region}
    and a.alias > ${after} order by a.alias limit ${limit}`
}

export const grantStatement = ({ region, keyId }: OfKey, grantId: string): Sql =>
  sql`select * from kms_grants where region = ${region} and key_id = ${keyId} and grant_id = ${grantId}`

export function grantsStatement(
  { region, keyId }: OfKey,
  { after = '', limit, grantee }: PageOf & { readonly grantee?: string | undefined },
): Sql {
  if (grantee !== undefined)
    return sql`select * from kms_grants where region = ${region} and key_id = ${keyId} and grantee = ${grantee}
      and grant_id > ${after} order by grant_id limit ${limit}`
  return sql`select * from kms_grants where region = ${region} and key_id = ${keyId} and grant_id > ${after}
    order by grant_id limit ${limit}`
}

export const grantsToStatement = ({ region, keyId }: OfKey, grantees: readonly string[]): Sql =>
  sql`select * from kms_grants where region = ${region} and key_id = ${keyId} and grantee in ${list(grantees)}`

export const grantCountStatements = ({ region, keyId }: OfKey, grantee: string): readonly Sql[] => [
  sql`select count(*) as count from kms_grants where region = ${region} and key_id = ${keyId}`,
  sql`select count(*) as count from kms_grants where region = ${region} and key_id = ${keyId} and grantee = ${grantee}`,
]

export function retirableStatement(
  region: string,
  principal: string,
  { after = '', limit, account }: PageOf & { readonly account?: string | undefined },
): Sql {
  const inAccount = account === undefined ? raw('') : sql`and account = ${account}`
  return sql`select * from kms_grants where region = ${region} and retiring = ${principal} and grant_id > ${after} ${inAccount}
    order by grant_id limit ${limit}`
}
