import { operation } from '../../aws/operation.ts'
import { required, structure } from '../../aws/shape.ts'
import { checkAliasName, findAlias } from '../aliases.ts'
import type { KmsContext } from '../context.ts'
import { ownKey } from '../find-key.ts'
import type { Alias } from '../key-store.ts'
import * as shapes from '../shapes.ts'

const findTarget = ownKey('DeleteAlias', 'look')

export const deleteAlias = operation({
  name: 'DeleteAlias',
  access: 'write',
  input: structure({ AliasName: required(shapes.aliasName) }),
  check: ({ AliasName }) => checkAliasName(AliasName),
  target: ({ AliasName }, context: KmsContext) => findAlias(AliasName, context),
  furtherActions: ['kms:DeleteAlias'],
  async furtherTargets(_input, { value }, context) {
    if (!value) return []
    const target = await findTarget({ KeyId: value.keyId }, context)
    return [{ action: 'kms:DeleteAlias', target, lenient: true }]
  },
  run(_input, alias: Alias, { keys, change }) {
    change(keys.removeAlias(alias))
  },
})
