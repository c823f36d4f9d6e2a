import type * as sdk from '@aws-sdk/client-kms'
import type { cancelKeyDeletion } from '../src/kms/operations/cancel-key-deletion.ts'
import type { createAlias } from '../src/kms/operations/create-alias.ts'
import type { createGrant } from '../src/kms/operations/create-grant.ts'
import type { createKey } from '../src/kms/operations/create-key.ts'
import type { decrypt } from '../src/kms/operations/decrypt.ts'
import type { deleteAlias } from '../src/kms/operations/delete-alias.ts'
import type { deleteImportedKeyMaterial } from '../src/kms/operations/delete-imported-key-material.ts'
import type { describeKey } from '../src/kms/operations/describe-key.ts'
import type { disableKey } from '../src/kms/operations/disable-key.ts'
import type { disableKeyRotation } from '../src/kms/operations/disable-key-rotation.ts'
import type { enableKey } from '../src/kms/operations/enable-key.ts'
import type { enableKeyRotation } from '../src/kms/operations/enable-key-rotation.ts'
import type { encrypt } from '../src/kms/operations/encrypt.ts'
import type { generateDataKey } from '../src/kms/operations/generate-data-key.ts'
import type { generateDataKeyWithoutPlaintext } from '../src/kms/operations/generate-data-key-without-plaintext.ts'
import type { generateRandom } from '../src/kms/operations/generate-random.ts'
import type { getKeyPolicy } from '../src/kms/operations/get-key-policy.ts'
import type { getKeyRotationStatus } from '../src/kms/operations/get-key-rotation-status.ts'
import type { getParametersForImport } from '../src/kms/operations/get-parameters-for-import.ts'
import type { importKeyMaterial } from '../src/kms/operations/import-key-material.ts'
import type { listAliases } from '../src/kms/operations/list-aliases.ts'
import type { listGrants } from '../src/kms/operations/list-grants.ts'
import type { listKeyPolicies } from '../src/kms/operations/list-key-policies.ts'
import type { listKeyRotations } from '../src/kms/operations/list-key-rotations.ts'
import type { listKeys } from '../src/kms/operations/list-keys.ts'
import type { listResourceTags } from '../src/kms/operations/list-resource-tags.ts'
import type { listRetirableGrants } from '../src/kms/operations/list-retirable-grants.ts'
import type { putKeyPolicy } from '../src/kms/operations/put-key-policy.ts'
import type { reEncrypt } from '../src/kms/operations/re-encrypt.ts'
import type { replicateKey } from '../src/kms/operations/replicate-key.ts'
import type { retireGrant } from '../src/kms/operations/retire-grant.ts'
import type { revokeGrant } from '../src/kms/operations/revoke-grant.ts'
import type { rotateKeyOnDemand } from '../src/kms/operations/rotate-key-on-demand.ts'
import type { scheduleKeyDeletion } from '../src/kms/operations/schedule-key-deletion.ts'
import type { tagResource } from '../src/kms/operations/tag-resource.ts'
import type { untagResource } from '../src/kms/operations/untag-resource.ts'
import type { updateAlias } from '../src/kms/operations/update-alias.ts'
import type { updateKeyDescription } from '../src/kms/operations/update-key-description.ts'
import type { updatePrimaryRegion } from '../src/kms/operations/update-primary-region.ts'
import type { Agrees, FaultsIn, None } from './sdk-agreement.ts'

// Harm prevented: as of secrets-sdk-types.ts, for KMS.

/** Values of enumerations that the SDK knows and the model that Coffer follows does not: they are refused by the model's constraint. */
type Newer = 'Decapsulate' | 'Encapsulate' | 'ENCAPSULATE_DECAPSULATE' | 'ML_KEM' | `ML_KEM_${512 | 768 | 1024}`

/** Without these, and without the undefined that the SDK lets required members of nested structures be. */
type Known<T> = T extends Newer
  ? never
  : T extends Date | Uint8Array
    ? T
    : T extends readonly (infer M)[]
      ? Known<M>[]
      : T extends object
        ? { [K in keyof T]: object extends Pick<T, K> ? Known<T[K]> : Exclude<Known<T[K]>, undefined> }
        : T

interface Operations {
  CancelKeyDeletion: Agrees<
    typeof cancelKeyDeletion,
    Known<sdk.CancelKeyDeletionCommandInput>,
    sdk.CancelKeyDeletionCommandOutput
  >
  CreateAlias: Agrees<typeof createAlias, Known<sdk.CreateAliasCommandInput>, sdk.CreateAliasCommandOutput>
  CreateGrant: Agrees<typeof createGrant, Known<sdk.CreateGrantCommandInput>, sdk.CreateGrantCommandOutput>
  CreateKey: Agrees<typeof createKey, Known<sdk.CreateKeyCommandInput>, sdk.CreateKeyCommandOutput>
  Decrypt: Agrees<typeof decrypt, Known<sdk.DecryptCommandInput>, sdk.DecryptCommandOutput>
  DeleteAlias: Agrees<typeof deleteAlias, Known<sdk.DeleteAliasCommandInput>, sdk.DeleteAliasCommandOutput>
  DeleteImportedKeyMaterial: Agrees<
    typeof deleteImportedKeyMaterial,
    Known<sdk.DeleteImportedKeyMaterialCommandInput>,
    sdk.DeleteImportedKeyMaterialCommandOutput
  >
  DescribeKey: Agrees<typeof describeKey, Known<sdk.DescribeKeyCommandInput>, sdk.DescribeKeyCommandOutput>
  DisableKey: Agrees<typeof disableKey, Known<sdk.DisableKeyCommandInput>, sdk.DisableKeyCommandOutput>
  DisableKeyRotation: Agrees<
    typeof disableKeyRotation,
    Known<sdk.DisableKeyRotationCommandInput>,
    sdk.DisableKeyRotationCommandOutput
  >
  EnableKey: Agrees<typeof enableKey, Known<sdk.EnableKeyCommandInput>, sdk.EnableKeyCommandOutput>
  EnableKeyRotation: Agrees<
    typeof enableKeyRotation,
    Known<sdk.EnableKeyRotationCommandInput>,
    sdk.EnableKeyRotationCommandOutput
  >
  Encrypt: Agrees<typeof encrypt, Known<sdk.EncryptCommandInput>, sdk.EncryptCommandOutput>
  GenerateDataKey: Agrees<
    typeof generateDataKey,
    Known<sdk.GenerateDataKeyCommandInput>,
    sdk.GenerateDataKeyCommandOutput
  >
  GenerateDataKeyWithoutPlaintext: Agrees<
    typeof generateDataKeyWithoutPlaintext,
    Known<sdk.GenerateDataKeyWithoutPlaintextCommandInput>,
    sdk.GenerateDataKeyWithoutPlaintextCommandOutput
  >
  GenerateRandom: Agrees<typeof generateRandom, Known<sdk.GenerateRandomCommandInput>, sdk.GenerateRandomCommandOutput>
  GetKeyPolicy: Agrees<typeof getKeyPolicy, Known<sdk.GetKeyPolicyCommandInput>, sdk.GetKeyPolicyCommandOutput>
  GetKeyRotationStatus: Agrees<
    typeof getKeyRotationStatus,
    Known<sdk.GetKeyRotationStatusCommandInput>,
    sdk.GetKeyRotationStatusCommandOutput
  >
  GetParametersForImport: Agrees<
    typeof getParametersForImport,
    Known<sdk.GetParametersForImportCommandInput>,
    sdk.GetParametersForImportCommandOutput
  >
  ImportKeyMaterial: Agrees<
    typeof importKeyMaterial,
    Known<sdk.ImportKeyMaterialCommandInput>,
    sdk.ImportKeyMaterialCommandOutput
  >
  ListAliases: Agrees<typeof listAliases, Known<sdk.ListAliasesCommandInput>, sdk.ListAliasesCommandOutput>
  ListGrants: Agrees<typeof listGrants, Known<sdk.ListGrantsCommandInput>, sdk.ListGrantsCommandOutput>
  ListKeyPolicies: Agrees<
    typeof listKeyPolicies,
    Known<sdk.ListKeyPoliciesCommandInput>,
    sdk.ListKeyPoliciesCommandOutput
  >
  ListKeyRotations: Agrees<
    typeof listKeyRotations,
    Known<sdk.ListKeyRotationsCommandInput>,
    sdk.ListKeyRotationsCommandOutput
  >
  ListKeys: Agrees<typeof listKeys, Known<sdk.ListKeysCommandInput>, sdk.ListKeysCommandOutput>
  ListResourceTags: Agrees<
    typeof listResourceTags,
    Known<sdk.ListResourceTagsCommandInput>,
    sdk.ListResourceTagsCommandOutput
  >
  ListRetirableGrants: Agrees<
    typeof listRetirableGrants,
    Known<sdk.ListRetirableGrantsCommandInput>,
    sdk.ListRetirableGrantsCommandOutput
  >
  PutKeyPolicy: Agrees<typeof putKeyPolicy, Known<sdk.PutKeyPolicyCommandInput>, sdk.PutKeyPolicyCommandOutput>
  ReEncrypt: Agrees<typeof reEncrypt, Known<sdk.ReEncryptCommandInput>, sdk.ReEncryptCommandOutput>
  ReplicateKey: Agrees<typeof replicateKey, Known<sdk.ReplicateKeyCommandInput>, sdk.ReplicateKeyCommandOutput>
  RetireGrant: Agrees<typeof retireGrant, Known<sdk.RetireGrantCommandInput>, sdk.RetireGrantCommandOutput>
  RevokeGrant: Agrees<typeof revokeGrant, Known<sdk.RevokeGrantCommandInput>, sdk.RevokeGrantCommandOutput>
  RotateKeyOnDemand: Agrees<
    typeof rotateKeyOnDemand,
    Known<sdk.RotateKeyOnDemandCommandInput>,
    sdk.RotateKeyOnDemandCommandOutput
  >
  ScheduleKeyDeletion: Agrees<
    typeof scheduleKeyDeletion,
    Known<sdk.ScheduleKeyDeletionCommandInput>,
    sdk.ScheduleKeyDeletionCommandOutput
  >
  TagResource: Agrees<typeof tagResource, Known<sdk.TagResourceCommandInput>, sdk.TagResourceCommandOutput>
  UntagResource: Agrees<typeof untagResource, Known<sdk.UntagResourceCommandInput>, sdk.UntagResourceCommandOutput>
  UpdateAlias: Agrees<typeof updateAlias, Known<sdk.UpdateAliasCommandInput>, sdk.UpdateAliasCommandOutput>
  UpdateKeyDescription: Agrees<
    typeof updateKeyDescription,
    Known<sdk.UpdateKeyDescriptionCommandInput>,
    sdk.UpdateKeyDescriptionCommandOutput
  >
  UpdatePrimaryRegion: Agrees<
    typeof updatePrimaryRegion,
    Known<sdk.UpdatePrimaryRegionCommandInput>,
    sdk.UpdatePrimaryRegionCommandOutput
  >
}

export type SdkAgreement = None<FaultsIn<Operations>>
