import { operation } from '../../aws/operation.ts'
import { required, structure } from '../../aws/shape.ts'
import { uniqueId } from '../../identity/access-key.ts'
import type { Group } from '../../identity/entities.ts'
import type { IamContext } from '../context.ts'
import { errors } from '../errors.ts'
import { toBe } from '../find-entity.ts'
import { quotas } from '../quotas.ts'
import * as shapes from '../shapes.ts'
import { showGroup } from '../show-entity.ts'

export const createGroup = operation({
  name: 'CreateGroup',
  access: 'write',
  recordsAnswer: true,
  makes: true,
  input: structure({ Path: shapes.path, GroupName: required(shapes.groupName) }),
  output: structure({ Group: required(shapes.group) }),

  target: ({ Path, GroupName }, { account }: IamContext) => toBe('group', { path: Path, name: GroupName }, account),

  async run({ GroupName, Path = '/' }, _value: undefined, { account, store, now, change }) {
    if (await store.find('group', account, GroupName)) throw errors.named('Group', GroupName)
    if ((await store.count('group', account)) >= quotas.groupsPerAccount)
      throw errors.quotaExceeded('GroupsPerAccount', quotas.groupsPerAccount)
    const group: Group = {
      kind: 'group',
      account,
      id: uniqueId('AGPA'),
      name: GroupName,
      path: Path,
      createdAt: now,
      revision: 1,
      inline: [],
      attached: [],
    }
    change(store.create(group))
    return { Group: showGroup(group) }
  },
})
