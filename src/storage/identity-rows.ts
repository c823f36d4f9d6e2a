import { ForgedRowError } from '../aws/damaged-row.ts'
import type { AnyEntity, Entities, Kind } from '../identity/entities.ts'
import { type Covered, macFits, macOf, type RowMac, rowName } from './row-mac.ts'
import type { Row } from './sql.ts'

export const IDENTITIES: Covered = {
  table: 'identities',
  named: ['account', 'kind', 'name'],
  columns: ['id', 'account', 'kind', 'name', 'name_key', 'path', 'document', 'revision'],
}

/** Members that have columns of their own. */
type InColumns = 'id' | 'account' | 'kind' | 'name' | 'path' | 'revision'

/** Members that the document of each kind holds: all others. */
const IN_DOCUMENT: { readonly [K in Kind]: { readonly [M in Exclude<keyof Entities[K], InColumns>]-?: true } } = {
  user: { createdAt: true, inline: true, attached: true, tags: true, boundary: true, groups: true },
  group: { createdAt: true, inline: true, attached: true },
  role: {
    createdAt: true,
    inline: true,
    attached: true,
    tags: true,
    boundary: true,
    trust: true,
    description: true,
    maxSession: true,
  },
  policy: {
    createdAt: true,
    tags: true,
    description: true,
    versions: true,
    defaultVersion: true,
    versionsMade: true,
    updatedAt: true,
  },
  'oidc-provider': { createdAt: true, tags: true, clientIds: true, thumbprints: true },
  'instance-profile': { createdAt: true, tags: true, role: true },
}

/** How often something came to refer to an entity, as of when it was read. Beside the entity, so that nobody can write it. */
const guards = new WeakMap<AnyEntity, number>()

/** How names are compared and sorted. */
export const nameKey = (name: string) => name.toLowerCase()

/** Columns of an entity, its MAC included. */
export function toIdentityRow(entity: AnyEntity, mac: RowMac) {
  const { id, account, kind, name, path, revision } = entity
  const members = Object.keys(IN_DOCUMENT[kind]) as (keyof AnyEntity)[]
  const document = JSON.stringify(Object.fromEntries(members.map((member) => [member, entity[member]])))
  const row = { id, account, kind, name, name_key: nameKey(name), path, document, revision }
  return { ...row, mac: macOf(mac, IDENTITIES, row) }
}

/** Throws ForgedRowError for a row of another kind, or one whose MAC does not fit. */
export function toEntity<K extends Kind>(kind: K, row: Row, mac: RowMac): Entities[K] {
  if (!macFits(mac, IDENTITIES, row) || row.kind !== kind)
    throw new ForgedRowError('identities', rowName(IDENTITIES.named, row))
  const entity = {
    ...JSON.parse(String(row.document)),
    account: String(row.account),
    kind,
    id: String(row.id),
    name: String(row.name),
    path: String(row.path),
    revision: Number(row.revision),
  } as Entities[K]
  guards.set(entity, Number(row.guards))
  return entity
}

/** Throws for an entity that is not itself what was read: a copy does not know what has come to refer to it since. */
export function guardsOf(entity: AnyEntity): number {
  const known = guards.get(entity)
  if (known === undefined) throw new Error(`Cannot remove a copy of an identity: ${entity.id}`)
  return known
}
