import { operation } from '../../aws/operation.ts'
import { required, structure } from '../../aws/shape.ts'
import type { KmsContext } from '../context.ts'
import { findKey } from '../find-key.ts'
import { checkGrantTokens } from '../grant-token.ts'
import { describeKeyMetadata } from '../key-metadata.ts'
import type { KmsKey } from '../key-store.ts'
import * as shapes from '../shapes.ts'

export const describeKey = operation({
  name: 'DescribeKey',
  access: 'read',
  input: structure({ KeyId: required(shapes.keyId), GrantTokens: shapes.grantTokens }),
  output: structure({ KeyMetadata: shapes.keyMetadata }),
  target: ({ KeyId }, context: KmsContext) => findKey(KeyId, { use: 'look', action: 'kms:DescribeKey' }, context),
  async run({ GrantTokens }, key: KmsKey, context) {
    checkGrantTokens(GrantTokens, context)
    return { KeyMetadata: await describeKeyMetadata(key, context) }
  },
})
