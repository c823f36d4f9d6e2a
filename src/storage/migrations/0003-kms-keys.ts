import type { Dialect } from '../migrate.ts'

/** Keys in several Regions under one id, with all that customers may set on them; grants; dates of aliases. */
export const kmsKeys = ({ blob }: Dialect): readonly string[] => [
  // No migration has a key for MACs: the columns of before keep their names and order, what came later is null in old rows (`row-mac.ts`).
  // due_at is an index alone: what is due is read again from the document.
  `alter table kms_keys rename to first_kms_keys`,
  `create table kms_keys (
    region text not null,
    key_id text not null,
    account text not null,
    manager text not null,
    state text not null,
    created_at bigint not null,
    current_version integer not null,
    policy text,
    document text,
    revision integer,
    due_at bigint,
    mac ${blob} not null,
    primary key (region, key_id)
  )`,
  `insert into kms_keys (region, key_id, account, manager, state, created_at, current_version, policy, mac)
    select region, key_id, account, manager, state, created_at, current_version, policy, mac from first_kms_keys`,
  `create index kms_keys_by_id on kms_keys (key_id, region)`,
  `create index kms_keys_by_account on kms_keys (account, region, key_id)`,
  `create index kms_keys_by_due on kms_keys (due_at, region, key_id) where due_at is not null`,

  `alter table kms_materials rename to first_kms_materials`,
  `create table kms_materials (
    region text not null,
    key_id text not null,
    version integer not null,
    sealed ${blob} not null,
    primary key (region, key_id, version)
  )`,
  `insert into kms_materials (region, key_id, version, sealed)
    select kms_keys.region, first_kms_materials.key_id, version, sealed
    from first_kms_materials join kms_keys on kms_keys.key_id = first_kms_materials.key_id`,
  `drop table first_kms_materials`,
  `drop table first_kms_keys`,

  `alter table kms_aliases add column created_at bigint`,
  `alter table kms_aliases add column updated_at bigint`,
  `create index kms_aliases_by_key on kms_aliases (region, key_id, alias)`,

  // The retiring principal has a column of its own so that he is found; both are in the document too, which the MAC covers.
  `create table kms_grants (
    region text not null,
    key_id text not null,
    grant_id text not null,
    account text not null,
    grantee text not null,
    retiring text,
    document text not null,
    mac ${blob} not null,
    primary key (region, key_id, grant_id)
  )`,
  `create index kms_grants_by_grantee on kms_grants (region, key_id, grantee, grant_id)`,
  `create index kms_grants_by_retiring on kms_grants (region, retiring, grant_id)`,
]
