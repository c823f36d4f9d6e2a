import type { Alias, Grant, KmsKey } from '../kms/key-store.ts'
import { ERASURE_MARK, type Write } from './engine.ts'
import { RAISE_MARK, SOMETHING_TO_ERASE } from './erasure-mark.ts'
import { toAliasRow, toGrantRow, toKeyRow } from './key-rows.ts'
import type { RowMac } from './row-mac.ts'
import { list, type Sql, sql } from './sql.ts'

/** What changes of keys, their aliases and grants write, each by an index (`test/storage/query-plans.test.ts`). */

export function createKey(key: KmsKey, mac: RowMac): readonly Write[] {
  const row = toKeyRow(key, mac)
  return [
    {
      statement: sql`insert into kms_keys (region, key_id, account, manager, state, created_at, current_version,
          policy, document, revision, due_at, mac)
        values (${row.region}, ${row.key_id}, ${row.account}, ${row.manager}, ${row.state}, ${row.created_at},
          ${row.current_version}, ${row.policy}, ${row.document}, ${row.revision}, ${row.due_at}, ${row.mac})`,
    },
    ...writeMaterials(key),
  ]
}

export function updateKey(key: KmsKey, mac: RowMac): readonly Write[] {
  const row = toKeyRow({ ...key, revision: key.revision + 1 }, mac)
  return [
    {
      statement: sql`update kms_keys set state = ${row.state}, current_version = ${row.current_version},
          policy = ${row.policy}, document = ${row.document}, revision = ${row.revision}, due_at = ${row.due_at},
          mac = ${row.mac} where ${asRead(key)}`,
      expect: 1,
    },
    ...removeOtherMaterials(key),
    ...writeMaterials(key),
  ]
}

export function removeKey(key: KmsKey): readonly Write[] {
  return [
    { statement: sql`delete from kms_keys where ${asRead(key)}`, expect: 1 },
    { statement: sql`delete from kms_materials where ${at(key)}` },
    { statement: sql`delete from kms_aliases where ${at(key)}` },
    { statement: sql`delete from kms_grants where ${at(key)}` },
    SOMETHING_TO_ERASE,
  ]
}

/** Material that a key has no more. It is to leave the files, too, and only then is there something to erase. */
function removeOtherMaterials(key: KmsKey): readonly Write[] {
  const kept = key.materials.filter(({ sealed }) => sealed).map(({ version }) => version)
  const others = sql`${at(key)} and version not in ${list(kept)}`
  return [
    {
      statement: sql`insert into meta (name, value) select ${ERASURE_MARK}, '1'
        where exists (select 1 from kms_materials where ${others}) ${RAISE_MARK}`,
    },
    { statement: sql`delete from kms_materials where ${others}` },
  ]
}

function writeMaterials({ region, keyId, materials }: KmsKey): readonly Write[] {
  return materials.flatMap(({ version, sealed }) =>
    sealed
      ? [
          {
            statement: sql`insert into kms_materials (region, key_id, version, sealed)
              values (${region}, ${keyId}, ${version}, ${sealed})
              on conflict (region, key_id, version) do update set sealed = excluded.sealed
                where kms_materials.sealed <> excluded.sealed`,
          },
        ]
      : [],
  )
}

export function addAlias(alias: Alias, mac: RowMac): Write {
  const row = toAliasRow(alias, mac)
  return {
    statement: sql`insert into kms_aliases (account, region, alias, key_id, created_at, updated_at, mac)
      values (${row.account}, ${row.region}, ${row.alias}, ${row.key_id}, ${row.created_at}, ${row.updated_at},
        ${row.mac})`,
  }
}

/** @param to the same alias as it is to be */
export function moveAlias(from: Alias, to: Alias, mac: RowMac): Write {
  const row = toAliasRow(to, mac)
  return {
    statement: sql`update kms_aliases set key_id = ${row.key_id}, created_at = ${row.created_at},
        updated_at = ${row.updated_at}, mac = ${row.mac} where ${leadingThere(from)}`,
    expect: 1,
  }
}

export function removeAlias(alias: Alias): Write {
  return { statement: sql`delete from kms_aliases where ${leadingThere(alias)}`, expect: 1 }
}

export function addGrant(grant: Grant, mac: RowMac): Write {
  const row = toGrantRow(grant, mac)
  return {
    statement: sql`insert into kms_grants (region, key_id, grant_id, account, grantee, retiring, document, mac)
      values (${row.region}, ${row.key_id}, ${row.grant_id}, ${row.account}, ${row.grantee}, ${row.retiring},
        ${row.document}, ${row.mac})`,
  }
}

export function removeGrant(grant: Grant): Write {
  return { statement: sql`delete from kms_grants where ${at(grant)} and grant_id = ${grant.grantId}`, expect: 1 }
}

/** Everything of a key is there. */
const at = ({ region, keyId }: Pick<KmsKey, 'region' | 'keyId'>): Sql => sql`region = ${region} and key_id = ${keyId}`

/** A key that nobody has changed since it was read. Rows of store version 2 have no revision. */
const asRead = (key: KmsKey): Sql => sql`${at(key)} and coalesce(revision, 1) = ${key.revision}`

/** An alias that still leads to the key it names. */
const leadingThere = ({ account, region, name, keyId }: Alias): Sql =>
  sql`account = ${account} and region = ${region} and alias = ${name} and key_id = ${keyId}`
