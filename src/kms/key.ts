import { randomUUID } from 'node:crypto'
import { partitionOf } from '../aws/partition.ts'
import type { KmsKey } from './key-store.ts'

/** Alias of the key that protects secrets which name none. */
export const SECRETS_MANAGER_ALIAS = 'alias/aws/secretsmanager'

export function keyArn(region: string, account: string, keyId: string): string {
  return `arn:${partitionOf(region)}:kms:${region}:${account}:key/${keyId}`
}

export function aliasArn(region: string, account: string, alias: string): string {
  return `arn:${partitionOf(region)}:kms:${region}:${account}:${alias}`
}

/** A new enabled key without material yet. */
export function newKey(scope: { account: string; region: string }, manager: KmsKey['manager'], now: number): KmsKey {
  const keyId = randomUUID()
  return {
    account: scope.account,
    region: scope.region,
    keyId,
    arn: keyArn(scope.region, scope.account, keyId),
    manager,
    state: 'Enabled',
    createdAt: now,
    currentVersion: 1,
    materials: [],
  }
}
