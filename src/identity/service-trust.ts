import { evaluate } from '../iam/evaluate.ts'
import type { PolicyCache } from '../iam/policy-cache.ts'
import { arnOf, type Role } from './entities.ts'

/** A service of the installation that is to assume a role, and for what. */
export interface ServiceAssumption {
  /** As policies name it: `secretsmanager.amazonaws.com`. */
  readonly service: string
  /** ARN of the resource it works for, and the account of that. */
  readonly sourceArn: string
  readonly sourceAccount: string
  /** Milliseconds since the epoch. */
  readonly now: number
}

/**
 * Whether a role's trust policy lets a service assume it. Only roles of the account for which the service works can be: a service must not reach
 * into one account on behalf of another. Throws EvaluationError.
 */
export function trustsService(role: Role, assumption: ServiceAssumption, policies: PolicyCache): boolean {
  const { service, sourceAccount } = assumption
  if (role.account !== sourceAccount) return false
  const { document, bindings } = role.trust
  const policy = policies.compile(document, 'trust', new Map(Object.entries(bindings)))
  const arn = arnOf(role)
  const keys = new Map(Object.entries(conditionsOf(assumption)))
  const decision = evaluate(
    {
      principal: { type: 'service', account: '', arn: service, id: '' },
      action: 'sts:AssumeRole',
      resource: arn,
      resourceAccount: role.account,
      context: { get: (key) => keys.get(key) },
    },
    { identity: [], resource: { rule: 'trust', policy: { name: `trust policy of ${role.name}`, policy } } },
  )
  if (!decision.allowed && decision.failure) throw decision.failure
  return decision.allowed
}

/** Condition keys of such a call, by lower-case name (security facts 3.5). */
function conditionsOf({ service, sourceArn, sourceAccount, now }: ServiceAssumption): Readonly<Record<string, string>> {
  return {
    'aws:sourcearn': sourceArn,
    'aws:sourceaccount': sourceAccount,
    'aws:principalisawsservice': 'true',
    'aws:principalservicename': service,
    'aws:resourceaccount': sourceAccount,
    'aws:currenttime': `${new Date(now).toISOString().slice(0, 19)}Z`,
    'aws:epochtime': String(Math.floor(now / 1000)),
    'aws:securetransport': 'true',
  }
}
