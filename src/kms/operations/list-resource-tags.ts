import { operation } from '../../aws/operation.ts'
import { required, structure } from '../../aws/shape.ts'
import type { KmsContext } from '../context.ts'
import { ownKey } from '../find-key.ts'
import type { KmsKey } from '../key-store.ts'
import { pageOfAll } from '../pages.ts'
import * as shapes from '../shapes.ts'

export const listResourceTags = operation({
  name: 'ListResourceTags',
  access: 'read',
  input: structure({ KeyId: required(shapes.keyId), Limit: shapes.limit, Marker: shapes.marker }),
  output: structure({ Tags: shapes.tags, NextMarker: shapes.marker, Truncated: shapes.truncated }),
  target: ownKey('ListResourceTags', 'look'),
  async run(input, key: KmsKey, context: KmsContext) {
    const { items, ...rest } = await pageOfAll(input, ['ListResourceTags', key.arn], context, key.tags)
    return { Tags: items.map(({ Key, Value }) => ({ TagKey: Key, TagValue: Value })), ...rest }
  },
})
