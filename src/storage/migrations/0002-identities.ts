import type { Dialect } from '../migrate.ts'

/** Groups, roles, managed policies and OpenID Connect providers beside users, and policies on secrets and keys. */
export const identities = ({ blob }: Dialect): readonly string[] => [
  // Users of version 1 are moved here once the keyring is open (`move-first-users.ts`); their table stays, empty.
  // name and path have columns of their own, so that an ARN is compared whole and a path prefix is answered by the database. No MAC covers
  // guards: every identity that comes to refer to this one raises it (`identity-references.ts`).
  `create table identities (
    id text primary key,
    account text not null,
    kind text not null,
    name text not null,
    name_key text not null,
    path text not null,
    document text not null,
    revision integer not null,
    guards integer not null default 0,
    mac ${blob} not null
  )`,
  `create unique index identities_by_name on identities (account, kind, name_key)`,

  // Who refers to what: a way to find them, never proof. account, kind and name_key are those of the identity that refers.
  `create table identity_links (
    id text not null,
    target text not null,
    account text not null,
    kind text not null,
    name_key text not null,
    primary key (id, target)
  )`,
  `create index identity_links_by_target on identity_links (account, target, kind, name_key)`,

  `create table last_uses (
    id text primary key,
    at bigint not null,
    service text not null,
    region text not null
  )`,

  `alter table secrets add column resource_policy text`,
  `alter table kms_keys add column policy text`,
]
