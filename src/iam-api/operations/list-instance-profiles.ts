import { operation } from '../../aws/operation.ts'
import { list, required, structure } from '../../aws/shape.ts'
import type { IamContext } from '../context.ts'
import { toBe } from '../find-entity.ts'
import { pageOf } from '../list-entities.ts'
import * as shapes from '../shapes.ts'
import { showInstanceProfiles } from '../show-instance-profiles.ts'

export const listInstanceProfiles = operation({
  name: 'ListInstanceProfiles',
  access: 'read',
  input: structure({ PathPrefix: shapes.pathPrefix, ...shapes.paging }),
  output: structure({ InstanceProfiles: required(list(shapes.instanceProfile)), ...shapes.page }),
  target: ({ PathPrefix }, { account }: IamContext) => toBe('instance-profile', { path: PathPrefix }, account),

  async run(input, _value: undefined, context) {
    const { items, paging } = await pageOf('instance-profile', input, context)
    return { InstanceProfiles: await showInstanceProfiles(items, context, { listed: true }), ...paging }
  },
})
