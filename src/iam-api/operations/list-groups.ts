import { operation } from '../../aws/operation.ts'
import { list, required, structure } from '../../aws/shape.ts'
import type { IamContext } from '../context.ts'
import { toBe } from '../find-entity.ts'
import { pageOf } from '../list-entities.ts'
import * as shapes from '../shapes.ts'
import { showGroup } from '../show-entity.ts'

export const listGroups = operation({
  name: 'ListGroups',
  access: 'read',
  input: structure({ PathPrefix: shapes.pathPrefix, ...shapes.paging }),
  output: structure({ Groups: required(list(shapes.group)), ...shapes.page }),

  target: ({ PathPrefix }, { account }: IamContext) => toBe('group', { path: PathPrefix }, account),

  async run(input, _value: undefined, context) {
    const { items, paging } = await pageOf('group', input, context)
    return { Groups: items.map(showGroup), ...paging }
  },
})
