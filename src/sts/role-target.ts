import type { Target } from '../aws/operation.ts'
import type { Role } from '../identity/entities.ts'
import { findRole } from '../identity/find-role.ts'
import type { IdentityStore } from '../identity/identity-store.ts'
import { errors } from './errors.ts'

const ROLE_ARN = /^arn:aws:iam::(\d{12}):role\/(?:[\x21-\x7e]+\/)?([\w+=,.@-]{1,64})$/

/** What a role's ARN says. */
export interface RoleName {
  readonly account: string
  readonly name: string
}

/** Throws ValidationError for what is not the ARN of a role. */
export function readRoleArn(arn: string): RoleName {
  const [, account, name] = ROLE_ARN.exec(arn) ?? []
  if (account === undefined || name === undefined) throw errors.invalid(arn)
  return { account, name }
}

/** Stands for the trust policy of a role that does not exist, so that nobody learns from a refusal whether there is one. */
const TRUSTS_NOBODY = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { Service: 'nobody.amazonaws.com' }, Action: 'sts:*' }],
})

/** The role of any account that an ARN means, as a target whose trust policy decides; of one that does not exist, nobody is trusted. */
export async function roleTarget(arn: string, store: IdentityStore): Promise<Target<Role>> {
  const { account, name } = readRoleArn(arn)
  const role = await findRole(arn, store)
  const standIn = { document: TRUSTS_NOBODY, rule: 'trust', name: `trust policy of ${name}` } as const
  const policy = role ? { ...standIn, ...role.trust } : standIn
  return {
    resource: arn,
    label: arn,
    account,
    policy,
    // Whom the role trusts may be seen by a refusal, as at AWS; its tags may not.
    hypothetical: { resource: arn, policy },
    tags: role?.tags ?? [],
    value: role,
  }
}
