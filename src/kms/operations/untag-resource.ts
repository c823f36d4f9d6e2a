import { operation } from '../../aws/operation.ts'
import { list, required, string, structure } from '../../aws/shape.ts'
import type { KmsContext } from '../context.ts'
import { ownKey } from '../find-key.ts'
import type { KmsKey } from '../key-store.ts'
import * as shapes from '../shapes.ts'
import { checkTagKeys } from '../tags.ts'

export const untagResource = operation({
  name: 'UntagResource',
  access: 'write',
  input: structure({ KeyId: required(shapes.keyId), TagKeys: required(list(string({ length: [1, 128] }))) }),
  check: ({ TagKeys }) => checkTagKeys(TagKeys),
  target: ownKey('UntagResource', 'change'),
  conditions: ({ TagKeys }) => ({ 'aws:TagKeys': TagKeys }),
  run({ TagKeys }, key: KmsKey, { keys, change }: KmsContext) {
    change(keys.update({ ...key, tags: key.tags.filter(({ Key }) => !TagKeys.includes(Key)) }))
  },
})
