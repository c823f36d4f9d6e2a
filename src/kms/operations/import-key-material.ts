import { operation } from '../../aws/operation.ts'
import { required, string, structure, timestamp } from '../../aws/shape.ts'
import { DAY_MS } from '../../aws/time.ts'
import { OpenError } from '../../seal/aead.ts'
import { unwrap } from '../../seal/import-wrapping.ts'
import type { KmsContext } from '../context.ts'
import { errors } from '../errors.ts'
import { ownKey } from '../find-key.ts'
import { expecting, type Import, withImport } from '../import-material.ts'
import { readImportToken } from '../import-token.ts'
import type { KmsKey } from '../key-store.ts'
import { allOf } from '../multi-region.ts'
import * as shapes from '../shapes.ts'

/** Imported material expires at the latest after so many days (KMS API, ImportKeyMaterial, ValidTo). */
const MAX_VALID_DAYS = 365

export const importKeyMaterial = operation({
  name: 'ImportKeyMaterial',
  access: 'write',
  input: structure({
    KeyId: required(shapes.keyId),
    ImportToken: required(shapes.ciphertext),
    EncryptedKeyMaterial: required(shapes.ciphertext),
    ValidTo: timestamp(),
    ExpirationModel: shapes.expirationModel,
    ImportType: string({ enum: ['NEW_KEY_MATERIAL', 'EXISTING_KEY_MATERIAL'] }),
    KeyMaterialDescription: shapes.keyMaterialDescription,
    KeyMaterialId: shapes.keyMaterialId,
  }),
  output: structure({ KeyId: shapes.keyId, KeyMaterialId: shapes.keyMaterialId }),
  recordsAnswer: true,
  check({ ValidTo, ExpirationModel = 'KEY_MATERIAL_EXPIRES', ImportType, KeyMaterialId }) {
    const expires = ExpirationModel === 'KEY_MATERIAL_EXPIRES'
    if (expires && ValidTo === undefined) throw errors.validToMissing()
    if (!expires && ValidTo !== undefined) throw errors.validToUnfit()
    if (ImportType === 'NEW_KEY_MATERIAL' && KeyMaterialId !== undefined) throw errors.idOfNewMaterial()
  },
  target: ownKey('ImportKeyMaterial', 'change'),
  conditions: ({ ValidTo, ExpirationModel = 'KEY_MATERIAL_EXPIRES' }) => ({
    'kms:ExpirationModel': ExpirationModel,
    'kms:ValidTo': ValidTo?.toISOString(),
  }),

  async run(input, key: KmsKey, context: KmsContext) {
    const { now, keys } = context
    if (key.origin !== 'EXTERNAL') throw errors.originUnfit(key.arn, key.origin)
    const { ValidTo, KeyMaterialDescription: description, KeyMaterialId: id } = input
    if (ValidTo && (ValidTo.getTime() <= now || ValidTo.getTime() > now + MAX_VALID_DAYS * DAY_MS))
      throw errors.validToRange(MAX_VALID_DAYS)
    const isReplica = key.primaryRegion !== undefined && key.primaryRegion !== key.region
    const { ImportType: type = key.materials.length > 0 ? 'EXISTING_KEY_MATERIAL' : 'NEW_KEY_MATERIAL' } = input
    if (type === 'NEW_KEY_MATERIAL' && isReplica) throw errors.notPrimary(key.arn)
    const material = unwrapped(input.EncryptedKeyMaterial, input.ImportToken, key, context)
    const given: Import = { type, material, description, expiresAt: ValidTo?.getTime(), id }
    const imported = withImport(key, given, context.material)
    material.fill(0)
    context.change(keys.update(imported.key))
    if (type === 'NEW_KEY_MATERIAL') await tellReplicas(imported, context)
    return { KeyId: key.arn, KeyMaterialId: imported.id }
  },
})

function unwrapped(wrapped: Uint8Array, token: Uint8Array, key: KmsKey, context: KmsContext): Buffer {
  const { algorithm, privateKey } = readImportToken(token, key, context)
  try {
    return unwrap(privateKey, algorithm, wrapped)
  } catch (error) {
    if (error instanceof OpenError) throw errors.invalidCiphertext()
    throw error
  } finally {
    privateKey.fill(0)
  }
}

/** What was imported into a primary is to be imported into its replicas too, and nothing else is. */
async function tellReplicas({ key, id }: { key: KmsKey; id: string }, context: KmsContext): Promise<void> {
  const material = key.materials.find((one) => one.id === id)
  const replicas = (await allOf(key, context)).filter(({ region }) => region !== key.region)
  for (const replica of replicas) if (material) context.change(context.keys.update(expecting(replica, material)))
}
