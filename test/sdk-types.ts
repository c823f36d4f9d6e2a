import type * as sdk from '@aws-sdk/client-secrets-manager'
import type { Operation } from '../src/aws/operation.ts'
import type { batchGetSecretValue } from '../src/secrets/operations/batch-get-secret-value.ts'
import type { createSecret } from '../src/secrets/operations/create-secret.ts'
import type { deleteSecret } from '../src/secrets/operations/delete-secret.ts'
import type { describeSecret } from '../src/secrets/operations/describe-secret.ts'
import type { getRandomPassword } from '../src/secrets/operations/get-random-password.ts'
import type { getSecretValue } from '../src/secrets/operations/get-secret-value.ts'
import type { listSecretVersionIds } from '../src/secrets/operations/list-secret-version-ids.ts'
import type { listSecrets } from '../src/secrets/operations/list-secrets.ts'
import type { putSecretValue } from '../src/secrets/operations/put-secret-value.ts'
import type { restoreSecret } from '../src/secrets/operations/restore-secret.ts'
import type { tagResource } from '../src/secrets/operations/tag-resource.ts'
import type { untagResource } from '../src/secrets/operations/untag-resource.ts'
import type { updateSecret } from '../src/secrets/operations/update-secret.ts'
import type { updateSecretVersionStage } from '../src/secrets/operations/update-secret-version-stage.ts'

// Harm prevented: an operation drifts from the official SDK's types, and a client that compiles is refused, or reads members that never come.
// Nothing here runs; tsc is the test. A failure names the operation and what does not hold.

type InputOf<T> = T extends Operation<infer I, infer _O, infer _V, infer _C> ? I : never
type OutputOf<T> = T extends Operation<infer _I, infer O, infer _V, infer _C> ? O : never

/** The SDK lets required members be undefined; a request that is right has them. */
type Present<T> = { [K in keyof T]: object extends Pick<T, K> ? T[K] : Exclude<T[K], undefined> }

type Equal<A, B> = [A, B] extends [B, A] ? true : false
type Fits<A, B> = [A] extends [B] ? true : false

/** Where a type is lost everything would agree. */
type HoldsAny<T> = 0 extends 1 & T
  ? true
  : T extends string | number | boolean | undefined | Uint8Array | Date
    ? false
    : T extends readonly (infer M)[]
      ? HoldsAny<M>
      : true extends { [K in keyof T]-?: HoldsAny<T[K]> }[keyof T]
        ? true
        : false

type Agrees<T, Input, Output> = {
  'a type of its input is lost': Equal<HoldsAny<InputOf<T>>, false>
  'a type of its output is lost': Equal<HoldsAny<OutputOf<T>>, false>
  'its input has other members': Equal<keyof InputOf<T>, keyof Input>
  "its input does not take the SDK's": Fits<Present<Input>, InputOf<T>>
  'its output has other members': Equal<keyof OutputOf<T>, Exclude<keyof Output, '$metadata'>>
  "its output is not the SDK's": Fits<OutputOf<T>, Omit<Output, '$metadata'>>
}

interface Operations {
  BatchGetSecretValue: Agrees<
    typeof batchGetSecretValue,
    sdk.BatchGetSecretValueCommandInput,
    sdk.BatchGetSecretValueCommandOutput
  >
  CreateSecret: Agrees<typeof createSecret, sdk.CreateSecretCommandInput, sdk.CreateSecretCommandOutput>
  DeleteSecret: Agrees<typeof deleteSecret, sdk.DeleteSecretCommandInput, sdk.DeleteSecretCommandOutput>
  DescribeSecret: Agrees<typeof describeSecret, sdk.DescribeSecretCommandInput, sdk.DescribeSecretCommandOutput>
  GetRandomPassword: Agrees<
    typeof getRandomPassword,
    sdk.GetRandomPasswordCommandInput,
    sdk.GetRandomPasswordCommandOutput
  >
  GetSecretValue: Agrees<typeof getSecretValue, sdk.GetSecretValueCommandInput, sdk.GetSecretValueCommandOutput>
  ListSecretVersionIds: Agrees<
    typeof listSecretVersionIds,
    sdk.ListSecretVersionIdsCommandInput,
    sdk.ListSecretVersionIdsCommandOutput
  >
  ListSecrets: Agrees<typeof listSecrets, sdk.ListSecretsCommandInput, sdk.ListSecretsCommandOutput>
  PutSecretValue: Agrees<typeof putSecretValue, sdk.PutSecretValueCommandInput, sdk.PutSecretValueCommandOutput>
  RestoreSecret: Agrees<typeof restoreSecret, sdk.RestoreSecretCommandInput, sdk.RestoreSecretCommandOutput>
  TagResource: Agrees<typeof tagResource, sdk.TagResourceCommandInput, sdk.TagResourceCommandOutput>
  UntagResource: Agrees<typeof untagResource, sdk.UntagResourceCommandInput, sdk.UntagResourceCommandOutput>
  UpdateSecret: Agrees<typeof updateSecret, sdk.UpdateSecretCommandInput, sdk.UpdateSecretCommandOutput>
  UpdateSecretVersionStage: Agrees<
    typeof updateSecretVersionStage,
    sdk.UpdateSecretVersionStageCommandInput,
    sdk.UpdateSecretVersionStageCommandOutput
  >
}

type FaultsOf<Name extends string, Verdicts> = {
  [Fault in keyof Verdicts & string]: Verdicts[Fault] extends true ? never : `${Name}: ${Fault}`
}[keyof Verdicts & string]

type Faults = { [Name in keyof Operations]: FaultsOf<Name, Operations[Name]> }[keyof Operations]

type None<T extends never> = T

export type SdkAgreement = None<Faults>
