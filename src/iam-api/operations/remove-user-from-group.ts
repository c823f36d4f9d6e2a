import { operation } from '../../aws/operation.ts'
import { required, structure } from '../../aws/shape.ts'
import type { Group } from '../../identity/entities.ts'
import type { IamContext } from '../context.ts'
import { errors } from '../errors.ts'
import { findNamed } from '../find-entity.ts'
import * as shapes from '../shapes.ts'

export const removeUserFromGroup = operation({
  name: 'RemoveUserFromGroup',
  access: 'write',
  input: structure({ GroupName: required(shapes.groupName), UserName: required(shapes.existingUserName) }),

  /** Permission is decided on the group alone (IAM's service authorization reference). */
  target: ({ GroupName }, context: IamContext) => findNamed('group', GroupName, context),

  /** Who is not in the group is not in it afterwards either. */
  async run({ UserName }, group: Group, { account, store, change }) {
    const user = await store.find('user', account, UserName)
    if (!user) throw errors.notFound('user', UserName)
    if (user.groups.includes(group.id))
      change(store.update({ ...user, groups: user.groups.filter((id) => id !== group.id) }))
    return {}
  },
})
