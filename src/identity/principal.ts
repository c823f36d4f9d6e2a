import type { EntryCaller } from '../audit/entry.ts'

/** ARN of the managed policy that allows everything. */
export const ADMINISTRATOR_ACCESS = 'arn:aws:iam::aws:policy/AdministratorAccess'

/** Who makes a request. */
export interface Principal {
  readonly type: 'Root' | 'IAMUser'
  readonly account: string
  readonly arn: string
  /** `AIDA…`; the account for root. */
  readonly principalId: string
  readonly accessKeyId?: string | undefined
  readonly userName?: string | undefined
  /** ARNs of attached managed policies. */
  readonly managedPolicies: readonly string[]
}

export function rootOf(account: string, accessKeyId?: string): Principal {
  return {
    type: 'Root',
    account,
    arn: `arn:aws:iam::${account}:root`,
    principalId: account,
    accessKeyId,
    managedPolicies: [],
  }
}

/** The caller as records name it. */
export function entryCaller(principal: Principal): EntryCaller {
  const { type, principalId, arn, account, accessKeyId, userName } = principal
  return { type, principalId, arn, account, accessKeyId, userName }
}
