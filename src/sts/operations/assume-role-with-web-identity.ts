import { operation, type Target } from '../../aws/operation.ts'
import { required, string, structure } from '../../aws/shape.ts'
import type { Role } from '../../identity/entities.ts'
import type { StsContext } from '../context.ts'
import { errors } from '../errors.ts'
import { readRoleArn, roleTarget } from '../role-target.ts'
import { checkNarrowing } from '../session-policies.ts'
import { actionsFor, SESSION_ACTIONS, traitConditions } from '../session-traits.ts'
import * as shapes from '../shapes.ts'
import { startRoleSession } from '../start-role-session.ts'
import { claimsOf } from '../web-identity.ts'

/** The caller is the web identity that the token proves (`webIdentityCaller`); the trust policy alone decides (security facts 5.3). */
export const assumeRoleWithWebIdentity = operation({
  name: 'AssumeRoleWithWebIdentity',
  access: 'read',
  recordsAnswer: true,
  input: structure({
    RoleArn: required(shapes.arn),
    RoleSessionName: required(shapes.roleSessionName),
    WebIdentityToken: required(string({ length: [4, 20_000], sensitive: true })),
    ProviderId: string({ length: [4, 2048] }),
    PolicyArns: shapes.policyArns,
    Policy: shapes.sessionPolicy,
    DurationSeconds: shapes.roleDuration,
  }),
  output: structure({
    Credentials: shapes.credentials,
    SubjectFromWebIdentityToken: string({ length: [6, 255] }),
    AssumedRoleUser: shapes.assumedRoleUser,
    PackedPolicySize: shapes.packedPolicySize,
    Provider: string(),
    Audience: string(),
    SourceIdentity: shapes.sourceIdentity,
  }),

  check(input) {
    if (input.ProviderId !== undefined) throw errors.noProviderId()
    readRoleArn(input.RoleArn)
    checkNarrowing(input)
  },

  /** A role that does not exist, and a caller who brought a signature instead of a proven token, get the answer to those not trusted. */
  async target({ RoleArn }, { caller, store }: StsContext): Promise<Target<Role>> {
    const target = await roleTarget(RoleArn, store)
    const denied = errors.webIdentityDenied()
    const value = claimsOf(caller) && target.value
    return { ...target, value, denied, missing: value ? undefined : denied }
  },
  furtherActions: SESSION_ACTIONS,
  alsoRequires(_input, context: StsContext) {
    const claims = claimsOf(context.caller)
    return claims ? actionsFor(claims.traits) : []
  },
  conditions({ RoleSessionName }, { caller }) {
    const claims = claimsOf(caller)
    return { 'sts:RoleSessionName': RoleSessionName, ...(claims && traitConditions(claims.traits)) }
  },

  async run(input, role: Role, context) {
    const { caller } = context
    const claims = claimsOf(caller)
    if (!claims) throw errors.webIdentityDenied()
    const { traits, issuer, audience, subject } = claims
    return {
      ...(await startRoleSession(role, input, { traits, federatedProvider: caller.arn }, context)),
      SubjectFromWebIdentityToken: subject,
      Provider: issuer,
      Audience: audience,
    }
  },
})
