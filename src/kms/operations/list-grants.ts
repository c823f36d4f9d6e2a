import { operation } from '../../aws/operation.ts'
import { required, structure } from '../../aws/shape.ts'
import type { KmsContext } from '../context.ts'
import { findById, trusting } from '../find-key.ts'
import { checkGrantId, checkPrincipal, describeGrant, forAwsResource } from '../grants.ts'
import type { Grant, KmsKey } from '../key-store.ts'
import { page } from '../pages.ts'
import * as shapes from '../shapes.ts'

export const listGrants = operation({
  name: 'ListGrants',
  access: 'read',
  input: structure({
    Limit: shapes.limit,
    Marker: shapes.marker,
    KeyId: required(shapes.keyId),
    GrantId: shapes.grantId,
    GranteePrincipal: shapes.principalArn,
    GranteeServicePrincipal: shapes.servicePrincipal,
  }),
  output: structure({ Grants: shapes.grants, NextMarker: shapes.marker, Truncated: shapes.truncated }),
  check({ GrantId, GranteePrincipal, GranteeServicePrincipal }) {
    checkGrantId(GrantId)
    checkPrincipal('Grantee', { arn: GranteePrincipal, service: GranteeServicePrincipal })
  },
  target: ({ KeyId }, context: KmsContext) => findById(KeyId, { use: 'look', action: 'kms:ListGrants' }, context),
  conditions: (_input, context) => forAwsResource(context),

  async run(input, key: KmsKey, context) {
    const { GrantId, GranteePrincipal: grantee = input.GranteeServicePrincipal } = input
    const read = async (after: string | undefined, limit: number): Promise<readonly Grant[]> => {
      if (GrantId === undefined) return context.keys.grants(key, { after, limit, grantee })
      const grant = await context.keys.grant(key, GrantId)
      return grant && (grantee ?? grant.grantee.arn) === grant.grantee.arn ? [grant] : []
    }
    const list = ['ListGrants', key.arn, GrantId ?? '', grantee ?? '']
    const reading = (after: string | undefined, limit: number) => trusting(() => read(after, limit), context)
    const { items, ...rest } = await page(input, list, context, reading, ({ grantId }) => grantId)
    return { Grants: items.map((grant) => describeGrant(grant, key)), ...rest }
  },
})
