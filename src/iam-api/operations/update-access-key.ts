import { operation } from '../../aws/operation.ts'
import { required, structure } from '../../aws/shape.ts'
import type { User } from '../../identity/entities.ts'
import type { IamContext } from '../context.ts'
import { errors } from '../errors.ts'
import { findAccessKey, findUserOrCaller } from '../find-entity.ts'
import * as shapes from '../shapes.ts'

export const updateAccessKey = operation({
  name: 'UpdateAccessKey',
  access: 'write',
  input: structure({
    UserName: shapes.existingUserName,
    AccessKeyId: required(shapes.accessKeyId),
    Status: required(shapes.status),
  }),

  check({ Status }) {
    if (Status === 'Expired') throw errors.invalidInput('Status Expired cannot be set: use Active or Inactive.')
  },
  target: ({ UserName }, context: IamContext) => findUserOrCaller(UserName, context),

  async run({ AccessKeyId, Status }, user: User, { store, change }) {
    const key = await findAccessKey(AccessKeyId, user, store)
    const active = Status === 'Active'
    if (key.active !== active) change(store.setAccessKeyActive(key, active))
    return {}
  },
})
