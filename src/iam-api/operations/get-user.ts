import { operation, type Target } from '../../aws/operation.ts'
import { required, structure } from '../../aws/shape.ts'
import type { User } from '../../identity/entities.ts'
import { rootOf } from '../../identity/principal.ts'
import type { IamContext } from '../context.ts'
import { findUserOrCaller } from '../find-entity.ts'
import * as shapes from '../shapes.ts'
import { showUser } from '../show-entity.ts'

/** Root is no user of the store, and asks for itself all the same. */
const ROOT = 'root'

export const getUser = operation({
  name: 'GetUser',
  access: 'read',
  input: structure({ UserName: shapes.existingUserName }),
  output: structure({ User: required(shapes.user) }),

  async target({ UserName }, context: IamContext): Promise<Target<User | typeof ROOT>> {
    const { caller, account } = context
    if (UserName !== undefined || caller.type !== 'Root') return findUserOrCaller(UserName, context)
    return { resource: caller.arn, label: caller.arn, account, tags: [], value: ROOT }
  },
  run: (_input, user, { account }) => ({ User: user === ROOT ? showRoot(account) : showUser(user) }),
})

function showRoot(account: string) {
  const shown = { UserId: account, Arn: rootOf(account).arn, CreateDate: new Date(0) }
  // The model demands a path and a name; AWS sends neither for root.
  return shown as ReturnType<typeof showUser>
}
