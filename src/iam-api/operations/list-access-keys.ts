import { operation } from '../../aws/operation.ts'
import { list, required, structure, timestamp } from '../../aws/shape.ts'
import type { User } from '../../identity/entities.ts'
import type { IamContext } from '../context.ts'
import { findUserOrCaller } from '../find-entity.ts'
import { pageOfItems } from '../list-entities.ts'
import * as shapes from '../shapes.ts'
import { showAccessKey } from '../show-entity.ts'

const accessKeyMetadata = structure(
  {
    UserName: shapes.userName,
    AccessKeyId: shapes.accessKeyId,
    Status: shapes.status,
    CreateDate: timestamp(),
  },
  'AccessKeyMetadata',
)

export const listAccessKeys = operation({
  name: 'ListAccessKeys',
  access: 'read',
  input: structure({ UserName: shapes.existingUserName, ...shapes.paging }),
  output: structure({ AccessKeyMetadata: required(list(accessKeyMetadata)), ...shapes.page }),

  target: ({ UserName }, context: IamContext) => findUserOrCaller(UserName, context),

  async run(input, user: User, context) {
    const keys = await context.store.accessKeysOf(user)
    const { items, paging } = await pageOfItems(['access keys', user.id], keys, input, context)
    return { AccessKeyMetadata: items.map(showAccessKey), ...paging }
  },
})
