import { operation } from '../../aws/operation.ts'
import { list, required, structure } from '../../aws/shape.ts'
import type { User } from '../../identity/entities.ts'
import type { IamContext } from '../context.ts'
import { findNamed } from '../find-entity.ts'
import { pageOfNames } from '../list-entities.ts'
import * as shapes from '../shapes.ts'
import { showGroup } from '../show-entity.ts'

export const listGroupsForUser = operation({
  name: 'ListGroupsForUser',
  access: 'read',
  input: structure({ UserName: required(shapes.existingUserName), ...shapes.paging }),
  output: structure({ Groups: required(list(shapes.group)), ...shapes.page }),

  target: ({ UserName }, context: IamContext) => findNamed('user', UserName, context),

  async run(input, user: User, context) {
    const groups = await context.store.findByIds('group', user.groups)
    const { items, paging } = await pageOfNames(['groups of user', user.id], groups, input, context)
    return { Groups: items.map(showGroup), ...paging }
  },
})
