import { operation } from '../../aws/operation.ts'
import { required, structure } from '../../aws/shape.ts'
import { arnOf, type Group } from '../../identity/entities.ts'
import type { IamContext } from '../context.ts'
import { errors } from '../errors.ts'
import { findNamed } from '../find-entity.ts'
import * as shapes from '../shapes.ts'

export const updateGroup = operation({
  name: 'UpdateGroup',
  access: 'write',
  input: structure({
    GroupName: required(shapes.groupName),
    NewPath: shapes.path,
    NewGroupName: shapes.groupName,
  }),

  /** Needs permission on both sides (service authorization reference). */
  async target({ GroupName, NewPath, NewGroupName }, context: IamContext) {
    const found = await findNamed('group', GroupName, context)
    const { value = { kind: 'group', account: context.account, path: '/', name: GroupName } } = found
    const moved = arnOf({ ...value, path: NewPath ?? value.path, name: NewGroupName ?? value.name })
    return { ...found, alsoOn: [moved] }
  },

  async run({ NewPath, NewGroupName }, group: Group, { account, store, change }) {
    const renamed = { ...group, name: NewGroupName ?? group.name, path: NewPath ?? group.path }
    if (renamed.name === group.name && renamed.path === group.path) return {}
    const namesake = await store.find('group', account, renamed.name)
    if (namesake && namesake.id !== group.id) throw errors.named('Group', renamed.name)
    // Members refer to a group by its id: they stay where they are.
    change(store.update(renamed))
    return {}
  },
})
