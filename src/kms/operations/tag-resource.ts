import { operation } from '../../aws/operation.ts'
import { required, structure } from '../../aws/shape.ts'
import type { KmsContext } from '../context.ts'
import { ownKey } from '../find-key.ts'
import type { KmsKey } from '../key-store.ts'
import * as shapes from '../shapes.ts'
import { checkTags, tagConditions, withTags } from '../tags.ts'

export const tagResource = operation({
  name: 'TagResource',
  access: 'write',
  input: structure({ KeyId: required(shapes.keyId), Tags: required(shapes.tags) }),
  check: ({ Tags }) => checkTags(Tags),
  target: ownKey('TagResource', 'change'),
  conditions: ({ Tags }) => tagConditions(Tags),
  run({ Tags }, key: KmsKey, { keys, change }: KmsContext) {
    change(keys.update({ ...key, tags: withTags(key.tags, Tags) }))
  },
})
