import { operation } from '../../aws/operation.ts'
import { list, required, structure } from '../../aws/shape.ts'
import type { Group } from '../../identity/entities.ts'
import type { IamContext } from '../context.ts'
import { findNamed } from '../find-entity.ts'
import { pageBy } from '../list-entities.ts'
import * as shapes from '../shapes.ts'
import { showGroup, showUser } from '../show-entity.ts'

export const getGroup = operation({
  name: 'GetGroup',
  access: 'read',
  input: structure({ GroupName: required(shapes.groupName), ...shapes.paging }),
  output: structure({ Group: required(shapes.group), Users: required(list(shapes.user)), ...shapes.page }),

  target: ({ GroupName }, context: IamContext) => findNamed('group', GroupName, context),

  async run(input, group: Group, context) {
    const { items, paging } = await pageBy(
      ['users of group', group.id],
      input,
      (query) => context.store.referring('user', group.account, group.id, query),
      context,
    )
    return { Group: showGroup(group), Users: items.map((user) => showUser(user, { listed: true })), ...paging }
  },
})
