import type { BoundPolicy } from '../identity/entities.ts'
import { rotationDueAt } from '../secrets/rotation.ts'
import type { Replica, Secret, Stages, Tag, Version, VersionInfo } from '../secrets/secret.ts'
import type { Row, SqlValue } from './sql.ts'
import { bytesOf } from './statement-rows.ts'

/** Columns that `secrets` had from the beginning, without the id and the MAC; their order is that of the MAC. */
export const SECRET_COLUMNS = [
  'account',
  'region',
  'name',
  'arn',
  'description',
  'description_head',
  'kms_key_id',
  'tags',
  'stages',
  'current_version',
  'created_at',
  'changed_at',
  'deleted_at',
  'purge_at',
  'primary_region',
  'owning_service',
  'type',
] as const
/** Columns that came later. */
export const ADDED_SECRET_COLUMNS = ['resource_policy', 'replicas', 'rotation', 'rotate_at'] as const
/** What statements write. */
export const WRITTEN_SECRET_COLUMNS = [...SECRET_COLUMNS, ...ADDED_SECRET_COLUMNS] as const

/** Characters of the folded description that the index holds; a longer prefix is looked up by these and then compared whole. */
export const DESCRIPTION_HEAD = 64

/** How descriptions compare without regard to case. */
function descriptionHead(description: string): string {
  const head = description.toLowerCase().slice(0, DESCRIPTION_HEAD)
  // Half of a surrogate pair has no UTF-8 form; no prefix that a filter can have holds such characters.
  return head.isWellFormed() ? head : head.slice(0, -1)
}

type SecretRow = Readonly<Record<(typeof WRITTEN_SECRET_COLUMNS)[number], string | number | null>>

export function secretToRow(secret: Omit<Secret, 'id' | 'revision'>): SecretRow {
  const { description } = secret
  return {
    account: secret.account,
    region: secret.region,
    name: secret.name,
    arn: secret.arn,
    description: description ?? null,
    description_head: description ? descriptionHead(description) : null,
    kms_key_id: secret.kmsKeyId ?? null,
    tags: secret.tags ? JSON.stringify(secret.tags.map(({ Key, Value }) => [Key, Value])) : null,
    stages: JSON.stringify([...secret.stages]),
    current_version: currentOf(secret.stages) ?? null,
    created_at: secret.createdAt,
    changed_at: secret.changedAt,
    deleted_at: secret.deletedAt ?? null,
    purge_at: secret.purgeAt ?? null,
    primary_region: secret.primaryRegion ?? null,
    owning_service: secret.owningService ?? null,
    type: secret.type ?? null,
    resource_policy: policyText(secret.resourcePolicy),
    replicas: secret.replicas ? JSON.stringify(secret.replicas) : null,
    rotation: secret.rotation ? JSON.stringify(secret.rotation) : null,
    rotate_at: rotationDueAt(secret) ?? null,
  }
}

export function rowToSecret(row: Row): Secret {
  const tags = text(row.tags)
  const replicas = text(row.replicas)
  const rotation = text(row.rotation)
  return {
    id: Number(row.id),
    account: String(row.account),
    region: String(row.region),
    name: String(row.name),
    arn: String(row.arn),
    description: text(row.description),
    kmsKeyId: text(row.kms_key_id),
    tags: tags === undefined ? undefined : (JSON.parse(tags) as [string, string][]).map(toTag),
    stages: new Map(JSON.parse(String(row.stages)) as [string, string[]][]),
    createdAt: Number(row.created_at),
    changedAt: Number(row.changed_at),
    accessedAt: Number(row.accessed_at) || undefined,
    deletedAt: number(row.deleted_at),
    purgeAt: number(row.purge_at),
    primaryRegion: text(row.primary_region),
    replicas: replicas === undefined ? undefined : (JSON.parse(replicas) as readonly Replica[]),
    owningService: text(row.owning_service),
    type: text(row.type),
    resourcePolicy: policyIn(row.resource_policy),
    rotation: rotation === undefined ? undefined : (JSON.parse(rotation) as Secret['rotation']),
    revision: Number(row.revision),
  }
}

export function rowToVersionInfo(row: Row): VersionInfo {
  return {
    versionId: String(row.version_id),
    createdAt: Number(row.version_created_at),
    accessedAt: Number(row.version_accessed_at) || undefined,
    kmsKeyId: text(row.version_kms_key_id),
  }
}

/** A version with its sealed value. */
export function rowToVersion(row: Row): Version {
  return {
    ...rowToVersionInfo(row),
    value: {
      ciphertext: bytesOf(row.ciphertext),
      dataKey: bytesOf(row.data_key),
      binary: row.is_binary === 1,
    },
  }
}

/** A policy on a secret or key as its column holds it: the document with whom its principals meant. */
export function policyText(policy: BoundPolicy | undefined): string | null {
  return policy ? JSON.stringify({ document: policy.document, bindings: policy.bindings }) : null
}

/** The inverse of `policyText`. */
export function policyIn(column: SqlValue | undefined): BoundPolicy | undefined {
  const found = text(column)
  return found === undefined ? undefined : (JSON.parse(found) as BoundPolicy)
}

function currentOf(stages: Stages): string | undefined {
  for (const [versionId, labels] of stages) if (labels.includes('AWSCURRENT')) return versionId
  return undefined
}

const toTag = ([Key, Value]: [string, string]): Tag => ({ Key, Value })
const text = (value: SqlValue | undefined) => (value === null || value === undefined ? undefined : String(value))
const number = (value: SqlValue | undefined) => (value === null || value === undefined ? undefined : Number(value))
