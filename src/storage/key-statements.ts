import type { Grant, KeyReference, KeyScope, KmsKey, PageOf } from '../kms/key-store.ts'
import { list, type Sql, sql } from './sql.ts'

/** Statements of the key store, each by an index (`test/storage/query-plans.test.ts`). */

type OfKey = Pick<KmsKey, 'region' | 'keyId'>

/** Everything of the key that a reference means: key, materials, aliases, whether there are grants, and the alias it was named by. */
export function findKeyStatements(reference: KeyReference): readonly Sql[] {
  const { region } = reference
  const keyId =
    'keyId' in reference ? sql`${reference.keyId}` : sql`(select key_id from ${aliasTable(reference, reference.alias)})`
  return [
    sql`select * from kms_keys where region = ${region} and key_id = ${keyId}`,
    sql`select version, sealed from kms_materials where region = ${region} and key_id = ${keyId} order by version`,
    sql`select * from kms_aliases where region = ${region} and key_id = ${keyId} order by alias`,
    sql`select 1 as found from kms_grants where region = ${region} and key_id = ${keyId} limit 1`,
    ...('keyId' in reference ? [] : [sql`select * from ${aliasTable(reference, reference.alias)}`]),
  ]
}

function aliasTable({ account, region }: KeyScope, alias: string): Sql {
  return sql`kms_aliases where account = ${account} and region = ${region} and alias = ${alias}`
}

export const aliasStatement = (scope: KeyScope, name: string): Sql => sql`select * from ${aliasTable(scope, name)}`

export const relativesStatement = (keyId: string): Sql =>
  sql`select region, key_id from kms_keys where key_id = ${keyId} order by region`

export const keysStatement = ({ account, region }: KeyScope, { after = '', limit }: PageOf): Sql =>
  sql`select region, key_id from kms_keys where account = ${account} and region = ${region} and key_id > ${after}
    order by key_id limit ${limit}`

export const dueStatement = (now: number, limit: number): Sql =>
  sql`select region, key_id from kms_keys where due_at is not null and due_at <= ${now} order by due_at limit ${limit}`

export function aliasesStatement(
  { account, region }: KeyScope,
  { after = '', limit, keyId }: PageOf & { readonly keyId?: string | undefined },
): Sql {
  if (keyId !== undefined)
    return sql`select * from kms_aliases where region = ${region} and key_id = ${keyId} and alias > ${after}
      order by alias limit ${limit}`
  return sql`select * from kms_aliases where account = ${account} and region = ${region} and alias > ${after}
    order by alias limit ${limit}`
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

export const retirableStatement = (region: string, principal: string, { after = '', limit }: PageOf): Sql =>
  sql`select * from kms_grants where region = ${region} and retiring = ${principal} and grant_id > ${after}
    order by grant_id limit ${limit}`

/** Where one grant is. */
export const grantPlace = ({ region, keyId, grantId }: Grant): Sql =>
  sql`region = ${region} and key_id = ${keyId} and grant_id = ${grantId}`
