import { noResource, operation } from '../../aws/operation.ts'
import { list, string, structure } from '../../aws/shape.ts'
import type { KmsContext } from '../context.ts'
import { trusting } from '../find-key.ts'
import { page } from '../pages.ts'
import * as shapes from '../shapes.ts'

const entry = structure({ KeyId: shapes.keyId, KeyArn: string({ length: [20, 2048] }) }, 'KeyListEntry')

export const listKeys = operation({
  name: 'ListKeys',
  access: 'read',
  input: structure({ Limit: shapes.limit, Marker: shapes.marker }),
  output: structure({ Keys: list(entry), NextMarker: shapes.marker, Truncated: shapes.truncated }),
  target: (_input, { scope }: KmsContext) => noResource(scope.account),
  async run(input, _value: undefined, context) {
    const read = (after: string | undefined, limit: number) =>
      trusting(() => context.keys.keys(context.scope, { after, limit }), context)
    const { items, ...rest } = await page(input, ['ListKeys'], context, read, ({ keyId }) => keyId)
    return { Keys: items.map(({ keyId, arn }) => ({ KeyId: keyId, KeyArn: arn })), ...rest }
  },
})
