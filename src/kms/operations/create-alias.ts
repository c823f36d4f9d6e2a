import { operation } from '../../aws/operation.ts'
import { required, structure } from '../../aws/shape.ts'
import { aliasAlso, checkAliasName, checkAliasTarget, findAlias, MAX_ALIASES } from '../aliases.ts'
import type { KmsContext } from '../context.ts'
import { errors } from '../errors.ts'
import { ownKey } from '../find-key.ts'
import { aliasArn } from '../key.ts'
import type { KmsKey } from '../key-store.ts'
import * as shapes from '../shapes.ts'

const findTarget = ownKey('CreateAlias', 'change')

export const createAlias = operation({
  name: 'CreateAlias',
  access: 'write',
  input: structure({ AliasName: required(shapes.aliasName), TargetKeyId: required(shapes.keyId) }),
  check({ AliasName, TargetKeyId }) {
    checkAliasName(AliasName)
    checkAliasTarget(TargetKeyId)
  },
  target: ({ TargetKeyId }, context: KmsContext) => findTarget({ KeyId: TargetKeyId }, context),
  furtherActions: ['kms:CreateAlias'],
  async furtherTargets({ AliasName }, _target, context) {
    return [aliasAlso('kms:CreateAlias', await findAlias(AliasName, context), true)]
  },
  async run({ AliasName }, key: KmsKey, context) {
    const { scope, keys, now } = context
    if ((await findAlias(AliasName, context)).value)
      throw errors.aliasExists(aliasArn(scope.region, scope.account, AliasName))
    if (key.aliases.length >= MAX_ALIASES) throw errors.tooManyAliases(MAX_ALIASES)
    context.change(keys.addAlias({ ...scope, name: AliasName, keyId: key.keyId, createdAt: now, updatedAt: now }))
  },
})
