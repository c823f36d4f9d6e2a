import { operation } from '../../aws/operation.ts'
import { list, required, structure } from '../../aws/shape.ts'
import { shownDocuments } from '../../identity/bind-principals.ts'
import type { IamContext } from '../context.ts'
import { toBe } from '../find-entity.ts'
import { pageOf } from '../list-entities.ts'
import * as shapes from '../shapes.ts'
import { showRole } from '../show-entity.ts'

export const listRoles = operation({
  name: 'ListRoles',
  access: 'read',
  input: structure({ PathPrefix: shapes.pathPrefix, ...shapes.paging }),
  output: structure({ Roles: required(list(shapes.role)), ...shapes.page }),
  target: ({ PathPrefix }, { account }: IamContext) => toBe('role', { path: PathPrefix }, account),

  async run(input, _value: undefined, context) {
    const { items, paging } = await pageOf('role', input, context)
    const trusts = items.map(({ trust }) => trust)
    const [documents, uses] = await Promise.all([
      shownDocuments(trusts, context.store),
      context.store.lastUses(items.map(({ id }) => id)),
    ])
    const Roles = items.map((role, index) =>
      showRole(role, documents[index] ?? role.trust.document, { listed: true, used: uses.get(role.id) }),
    )
    return { Roles, ...paging }
  },
})
