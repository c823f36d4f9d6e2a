import { operation } from '../../aws/operation.ts'
import { required, structure } from '../../aws/shape.ts'
import { aliasAlso, checkAliasName, checkAliasTarget, findAlias, MAX_ALIASES } from '../aliases.ts'
import type { KmsContext } from '../context.ts'
import { errors } from '../errors.ts'
import { ownKey } from '../find-key.ts'
import type { KmsKey } from '../key-store.ts'
import * as shapes from '../shapes.ts'

const findTarget = ownKey('UpdateAlias', 'change')

export const updateAlias = operation({
  name: 'UpdateAlias',
  access: 'write',
  input: structure({ AliasName: required(shapes.aliasName), TargetKeyId: required(shapes.keyId) }),
  check({ AliasName, TargetKeyId }) {
    checkAliasName(AliasName)
    checkAliasTarget(TargetKeyId)
  },
  target: ({ TargetKeyId }, context: KmsContext) => findTarget({ KeyId: TargetKeyId }, context),
  furtherActions: ['kms:UpdateAlias'],
  async furtherTargets({ AliasName }, _target, context) {
    const alias = await findAlias(AliasName, context)
    const also = [aliasAlso('kms:UpdateAlias', alias)]
    if (!alias.value) return also
    // The key that it leads to so far may be in any state.
    const before = await findTarget({ KeyId: alias.value.keyId }, context)
    return [...also, { action: 'kms:UpdateAlias', target: before, lenient: true }]
  },
  async run({ AliasName }, key: KmsKey, context) {
    const { value: alias } = await findAlias(AliasName, context)
    if (!alias || alias.keyId === key.keyId) return
    if (key.aliases.length >= MAX_ALIASES) throw errors.tooManyAliases(MAX_ALIASES)
    context.change(context.keys.moveAlias(alias, key.keyId, context.now))
  },
})
