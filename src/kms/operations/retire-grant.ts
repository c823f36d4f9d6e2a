import { operation } from '../../aws/operation.ts'
import { boolean, structure } from '../../aws/shape.ts'
import type { KmsContext } from '../context.ts'
import { endDryRun } from '../cryptographic-request.ts'
import { errors } from '../errors.ts'
import { findRetirable } from '../find-retirable.ts'
import { checkGrantId } from '../grants.ts'
import type { Grant } from '../key-store.ts'
import * as shapes from '../shapes.ts'

export const retireGrant = operation({
  name: 'RetireGrant',
  access: 'write',
  input: structure({
    GrantToken: shapes.unrecordedGrantToken,
    KeyId: shapes.keyId,
    GrantId: shapes.grantId,
    DryRun: boolean(),
  }),
  check({ GrantToken, KeyId, GrantId }) {
    if (GrantToken === undefined && (KeyId === undefined || GrantId === undefined)) throw errors.whichGrant()
    checkGrantId(GrantId)
  },
  // By a token nobody else could tell which it was (security facts 6.5).
  recordsAlso: ({ grantId }) => ({ grantId }),
  target: (input, context: KmsContext) => findRetirable(input, context),
  run(input, grant: Grant, context) {
    endDryRun(input)
    context.change(context.keys.removeGrant(grant))
  },
})
