import { operation } from '../../aws/operation.ts'
import { required, structure } from '../../aws/shape.ts'
import type { User } from '../../identity/entities.ts'
import type { IamContext } from '../context.ts'
import { findAccessKey, findUserOrCaller } from '../find-entity.ts'
import * as shapes from '../shapes.ts'

export const deleteAccessKey = operation({
  name: 'DeleteAccessKey',
  access: 'write',
  input: structure({ UserName: shapes.existingUserName, AccessKeyId: required(shapes.accessKeyId) }),

  target: ({ UserName }, context: IamContext) => findUserOrCaller(UserName, context),

  async run({ AccessKeyId }, user: User, { store, change }) {
    change(store.deleteAccessKey(await findAccessKey(AccessKeyId, user, store)))
    return {}
  },
})
