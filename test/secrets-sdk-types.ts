import type * as sdk from '@aws-sdk/client-secrets-manager'
import type { batchGetSecretValue } from '../src/secrets/operations/batch-get-secret-value.ts'
import type { cancelRotateSecret } from '../src/secrets/operations/cancel-rotate-secret.ts'
import type { createSecret } from '../src/secrets/operations/create-secret.ts'
import type { deleteResourcePolicy } from '../src/secrets/operations/delete-resource-policy.ts'
import type { deleteSecret } from '../src/secrets/operations/delete-secret.ts'
import type { describeSecret } from '../src/secrets/operations/describe-secret.ts'
import type { getRandomPassword } from '../src/secrets/operations/get-random-password.ts'
import type { getResourcePolicy } from '../src/secrets/operations/get-resource-policy.ts'
import type { getSecretValue } from '../src/secrets/operations/get-secret-value.ts'
import type { listSecretVersionIds } from '../src/secrets/operations/list-secret-version-ids.ts'
import type { listSecrets } from '../src/secrets/operations/list-secrets.ts'
import type { putResourcePolicy } from '../src/secrets/operations/put-resource-policy.ts'
import type { putSecretValue } from '../src/secrets/operations/put-secret-value.ts'
import type { removeRegionsFromReplication } from '../src/secrets/operations/remove-regions-from-replication.ts'
import type { replicateSecretToRegions } from '../src/secrets/operations/replicate-secret-to-regions.ts'
import type { restoreSecret } from '../src/secrets/operations/restore-secret.ts'
import type { rotateSecret } from '../src/secrets/operations/rotate-secret.ts'
import type { stopReplicationToReplica } from '../src/secrets/operations/stop-replication-to-replica.ts'
import type { tagResource } from '../src/secrets/operations/tag-resource.ts'
import type { untagResource } from '../src/secrets/operations/untag-resource.ts'
import type { updateSecret } from '../src/secrets/operations/update-secret.ts'
import type { updateSecretVersionStage } from '../src/secrets/operations/update-secret-version-stage.ts'
import type { validateResourcePolicy } from '../src/secrets/operations/validate-resource-policy.ts'
import type { Agrees, FaultsIn, None } from './sdk-agreement.ts'

// Harm prevented: an operation drifts from the official SDK's types, and a client that compiles is refused, or reads members that never come.
// Nothing here runs; tsc is the test. A failure names the operation and what does not hold.

interface Operations {
  BatchGetSecretValue: Agrees<
    typeof batchGetSecretValue,
    sdk.BatchGetSecretValueCommandInput,
    sdk.BatchGetSecretValueCommandOutput
  >
  CancelRotateSecret: Agrees<
    typeof cancelRotateSecret,
    sdk.CancelRotateSecretCommandInput,
    sdk.CancelRotateSecretCommandOutput
  >
  CreateSecret: Agrees<typeof createSecret, sdk.CreateSecretCommandInput, sdk.CreateSecretCommandOutput>
  DeleteResourcePolicy: Agrees<
    typeof deleteResourcePolicy,
    sdk.DeleteResourcePolicyCommandInput,
    sdk.DeleteResourcePolicyCommandOutput
  >
  DeleteSecret: Agrees<typeof deleteSecret, sdk.DeleteSecretCommandInput, sdk.DeleteSecretCommandOutput>
  DescribeSecret: Agrees<typeof describeSecret, sdk.DescribeSecretCommandInput, sdk.DescribeSecretCommandOutput>
  GetRandomPassword: Agrees<
    typeof getRandomPassword,
    sdk.GetRandomPasswordCommandInput,
    sdk.GetRandomPasswordCommandOutput
  >
  GetResourcePolicy: Agrees<
    typeof getResourcePolicy,
    sdk.GetResourcePolicyCommandInput,
    sdk.GetResourcePolicyCommandOutput
  >
  GetSecretValue: Agrees<typeof getSecretValue, sdk.GetSecretValueCommandInput, sdk.GetSecretValueCommandOutput>
  ListSecretVersionIds: Agrees<
    typeof listSecretVersionIds,
    sdk.ListSecretVersionIdsCommandInput,
    sdk.ListSecretVersionIdsCommandOutput
  >
  ListSecrets: Agrees<typeof listSecrets, sdk.ListSecretsCommandInput, sdk.ListSecretsCommandOutput>
  PutResourcePolicy: Agrees<
    typeof putResourcePolicy,
    sdk.PutResourcePolicyCommandInput,
    sdk.PutResourcePolicyCommandOutput
  >
  PutSecretValue: Agrees<typeof putSecretValue, sdk.PutSecretValueCommandInput, sdk.PutSecretValueCommandOutput>
  RemoveRegionsFromReplication: Agrees<
    typeof removeRegionsFromReplication,
    sdk.RemoveRegionsFromReplicationCommandInput,
    sdk.RemoveRegionsFromReplicationCommandOutput
  >
  ReplicateSecretToRegions: Agrees<
    typeof replicateSecretToRegions,
    sdk.ReplicateSecretToRegionsCommandInput,
    sdk.ReplicateSecretToRegionsCommandOutput
  >
  RestoreSecret: Agrees<typeof restoreSecret, sdk.RestoreSecretCommandInput, sdk.RestoreSecretCommandOutput>
  StopReplicationToReplica: Agrees<
    typeof stopReplicationToReplica,
    sdk.StopReplicationToReplicaCommandInput,
    sdk.StopReplicationToReplicaCommandOutput
  >
  RotateSecret: Agrees<typeof rotateSecret, sdk.RotateSecretCommandInput, sdk.RotateSecretCommandOutput>
  TagResource: Agrees<typeof tagResource, sdk.TagResourceCommandInput, sdk.TagResourceCommandOutput>
  UntagResource: Agrees<typeof untagResource, sdk.UntagResourceCommandInput, sdk.UntagResourceCommandOutput>
  UpdateSecret: Agrees<typeof updateSecret, sdk.UpdateSecretCommandInput, sdk.UpdateSecretCommandOutput>
  UpdateSecretVersionStage: Agrees<
    typeof updateSecretVersionStage,
    sdk.UpdateSecretVersionStageCommandInput,
    sdk.UpdateSecretVersionStageCommandOutput
  >
  ValidateResourcePolicy: Agrees<
    typeof validateResourcePolicy,
    sdk.ValidateResourcePolicyCommandInput,
    sdk.ValidateResourcePolicyCommandOutput
  >
}

export type SdkAgreement = None<FaultsIn<Operations>>
