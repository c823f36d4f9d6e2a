import { randomBytes } from 'node:crypto'
import { operation } from '../../aws/operation.ts'
import { boolean, required, structure } from '../../aws/shape.ts'
import type { KmsContext } from '../context.ts'
import { endDryRun } from '../cryptographic-request.ts'
import { errors } from '../errors.ts'
import { findById, trusting } from '../find-key.ts'
import { checkGrantTokens, makeGrantToken } from '../grant-token.ts'
import { rootArn } from '../granted-actions.ts'
import {
  checkPrincipal,
  checkTerms,
  forAwsResource,
  grantConditions,
  isSameGrant,
  MAX_GRANTS,
  principalOf,
} from '../grants.ts'
import { GRANTS_PER_GRANTEE, type Grant, type GrantConstraints, type KmsKey } from '../key-store.ts'
import * as shapes from '../shapes.ts'

interface Input {
  readonly GranteePrincipal?: string | undefined
  readonly GranteeServicePrincipal?: string | undefined
  readonly RetiringPrincipal?: string | undefined
  readonly RetiringServicePrincipal?: string | undefined
  readonly Operations: readonly string[]
  readonly Constraints?: GrantConstraints | undefined
  readonly Name?: string | undefined
}

export const createGrant = operation({
  name: 'CreateGrant',
  access: 'write',
  input: structure({
    KeyId: required(shapes.keyId),
    GranteePrincipal: shapes.principalArn,
    RetiringPrincipal: shapes.principalArn,
    Operations: required(shapes.grantOperations),
    Constraints: shapes.grantConstraints,
    GrantTokens: shapes.grantTokens,
    Name: shapes.grantName,
    DryRun: boolean(),
    GranteeServicePrincipal: shapes.servicePrincipal,
    RetiringServicePrincipal: shapes.servicePrincipal,
  }),
  output: structure({ GrantToken: shapes.unrecordedGrantToken, GrantId: shapes.grantId }),
  recordsAnswer: true,
  check(input) {
    if (input.GranteePrincipal === undefined && input.GranteeServicePrincipal === undefined)
      throw errors.missingMember('granteePrincipal')
    checkPrincipal('Grantee', granteeIn(input))
    checkPrincipal('Retiring', retiringIn(input))
    checkTerms(termsIn(input))
  },
  target: (input, context: KmsContext) =>
    findById(input.KeyId, { use: 'cryptography', action: 'kms:CreateGrant', making: termsIn(input) }, context),
  conditions: (input, context) => ({
    ...grantConditions(termsIn(input), {
      grantee: input.GranteePrincipal ?? input.GranteeServicePrincipal,
      retiring: input.RetiringPrincipal ?? input.RetiringServicePrincipal,
    }),
    ...forAwsResource(context),
  }),

  async run(input, key: KmsKey, context) {
    checkGrantTokens(input.GrantTokens)
    const grant = await newGrant(input, key, context)
    const made = await sameGrant(grant, key, context)
    if (!made) await checkRoom(grant, key, context)
    endDryRun(input)
    if (!made) context.change(context.keys.addGrant(grant))
    return { GrantToken: makeGrantToken(made ?? grant), GrantId: (made ?? grant).grantId }
  },
})

const granteeIn = (input: Input) => ({ arn: input.GranteePrincipal, service: input.GranteeServicePrincipal })
const retiringIn = (input: Input) => ({ arn: input.RetiringPrincipal, service: input.RetiringServicePrincipal })
const termsIn = (input: Input) => ({ operations: input.Operations, constraints: input.Constraints })

async function newGrant(input: Input, { account, region, keyId }: KmsKey, context: KmsContext): Promise<Grant> {
  const grantee = await principalOf(granteeIn(input), context)
  if (!grantee) throw errors.noPrincipal()
  return {
    account,
    region,
    keyId,
    grantId: randomBytes(32).toString('hex'),
    name: input.Name,
    grantee,
    retiring: await principalOf(retiringIn(input), context),
    issuingAccount: rootArn(context.scope.account),
    operations: [...new Set(input.Operations)],
    constraints: input.Constraints,
    createdAt: context.now,
  }
}

/** The grant that a request with a name has made before: whoever sends it again gets that one (KMS API, CreateGrant, Name). */
async function sameGrant(grant: Grant, key: KmsKey, context: KmsContext): Promise<Grant | undefined> {
  if (grant.name === undefined) return undefined
  const page = { grantee: grant.grantee.arn, limit: GRANTS_PER_GRANTEE }
  const before = await trusting(() => context.keys.grants(key, page), context)
  return before.find((one) => isSameGrant(one, grant))
}

/** Throws LimitExceededException where a key has too many grants, altogether or to the one grantee. */
async function checkRoom({ grantee }: Grant, key: KmsKey, { keys }: KmsContext): Promise<void> {
  const { all, toGrantee } = await keys.grantCounts(key, grantee.arn)
  if (all >= MAX_GRANTS) throw errors.tooManyGrants(MAX_GRANTS)
  if (toGrantee >= GRANTS_PER_GRANTEE) throw errors.tooManyGrantsTo(grantee.arn, GRANTS_PER_GRANTEE)
}
