import { randomBytes, randomUUID } from 'node:crypto'
import { partitionOf } from '../aws/partition.ts'
import type { KeyOrigin, KeyScope, KmsKey } from './key-store.ts'

/** Alias of the key that protects secrets which name none. */
export const SECRETS_MANAGER_ALIAS = 'alias/aws/secretsmanager'

/** What the ids of multi-Region keys begin with. */
const MULTI_REGION_PREFIX = 'mrk-'

export function keyArn(region: string, account: string, keyId: string): string {
  return `arn:${partitionOf(region)}:kms:${region}:${account}:key/${keyId}`
}

export function aliasArn(region: string, account: string, alias: string): string {
  return `arn:${partitionOf(region)}:kms:${region}:${account}:${alias}`
}

/** Whether an id is that of a multi-Region key, whose ciphertexts open in every Region it is in. */
export function isMultiRegion({ keyId }: Pick<KmsKey, 'keyId'>): boolean {
  return keyId.startsWith(MULTI_REGION_PREFIX)
}

export interface NewKey extends KeyScope {
  readonly manager: KmsKey['manager']
  /** Milliseconds. */
  readonly now: number
  readonly origin?: KeyOrigin | undefined
  readonly multiRegion?: boolean | undefined
}

/** A new key without material yet: enabled, or waiting for the import of it. */
export function newKey({ account, region, manager, now, origin = 'AWS_KMS', multiRegion = false }: NewKey): KmsKey {
  const id = randomUUID()
  const keyId = multiRegion ? MULTI_REGION_PREFIX + id.replaceAll('-', '') : id
  return {
    account,
    region,
    keyId,
    arn: keyArn(region, account, keyId),
    manager,
    origin,
    state: origin === 'EXTERNAL' ? 'PendingImport' : 'Enabled',
    description: '',
    tags: [],
    createdAt: now,
    currentVersion: 1,
    materials: [],
    primaryRegion: multiRegion ? region : undefined,
    onDemandRotations: 0,
    aliases: [],
    hasGrants: false,
    revision: 1,
  }
}

/** A new KeyMaterialId. */
export function newMaterialId(): string {
  return randomBytes(32).toString('hex')
}
