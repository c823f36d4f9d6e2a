import { operation } from '../../aws/operation.ts'
import { list, required, structure } from '../../aws/shape.ts'
import type { KmsContext } from '../context.ts'
import { ownKey } from '../find-key.ts'
import { POLICY_NAME } from '../key-policy-document.ts'
import type { KmsKey } from '../key-store.ts'
import { pageOfAll } from '../pages.ts'
import * as shapes from '../shapes.ts'

export const listKeyPolicies = operation({
  name: 'ListKeyPolicies',
  access: 'read',
  input: structure({ KeyId: required(shapes.keyId), Limit: shapes.limit, Marker: shapes.marker }),
  output: structure({
    PolicyNames: list(shapes.policyName),
    NextMarker: shapes.marker,
    Truncated: shapes.truncated,
  }),
  target: ownKey('ListKeyPolicies', 'look'),
  async run(input, key: KmsKey, context: KmsContext) {
    const { items, ...rest } = await pageOfAll(input, ['ListKeyPolicies', key.arn], context, [POLICY_NAME])
    return { PolicyNames: [...items], ...rest }
  },
})
