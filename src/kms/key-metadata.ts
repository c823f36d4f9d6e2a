import type { KmsContext } from './context.ts'
import { trusting } from './find-key.ts'
import { keyArn } from './key.ts'
import { stateOf } from './key-state.ts'
import type { KmsKey } from './key-store.ts'

/** A key as KMS describes it. */
export async function describeKeyMetadata(key: KmsKey, context: KmsContext) {
  const state = stateOf(key, context.now)
  const current = key.materials.find(({ version }) => version === key.currentVersion)
  return {
    AWSAccountId: key.account,
    KeyId: key.keyId,
    Arn: key.arn,
    CreationDate: new Date(key.createdAt),
    Enabled: state === 'Enabled',
    Description: key.description,
    KeyUsage: 'ENCRYPT_DECRYPT' as const,
    KeyState: state,
    DeletionDate: dateOf(key.deletion?.at),
    // A key that waits for its replicas has a window and no date yet.
    PendingDeletionWindowInDays: key.deletion && key.deletion.at === undefined ? key.deletion.windowDays : undefined,
    Origin: key.origin,
    KeyManager: key.manager,
    CustomerMasterKeySpec: 'SYMMETRIC_DEFAULT' as const,
    KeySpec: 'SYMMETRIC_DEFAULT' as const,
    EncryptionAlgorithms: ['SYMMETRIC_DEFAULT' as const],
    MultiRegion: key.primaryRegion !== undefined,
    MultiRegionConfiguration: await multiRegionConfiguration(key, context),
    CurrentKeyMaterialId: current?.id,
    ...(current?.sealed && current.imported && expiryOf(current.imported)),
  }
}

function expiryOf({ expiresAt }: { readonly expiresAt?: number | undefined }) {
  return {
    ValidTo: dateOf(expiresAt),
    ExpirationModel:
      expiresAt === undefined ? ('KEY_MATERIAL_DOES_NOT_EXPIRE' as const) : ('KEY_MATERIAL_EXPIRES' as const),
  }
}

async function multiRegionConfiguration({ keyId, account, region, primaryRegion }: KmsKey, context: KmsContext) {
  if (primaryRegion === undefined) return undefined
  const relatives = await trusting(() => context.keys.relatives(keyId), context)
  const others = relatives.map((relative) => relative.region).filter((one) => one !== primaryRegion)
  // The key that was made just now is not stored yet.
  const replicas = region === primaryRegion || others.includes(region) ? others : [...others, region]
  const place = (where: string) => ({ Arn: keyArn(where, account, keyId), Region: where })
  return {
    MultiRegionKeyType: region === primaryRegion ? ('PRIMARY' as const) : ('REPLICA' as const),
    PrimaryKey: place(primaryRegion),
    ReplicaKeys: replicas.map(place),
  }
}

const dateOf = (time: number | undefined) => (time === undefined ? undefined : new Date(time))
