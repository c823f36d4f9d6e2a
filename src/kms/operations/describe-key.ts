import { operation } from '../../aws/operation.ts'
import { required, structure } from '../../aws/shape.ts'
import type { KmsContext } from '../context.ts'
import { findKey } from '../find-key.ts'
import { checkGrantTokens } from '../grant-token.ts'
import { SECRETS_MANAGER_ALIAS } from '../key.ts'
import { describeKeyMetadata } from '../key-metadata.ts'
import type { KmsKey } from '../key-store.ts'
import * as shapes from '../shapes.ts'

export const describeKey = operation({
  name: 'DescribeKey',
  access: 'read',
  input: structure({ KeyId: required(shapes.keyId), GrantTokens: shapes.grantTokens }),
  output: structure({ KeyMetadata: shapes.keyMetadata }),
  target: ({ KeyId }, context: KmsContext) => findKey(KeyId, { use: 'look', action: 'kms:DescribeKey' }, context),
  /** The key of a service is made where somebody asks for it by its alias (KMS API, DescribeKey). */
  acceptsMissing: ({ KeyId }) => KeyId === SECRETS_MANAGER_ALIAS,
  rehearsal: { request: (KeyId) => ({ KeyId }), runs: true },
  madeArn: ({ KeyMetadata }) => KeyMetadata?.Arn,
  async run({ KeyId, GrantTokens }, found: KmsKey | undefined, context) {
    checkGrantTokens(GrantTokens)
    const key = found ?? (await context.serviceKey(KeyId))
    return { KeyMetadata: await describeKeyMetadata(key, context) }
  },
})
