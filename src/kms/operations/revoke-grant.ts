import { operation } from '../../aws/operation.ts'
import { boolean, required, structure } from '../../aws/shape.ts'
import type { KmsContext } from '../context.ts'
import { endDryRun } from '../cryptographic-request.ts'
import { errors } from '../errors.ts'
import { findById, trusting } from '../find-key.ts'
import { checkGrantId, forAwsResource } from '../grants.ts'
import type { KmsKey } from '../key-store.ts'
import * as shapes from '../shapes.ts'

export const revokeGrant = operation({
  name: 'RevokeGrant',
  access: 'write',
  input: structure({
    KeyId: required(shapes.keyId),
    GrantId: required(shapes.grantId),
    DryRun: boolean(),
  }),
  check: ({ GrantId }) => checkGrantId(GrantId),
  target: ({ KeyId }, context: KmsContext) => findById(KeyId, { use: 'look', action: 'kms:RevokeGrant' }, context),
  conditions: (_input, context) => forAwsResource(context),
  async run(input, key: KmsKey, context) {
    const grant = await trusting(() => context.keys.grant(key, input.GrantId), context)
    if (!grant) throw errors.grantNotFound(input.GrantId)
    endDryRun(input)
    context.change(context.keys.removeGrant(grant))
  },
})
