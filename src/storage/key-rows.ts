import { ForgedRowError } from '../aws/damaged-row.ts'
import { keyArn } from '../kms/key.ts'
import type { Alias, Grant, KeyMaterial, KeyState, KmsKey } from '../kms/key-store.ts'
import { type Covered, macFits, macOf, type RowMac, rowName } from './row-mac.ts'
import { policyIn, policyText } from './rows.ts'
import type { Row } from './sql.ts'
import { bytesOf } from './statement-rows.ts'

export const KEYS: Covered = {
  table: 'kms_keys',
  named: ['region', 'key_id'],
  columns: ['key_id', 'account', 'region', 'manager', 'state', 'created_at', 'current_version'],
  added: ['policy', 'document', 'revision'],
}
export const ALIASES: Covered = {
  table: 'kms_aliases',
  named: ['account', 'region', 'alias'],
  columns: ['account', 'region', 'alias', 'key_id'],
  added: ['created_at', 'updated_at'],
}
export const GRANTS: Covered = {
  table: 'kms_grants',
  named: ['region', 'key_id', 'grant_id'],
  columns: ['region', 'key_id', 'grant_id', 'account', 'grantee', 'retiring', 'document'],
}

/** Members that have columns of their own, are read from other tables, or follow from others. */
type NotInDocument =
  | 'account'
  | 'region'
  | 'keyId'
  | 'arn'
  | 'manager'
  | 'state'
  | 'createdAt'
  | 'currentVersion'
  | 'policy'
  | 'revision'
  | 'aliases'
  | 'hasGrants'
type KeyDocument = Omit<KmsKey, NotInDocument | 'materials'> & {
  /** Without the sealed bytes, which have a table of their own. */
  readonly materials: readonly Omit<KeyMaterial, 'sealed'>[]
}

/** Columns of a key, its MAC included. */
export function toKeyRow(key: KmsKey, mac: RowMac) {
  const row = {
    region: key.region,
    key_id: key.keyId,
    account: key.account,
    manager: key.manager,
    state: key.state,
    created_at: key.createdAt,
    current_version: key.currentVersion,
    policy: policyText(key.policy),
    document: JSON.stringify(documentOf(key)),
    revision: key.revision,
  }
  return { ...row, due_at: dueAt(key) ?? null, mac: macOf(mac, KEYS, row) }
}

function documentOf(key: KmsKey): KeyDocument {
  const { origin, description, tags, rotation, onDemandRotations, primaryRegion, deletion } = key
  const materials = key.materials.map(({ sealed: _, ...material }) => material)
  return { origin, description, tags, rotation, onDemandRotations, primaryRegion, deletion, materials }
}

/** When a key has to be looked at by itself: the end of its window, its next rotation, the expiry of imported material. */
export function dueAt({
  deletion,
  rotation,
  materials,
  state,
  region,
  primaryRegion = region,
}: KmsKey): number | undefined {
  const expiries = materials.map(({ sealed, imported }) => (sealed ? imported?.expiresAt : undefined))
  // A key that is not enabled is not rotated, and a replica follows its primary.
  const rotatesAt = state === 'Enabled' && primaryRegion === region ? rotation?.nextAt : undefined
  const times = [deletion?.at, rotatesAt, ...expiries].filter((time) => time !== undefined)
  return times.length > 0 ? Math.min(...times) : undefined
}

/** The rows that make a key. */
export interface KeyRows {
  readonly key: Row
  readonly materials: readonly Row[]
  readonly aliases: readonly Row[]
  readonly hasGrants: boolean
}

/** The answers to `keyStatements`, key by key, in the order of the keys' rows. */
export function keyRows(results: readonly (readonly Row[])[]): readonly KeyRows[] {
  const [keys = [], ...beside] = results
  const [materials, aliases, granted] = beside.map((rows) => Map.groupBy(rows, placeOf))
  return keys.map((key) => {
    const place = placeOf(key)
    return {
      key,
      materials: materials?.get(place) ?? [],
      aliases: aliases?.get(place) ?? [],
      hasGrants: granted?.has(place) ?? false,
    }
  })
}

const placeOf = ({ region, key_id }: Row): string => JSON.stringify([region, key_id])

/** Throws ForgedRowError for a row whose MAC does not fit, of the key or of one of its aliases. */
export function toKey({ key: row, materials, aliases, hasGrants }: KeyRows, mac: RowMac): KmsKey {
  if (!macFits(mac, KEYS, row)) throw new ForgedRowError('kms_keys', rowName(KEYS.named, row))
  const account = String(row.account)
  const region = String(row.region)
  const keyId = String(row.key_id)
  const sealed = new Map(materials.map((material) => [Number(material.version), bytesOf(material.sealed)]))
  const document = row.document === null ? firstDocument(keyId, [...sealed.keys()]) : parseDocument(row)
  return {
    ...document,
    account,
    region,
    keyId,
    arn: keyArn(region, account, keyId),
    manager: row.manager === 'AWS' ? 'AWS' : 'CUSTOMER',
    state: row.state as KeyState,
    createdAt: Number(row.created_at),
    currentVersion: Number(row.current_version),
    materials: document.materials.map((material) => ({ ...material, sealed: sealed.get(material.version) })),
    policy: policyIn(row.policy),
    aliases: aliases.map((alias) => toAlias(alias, mac).name).toSorted(),
    hasGrants,
    revision: row.document === null ? 1 : Number(row.revision),
  }
}

/** Versions of material that a row of an intact key names and that must be there: made here, not imported. */
export function neededMaterials(row: Row): readonly number[] {
  if (row.document === null) return []
  const { origin, materials } = parseDocument(row)
  return origin === 'AWS_KMS' ? materials.map(({ version }) => version) : []
}

const parseDocument = (row: Row) => JSON.parse(String(row.document)) as KeyDocument

/** What a key of store version 2 is, whose row has no document: one that a service made for itself. */
function firstDocument(keyId: string, versions: readonly number[]): KeyDocument {
  const half = keyId.replaceAll('-', '')
  const oldestFirst = versions.toSorted((left, right) => left - right)
  const materials = oldestFirst.map((version) => ({ version, id: half + version.toString(16).padStart(32, '0') }))
  return { origin: 'AWS_KMS', description: '', tags: [], onDemandRotations: 0, materials }
}

/** Columns of an alias, its MAC included. */
export function toAliasRow({ account, region, name, keyId, createdAt, updatedAt }: Alias, mac: RowMac) {
  const row = { account, region, alias: name, key_id: keyId, created_at: createdAt, updated_at: updatedAt }
  return { ...row, mac: macOf(mac, ALIASES, row) }
}

/** Throws ForgedRowError for a row whose MAC does not fit. */
export function toAlias(row: Row, mac: RowMac): Alias {
  if (!macFits(mac, ALIASES, row)) throw new ForgedRowError('kms_aliases', rowName(ALIASES.named, row))
  return {
    account: String(row.account),
    region: String(row.region),
    name: String(row.alias),
    keyId: String(row.key_id),
    createdAt: Number(row.created_at ?? row.key_created_at ?? 0),
    updatedAt: Number(row.updated_at ?? row.key_created_at ?? 0),
  }
}

/** Columns of a grant, its MAC included. */
export function toGrantRow(grant: Grant, mac: RowMac) {
  const { account, region, keyId, grantId, ...document } = grant
  const row = {
    region,
    key_id: keyId,
    grant_id: grantId,
    account,
    grantee: grant.grantee.arn,
    retiring: grant.retiring?.arn ?? null,
    document: JSON.stringify(document),
  }
  return { ...row, mac: macOf(mac, GRANTS, row) }
}

/** Throws ForgedRowError for a row whose MAC does not fit. */
export function toGrant(row: Row, mac: RowMac): Grant {
  if (!macFits(mac, GRANTS, row)) throw new ForgedRowError('kms_grants', rowName(GRANTS.named, row))
  return {
    ...(JSON.parse(String(row.document)) as Omit<Grant, 'account' | 'region' | 'keyId' | 'grantId'>),
    account: String(row.account),
    region: String(row.region),
    keyId: String(row.key_id),
    grantId: String(row.grant_id),
  }
}
