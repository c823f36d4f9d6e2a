import { noResource, operation } from '../../aws/operation.ts'
import { structure } from '../../aws/shape.ts'
import type { StsContext } from '../context.ts'
import * as shapes from '../shapes.ts'

export const getCallerIdentity = operation({
  name: 'GetCallerIdentity',
  access: 'read',
  input: structure({}),
  output: structure({ UserId: shapes.userId, Account: shapes.account, Arn: shapes.arn }),

  /** Nobody can be kept from asking who they are, not even by an explicit deny (security facts 5.3). */
  allowsAnyone: true,
  target: (_input, { caller }: StsContext) => noResource(caller.account),

  run: (_input, _value: undefined, { caller }) => ({
    UserId: caller.principalId,
    Account: caller.account,
    Arn: caller.arn,
  }),
})
