import type { Members } from './cloudtrail-record.ts'
import type { Entry } from './entry.ts'

/** Types of what a service's records name as their resources, by the beginning of the ARN's last part (security facts 6.5). */
const RESOURCE_TYPES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  sts: { role: 'AWS::IAM::Role' },
  kms: { key: 'AWS::KMS::Key', alias: 'AWS::KMS::Alias' },
}

const ARN_OF_ACCOUNT = /^arn:[^:]+:(?:secretsmanager|kms|iam|sts):([^:]*):(\d{12}):([^/]+)/

/** Account that has what an ARN names; undefined for what is no ARN of an account, or of a service that is not here. */
export function accountOf(arn: string): string | undefined {
  return ARN_OF_ACCOUNT.exec(arn)?.[2]
}

/** Region in an ARN; undefined for what is no ARN, and for services that are the same everywhere. */
export function regionOf(arn: string): string | undefined {
  return ARN_OF_ACCOUNT.exec(arn)?.[1] || undefined
}

/** The resources that a service's record names; none where its records name none. */
export function resourcesOf(
  service: string,
  { arn, others = [], caller }: Pick<Entry, 'arn' | 'others' | 'caller'>,
): { readonly resources?: readonly Members[] } {
  const types = RESOURCE_TYPES[service]
  if (!types || arn === undefined) return {}
  const resources = [arn, ...others].map((ARN) => {
    const [, , account = caller.account, kind = ''] = ARN_OF_ACCOUNT.exec(ARN) ?? []
    return { ARN, accountId: account, type: types[kind] }
  })
  return { resources }
}
