import { createHash } from 'node:crypto'

/** A managed policy that every account has, under the ARN that it has at AWS. */
export interface AwsManagedPolicy {
  readonly arn: string
  readonly name: string
  readonly path: string
  /** `ANPA…`; ours, and the same everywhere. */
  readonly id: string
  readonly description: string
  readonly document: string
  /** Milliseconds since the epoch. */
  readonly createdAt: number
  readonly updatedAt: number
  readonly defaultVersion: string
}

interface Statement {
  readonly Effect: 'Allow' | 'Deny'
  readonly Action?: readonly string[]
  readonly NotAction?: readonly string[]
  readonly Resource: string | readonly string[]
  readonly Condition?: object
}

const allow = (...Action: string[]): Statement => ({ Effect: 'Allow', Action, Resource: '*' })

/** Their texts are dated like the first managed policies of AWS, so that they are older than anything else. */
const PUBLISHED = Date.UTC(2015, 1, 6)

// Written anew for the services that are here; what AWS's policies say of other services would mean nothing. Those for reading and for audits
// let nobody read the value of a secret, as AWS's do not.

const identityReads = [
  'iam:Get*',
  'iam:List*',
  'iam:GenerateCredentialReport',
  'iam:GenerateServiceLastAccessedDetails',
  'iam:SimulateCustomPolicy',
  'iam:SimulatePrincipalPolicy',
]
const trailReads = ['cloudtrail:Describe*', 'cloudtrail:Get*', 'cloudtrail:List*', 'cloudtrail:LookupEvents']
const secretReads = ['secretsmanager:Describe*', 'secretsmanager:GetResourcePolicy', 'secretsmanager:List*']

const policies: Readonly<Record<string, { description: string; statements: readonly Statement[] }>> = {
  AdministratorAccess: {
    description: 'Allows every action on every resource.',
    statements: [allow('*')],
  },
  AWSCloudTrail_FullAccess: {
    description: 'Allows everything in CloudTrail, and what setting up a trail needs of IAM and KMS.',
    statements: [
      allow('cloudtrail:*'),
      allow('iam:GetRolePolicy', 'iam:GetUser', 'iam:ListRoles'),
      allow('kms:CreateAlias', 'kms:CreateKey', 'kms:ListAliases', 'kms:ListKeys'),
    ],
  },
  AWSCloudTrail_ReadOnlyAccess: {
    description: 'Allows reading trails and their events in CloudTrail.',
    statements: [allow(...trailReads)],
  },
  AWSDenyAll: {
    description: 'Denies every action on every resource.',
    statements: [{ Effect: 'Deny', Action: ['*'], Resource: '*' }],
  },
  AWSKeyManagementServicePowerUser: {
    description: 'Allows making and describing KMS keys and aliases, not using, changing or deleting keys.',
    statements: [
      allow(
        'kms:CreateAlias',
        'kms:CreateKey',
        'kms:DeleteAlias',
        'kms:Describe*',
        'kms:GenerateRandom',
        'kms:Get*',
        'kms:List*',
        'kms:TagResource',
        'kms:UntagResource',
        'iam:ListGroups',
        'iam:ListRoles',
        'iam:ListUsers',
      ),
    ],
  },
  AWSSecretsManagerClientReadOnlyAccess: {
    description: 'Allows an application to find secrets and to read their values.',
    statements: [
      allow(
        'secretsmanager:BatchGetSecretValue',
        'secretsmanager:DescribeSecret',
        'secretsmanager:GetSecretValue',
        'secretsmanager:ListSecrets',
      ),
      {
        ...allow('kms:Decrypt'),
        Condition: { StringLike: { 'kms:ViaService': 'secretsmanager.*.amazonaws.com' } },
      },
    ],
  },
  IAMFullAccess: {
    description: 'Allows everything in IAM.',
    statements: [allow('iam:*')],
  },
  IAMReadOnlyAccess: {
    description: 'Allows reading and simulating in IAM.',
    statements: [allow(...identityReads)],
  },
  PowerUserAccess: {
    description: 'Allows everything but the management of identities.',
    statements: [
      { Effect: 'Allow', NotAction: ['iam:*', 'organizations:*', 'account:*'], Resource: '*' },
      allow('iam:ListRoles'),
    ],
  },
  ReadOnlyAccess: {
    description: 'Allows reading everything but the values of secrets.',
    statements: [
      allow(
        ...identityReads,
        ...trailReads,
        ...secretReads,
        'kms:Describe*',
        'kms:Get*',
        'kms:List*',
        'sts:GetAccessKeyInfo',
        'sts:GetCallerIdentity',
        'sts:GetSessionToken',
      ),
    ],
  },
  SecretsManagerReadWrite: {
    description: 'Allows everything in Secrets Manager, and looking for KMS keys.',
    statements: [allow('secretsmanager:*', 'kms:DescribeKey', 'kms:ListAliases', 'kms:ListKeys', 'tag:GetResources')],
  },
  SecurityAudit: {
    description: 'Allows reading how things are configured, for an audit.',
    statements: [
      allow(
        ...identityReads,
        ...trailReads,
        'kms:Describe*',
        'kms:GetKeyPolicy',
        'kms:GetKeyRotationStatus',
        'kms:List*',
        'secretsmanager:DescribeSecret',
        'secretsmanager:GetResourcePolicy',
        'secretsmanager:ListSecrets',
        'secretsmanager:ListSecretVersionIds',
      ),
    ],
  },
}

/** AWS's managed policies, in the order of their names. */
export const awsManagedPolicies: readonly AwsManagedPolicy[] = Object.entries(policies)
  .map(([name, { description, statements }]) => {
    const arn = `arn:aws:iam::aws:policy/${name}`
    return {
      arn,
      name,
      path: '/',
      id: stableId(arn),
      description,
      document: JSON.stringify({ Version: '2012-10-17', Statement: statements }, null, 2),
      createdAt: PUBLISHED,
      updatedAt: PUBLISHED,
      defaultVersion: 'v1',
    }
  })
  .sort((left, right) => (left.name < right.name ? -1 : 1))

const byArn: ReadonlyMap<string, AwsManagedPolicy> = new Map(awsManagedPolicies.map((policy) => [policy.arn, policy]))

/** The policy of AWS that an ARN means; the case of letters matters. */
export function awsManagedPolicy(arn: string): AwsManagedPolicy | undefined {
  return byArn.get(arn)
}

function stableId(arn: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
  const bytes = createHash('sha256').update(arn).digest().subarray(0, 16)
  return `ANPA${Array.from(bytes, (byte) => alphabet.charAt(byte % alphabet.length)).join('')}`
}
