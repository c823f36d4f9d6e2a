import { operation } from '../../aws/operation.ts'
import { structure } from '../../aws/shape.ts'
import type { KmsContext } from '../context.ts'
import { errors } from '../errors.ts'
import { trusting } from '../find-key.ts'
import { checkPrincipal, describeGrant, principalOf } from '../grants.ts'
import { keyArn } from '../key.ts'
import { page } from '../pages.ts'
import * as shapes from '../shapes.ts'

/** Account in the ARN of a principal. */
const ACCOUNT = /^arn:[^:]+:[^:]+::(\d{12}):/

export const listRetirableGrants = operation({
  name: 'ListRetirableGrants',
  access: 'read',
  input: structure({
    Limit: shapes.limit,
    Marker: shapes.marker,
    RetiringPrincipal: shapes.principalArn,
    RetiringServicePrincipal: shapes.servicePrincipal,
  }),
  output: structure({ Grants: shapes.grants, NextMarker: shapes.marker, Truncated: shapes.truncated }),
  check({ RetiringPrincipal: arn, RetiringServicePrincipal: service }) {
    if (arn === undefined && service === undefined) throw errors.missingMember('retiringPrincipal')
    checkPrincipal('Retiring', { arn, service })
  },
  // Permission is decided on the principal, who must be of the caller's account, and on none of the keys (KMS API, ListRetirableGrants).
  target({ RetiringPrincipal: arn = '*' }, { scope }: KmsContext) {
    const account = ACCOUNT.exec(arn)?.[1] ?? scope.account
    const conditions = { 'kms:CallerAccount': scope.account }
    return { resource: arn, label: arn, account, tags: [], value: undefined, conditions }
  },

  async run(input, _value: undefined, context) {
    const { RetiringPrincipal: arn, RetiringServicePrincipal: service } = input
    const principal = await principalOf({ arn, service }, context)
    if (!principal) throw errors.noPrincipal()
    const { region, account } = context.scope
    // A principal is of one account, a service serves all: nobody sees by it what others grant.
    const within = service === undefined ? undefined : account
    const read = (after: string | undefined, limit: number) =>
      trusting(() => context.keys.retirable(region, principal.arn, { after, limit, account: within }), context)
    const list = ['ListRetirableGrants', principal.arn]
    const { items, ...rest } = await page(input, list, context, read, ({ grantId }) => grantId)
    // Somebody of the same name before him may have been meant.
    const his = items.filter(({ retiring }) => retiring?.id === principal.id)
    const arnOf = ({ region, account, keyId }: (typeof his)[number]) => keyArn(region, account, keyId)
    return { Grants: his.map((grant) => describeGrant(grant, { arn: arnOf(grant) })), ...rest }
  },
})
