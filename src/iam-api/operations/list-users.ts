import { operation } from '../../aws/operation.ts'
import { list, required, structure } from '../../aws/shape.ts'
import type { IamContext } from '../context.ts'
import { toBe } from '../find-entity.ts'
import { pageOf } from '../list-entities.ts'
import * as shapes from '../shapes.ts'
import { showUser } from '../show-entity.ts'

export const listUsers = operation({
  name: 'ListUsers',
  access: 'read',
  input: structure({ PathPrefix: shapes.pathPrefix, ...shapes.paging }),
  output: structure({ Users: required(list(shapes.user)), ...shapes.page }),

  target: ({ PathPrefix }, { account }: IamContext) => toBe('user', { path: PathPrefix }, account),

  async run(input, _value: undefined, context) {
    const { items, paging } = await pageOf('user', input, context)
    return { Users: items.map((user) => showUser(user, { listed: true })), ...paging }
  },
})
