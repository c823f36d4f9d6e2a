import { operation } from '../../aws/operation.ts'
import { required, structure } from '../../aws/shape.ts'
import type { Group } from '../../identity/entities.ts'
import { checkRemovable } from '../check-removable.ts'
import type { IamContext } from '../context.ts'
import { errors } from '../errors.ts'
import { findNamed } from '../find-entity.ts'
import * as shapes from '../shapes.ts'

export const deleteGroup = operation({
  name: 'DeleteGroup',
  access: 'write',
  input: structure({ GroupName: required(shapes.groupName) }),

  target: ({ GroupName }, context: IamContext) => findNamed('group', GroupName, context),

  async run(_input, group: Group, { account, store, change }) {
    const members = await store.referring('user', account, group.id, { limit: 1 })
    if (members.length > 0) throw errors.mustDeleteFirst('remove users from group')
    checkRemovable(group)
    change(store.remove(group))
    return {}
  },
})
