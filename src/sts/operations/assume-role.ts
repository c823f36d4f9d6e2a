import { operation, type Target } from '../../aws/operation.ts'
import { list, required, string, structure } from '../../aws/shape.ts'
import type { Role, Tag } from '../../identity/entities.ts'
import type { StsContext } from '../context.ts'
import { errors } from '../errors.ts'
import { readRoleArn, roleTarget } from '../role-target.ts'
import { checkNarrowing } from '../session-policies.ts'
import {
  actionsFor,
  checkTraits,
  inheritTraits,
  SESSION_ACTIONS,
  type SessionTraits,
  traitConditions,
} from '../session-traits.ts'
import * as shapes from '../shapes.ts'
import { startRoleSession } from '../start-role-session.ts'

const providedContexts = list(
  structure(
    { ProviderArn: shapes.arn, ContextAssertion: string({ length: [4, 2048], unrecorded: true }) },
    'ProvidedContext',
  ),
  { length: [1, 5] },
)

export const assumeRole = operation({
  name: 'AssumeRole',
  access: 'read',
  recordsAnswer: true,
  input: structure({
    RoleArn: required(shapes.arn),
    RoleSessionName: required(shapes.roleSessionName),
    PolicyArns: shapes.policyArns,
    Policy: shapes.unrestrictedSessionPolicy,
    DurationSeconds: shapes.roleDuration,
    Tags: shapes.tags,
    TransitiveTagKeys: shapes.tagKeys,
    ExternalId: string({ length: [2, 1224], pattern: '[\\w+=,.@:\\/-]*' }),
    SerialNumber: shapes.serialNumber,
    TokenCode: shapes.tokenCode,
    SourceIdentity: shapes.sourceIdentity,
    ProvidedContexts: providedContexts,
  }),
  output: structure({
    Credentials: shapes.credentials,
    AssumedRoleUser: shapes.assumedRoleUser,
    PackedPolicySize: shapes.packedPolicySize,
    SourceIdentity: shapes.sourceIdentity,
  }),

  check(input) {
    if (input.SerialNumber !== undefined || input.TokenCode !== undefined) throw errors.noDevices()
    if (input.ProvidedContexts) throw errors.noContexts()
    readRoleArn(input.RoleArn)
    checkNarrowing(input)
    checkTraits(askedTraits(input))
  },

  async target({ RoleArn }, { caller, store }: StsContext): Promise<Target<Role>> {
    const target = await roleTarget(RoleArn, store)
    return { ...target, missing: target.value ? undefined : errors.notTrusted(caller.arn, RoleArn) }
  },
  /** Also for what the calling session hands on. */
  furtherActions: SESSION_ACTIONS,
  alsoRequires: (input, context: StsContext) => actionsFor(inheritTraits(askedTraits(input), context.caller.session)),
  conditions: (input, { caller }) => ({
    'sts:ExternalId': input.ExternalId,
    'sts:RoleSessionName': input.RoleSessionName,
    ...traitConditions(inheritTraits(askedTraits(input), caller.session)),
  }),

  run: (input, role: Role, context) =>
    startRoleSession(role, input, { traits: inheritTraits(askedTraits(input), context.caller.session) }, context),
})

interface TraitMembers {
  readonly Tags?: readonly Tag[] | undefined
  readonly TransitiveTagKeys?: readonly string[] | undefined
  readonly SourceIdentity?: string | undefined
}

function askedTraits({ Tags = [], TransitiveTagKeys = [], SourceIdentity }: TraitMembers): SessionTraits {
  return { tags: Tags, transitiveTagKeys: TransitiveTagKeys, sourceIdentity: SourceIdentity }
}
