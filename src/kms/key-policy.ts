import type { ResourcePolicy } from '../aws/operation.ts'
import { partitionOf } from '../aws/partition.ts'
import { rootArn } from './granted-actions.ts'
import type { KmsKey } from './key-store.ts'

/** Policies of keys, made once for each key that the store hands out. */
const known = new WeakMap<KmsKey, ResourcePolicy>()

/** The policy that decides about a key: its own, the default one, or that of the service which made it (security facts 3.9). */
export function policyOf(key: KmsKey): ResourcePolicy {
  const before = known.get(key)
  if (before) return before
  const { document, bindings } = key.policy ?? { document: defaultDocument(key), bindings: undefined }
  const policy: ResourcePolicy = { document, bindings, rule: 'key', name: 'key policy' }
  known.set(key, policy)
  return policy
}

/** The same where grants to an account let its own policies give these actions. */
export function policyWith(key: KmsKey, account: string, actions: readonly string[]): ResourcePolicy {
  const policy = policyOf(key)
  if (actions.length === 0) return policy
  const { Statement, ...rest } = JSON.parse(policy.document) as { Statement: object | readonly object[] }
  return { ...policy, document: JSON.stringify({ ...rest, Statement: [Statement, handedTo(account, actions)].flat() }) }
}

function handedTo(account: string, actions: readonly string[]) {
  return { Effect: 'Allow', Principal: { AWS: rootArn(account) }, Action: actions, Resource: '*' }
}

function defaultDocument({ manager, account, region }: KmsKey): string {
  return JSON.stringify(manager === 'AWS' ? secretsManagerKey(account, region) : rootOnly(account, region))
}

/** What CreateKey gives a key without a policy: everything is for the account's own policies to say. */
function rootOnly(account: string, region: string) {
  return {
    Version: '2012-10-17',
    Id: 'key-default-1',
    Statement: [
      {
        Sid: 'Enable IAM User Permissions',
        Effect: 'Allow',
        Principal: { AWS: rootArn(account, partitionOf(region)) },
        Action: 'kms:*',
        Resource: '*',
      },
    ],
  }
}

/** The key aws/secretsmanager: whoever may read a secret may use it through Secrets Manager, and nobody otherwise. */
function secretsManagerKey(account: string, region: string) {
  return {
    Version: '2012-10-17',
    Id: 'auto-secretsmanager-1',
    Statement: [
      {
        Sid: 'Allow use through Secrets Manager to whoever may use Secrets Manager',
        Effect: 'Allow',
        Principal: { AWS: '*' },
        Action: ['kms:Decrypt', 'kms:ReEncrypt*', 'kms:GenerateDataKey*', 'kms:CreateGrant', 'kms:DescribeKey'],
        Resource: '*',
        Condition: {
          StringEquals: { 'kms:ViaService': `secretsmanager.${region}.amazonaws.com`, 'kms:CallerAccount': account },
        },
      },
      {
        Sid: 'Allow the account to look at the key',
        Effect: 'Allow',
        Principal: { AWS: rootArn(account, partitionOf(region)) },
        Action: ['kms:Describe*', 'kms:Get*', 'kms:List*', 'kms:RevokeGrant'],
        Resource: '*',
      },
    ],
  }
}
