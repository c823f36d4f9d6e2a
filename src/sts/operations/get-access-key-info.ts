import { noResource, operation } from '../../aws/operation.ts'
import { required, structure } from '../../aws/shape.ts'
import type { StsContext } from '../context.ts'
import { errors } from '../errors.ts'
import * as shapes from '../shapes.ts'

export const getAccessKeyInfo = operation({
  name: 'GetAccessKeyInfo',
  access: 'read',
  input: structure({ AccessKeyId: required(shapes.accessKeyId) }),
  output: structure({ Account: shapes.account }),

  target: (_input, { caller }: StsContext) => noResource(caller.account),

  /** Of temporary keys only the caller's own is known: the others are in nobody's hands but their holders'. */
  async run({ AccessKeyId }, _value: undefined, { caller, store }) {
    if (AccessKeyId === caller.accessKeyId) return { Account: caller.account }
    const holder = await store.findAccessKey(AccessKeyId)
    if (!holder) throw errors.unknownAccessKey()
    return { Account: holder.key.account }
  },
})
