import { operation } from '../../aws/operation.ts'
import { required, structure } from '../../aws/shape.ts'
import type { User } from '../../identity/entities.ts'
import { checkRemovable } from '../check-removable.ts'
import type { IamContext } from '../context.ts'
import { errors } from '../errors.ts'
import { findNamed } from '../find-entity.ts'
import * as shapes from '../shapes.ts'

export const deleteUser = operation({
  name: 'DeleteUser',
  access: 'write',
  input: structure({ UserName: required(shapes.existingUserName) }),

  target: ({ UserName }, context: IamContext) => findNamed('user', UserName, context),

  async run(_input, user: User, { store, change }) {
    const keys = await store.accessKeysOf(user)
    if (keys.length > 0) throw errors.mustDeleteFirst('delete access keys')
    checkRemovable(user)
    if (user.groups.length > 0) throw errors.mustDeleteFirst('remove users from group')
    change(store.remove(user))
    return {}
  },
})
