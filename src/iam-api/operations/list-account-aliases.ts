import { noResource, operation } from '../../aws/operation.ts'
import { list, required, string, structure } from '../../aws/shape.ts'
import type { IamContext } from '../context.ts'
import { pageOfItems } from '../list-entities.ts'
import * as shapes from '../shapes.ts'

const alias = string({ length: [3, 63], pattern: '^[a-z0-9]([a-z0-9]|-(?!-)){1,61}[a-z0-9]$' })

/** Accounts have no aliases here: they name the page of AWS's console where people sign in. */
export const listAccountAliases = operation({
  name: 'ListAccountAliases',
  access: 'read',
  input: structure(shapes.paging),
  output: structure({ AccountAliases: required(list(alias)), ...shapes.page }),

  target: (_input, { account }: IamContext) => noResource(account),

  async run(input, _value: undefined, context) {
    const { paging } = await pageOfItems(['account aliases'], [], input, context)
    return { AccountAliases: [], ...paging }
  },
})
