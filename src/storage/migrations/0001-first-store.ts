import type { Dialect } from '../migrate.ts'

/** The store of the first release. */
export const firstStore = ({ blob, serial }: Dialect): readonly string[] => [
  `create table generations (name text primary key, value integer not null)`,
  `insert into generations (name, value) values ('identity', 0), ('keys', 0)`,

  `create table meta (name text primary key, value text not null)`,
  `create table keyring (
    purpose text not null,
    version integer not null,
    wrapped ${blob} not null,
    primary key (purpose, version)
  )`,

  `create table accounts (
    account text primary key,
    created_at bigint not null,
    mac ${blob} not null
  )`,
  `create table users (
    account text not null,
    user_name text not null,
    user_id text not null unique,
    managed_policies text not null,
    created_at bigint not null,
    mac ${blob} not null,
    primary key (account, user_name)
  )`,
  `create table access_keys (
    access_key_id text primary key,
    account text not null,
    user_name text not null,
    sealed_secret ${blob} not null,
    active integer not null,
    created_at bigint not null,
    mac ${blob} not null
  )`,
  `create index access_keys_by_user on access_keys (account, user_name)`,

  `create table kms_keys (
    key_id text primary key,
    account text not null,
    region text not null,
    manager text not null,
    state text not null,
    created_at bigint not null,
    current_version integer not null,
    mac ${blob} not null
  )`,
  `create table kms_materials (
    key_id text not null,
    version integer not null,
    sealed ${blob} not null,
    primary key (key_id, version)
  )`,
  `create table kms_aliases (
    account text not null,
    region text not null,
    alias text not null,
    key_id text not null,
    mac ${blob} not null,
    primary key (account, region, alias)
  )`,

  // The sequence of ids is the order of creation; accessed_at is 0 until the first read, so that it sorts as the oldest.
  `create table secrets (
    id ${serial},
    account text not null,
    region text not null,
    name text not null,
    arn text not null,
    description text,
    description_head text,
    kms_key_id text,
    tags text,
    stages text not null,
    current_version text,
    created_at bigint not null,
    changed_at bigint not null,
    accessed_at bigint not null default 0,
    deleted_at bigint,
    purge_at bigint,
    primary_region text,
    owning_service text,
    type text,
    revision integer not null,
    mac ${blob} not null
  )`,
  `create unique index secrets_by_name on secrets (account, region, name)`,
  `create unique index secrets_by_arn on secrets (arn)`,
  `create index secrets_by_creation on secrets (account, region, id)`,
  `create index secrets_by_change on secrets (account, region, changed_at, id)`,
  `create index secrets_by_access on secrets (account, region, accessed_at, id)`,
  `create index secrets_by_description on secrets (account, region, description_head) where description_head is not null`,
  `create index secrets_by_primary on secrets (account, region, primary_region) where primary_region is not null`,
  `create index secrets_by_owner on secrets (account, region, owning_service) where owning_service is not null`,
  `create index secrets_by_purge on secrets (purge_at, id) where purge_at is not null`,

  `create table versions (
    id ${serial},
    secret_id bigint not null,
    version_id text not null,
    created_at bigint not null,
    accessed_at bigint not null default 0,
    kms_key_id text,
    is_binary integer not null,
    data_key ${blob} not null,
    ciphertext ${blob} not null
  )`,
  `create unique index versions_by_secret on versions (secret_id, version_id)`,

  // in_description is 1 for words of the description, 0 for words of any other attribute.
  `create table secret_words (
    account text not null,
    region text not null,
    in_description integer not null,
    word text not null,
    secret_id bigint not null,
    primary key (account, region, in_description, word, secret_id)
  )`,
  `create index secret_words_by_secret on secret_words (secret_id)`,
  `create table secret_tags (
    account text not null,
    region text not null,
    tag_key text not null,
    tag_value text not null,
    secret_id bigint not null,
    primary key (account, region, tag_key, secret_id)
  )`,
  `create index secret_tags_by_value on secret_tags (account, region, tag_value, secret_id)`,
  `create index secret_tags_by_secret on secret_tags (secret_id)`,

  // Records of changes, written in the transaction of the change and moved on to the trail afterwards.
  `create table outbox (
    id ${serial},
    at bigint not null,
    entry text not null
  )`,
]
