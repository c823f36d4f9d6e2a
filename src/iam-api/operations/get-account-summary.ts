import { noResource, operation } from '../../aws/operation.ts'
import { integer, map, string, structure } from '../../aws/shape.ts'
import type { IamContext } from '../context.ts'
import { quotas } from '../quotas.ts'

/** Policies that are read at once when their versions are counted. */
const COUNTED_AT_ONCE = 500

const summaryKeys = [
  'Users',
  'UsersQuota',
  'Groups',
  'GroupsQuota',
  'ServerCertificates',
  'ServerCertificatesQuota',
  'UserPolicySizeQuota',
  'GroupPolicySizeQuota',
  'GroupsPerUserQuota',
  'SigningCertificatesPerUserQuota',
  'AccessKeysPerUserQuota',
  'MFADevices',
  'MFADevicesInUse',
  'AccountMFAEnabled',
  'AccountAccessKeysPresent',
  'AccountPasswordPresent',
  'AccountSigningCertificatesPresent',
  'AttachedPoliciesPerGroupQuota',
  'AttachedPoliciesPerRoleQuota',
  'AttachedPoliciesPerUserQuota',
  'Policies',
  'PoliciesQuota',
  'PolicySizeQuota',
  'PolicyVersionsInUse',
  'PolicyVersionsInUseQuota',
  'VersionsPerPolicyQuota',
  'GlobalEndpointTokenVersion',
  'AssumeRolePolicySizeQuota',
  'InstanceProfiles',
  'InstanceProfilesQuota',
  'Providers',
  'RolePolicySizeQuota',
  'Roles',
  'RolesQuota',
] as const

/** The same in every account. Of what is not listed here nobody can have any. */
const constants: Partial<Record<(typeof summaryKeys)[number], number>> = {
  UsersQuota: quotas.usersPerAccount,
  GroupsQuota: quotas.groupsPerAccount,
  RolesQuota: quotas.rolesPerAccount,
  PoliciesQuota: quotas.policiesPerAccount,
  InstanceProfilesQuota: quotas.instanceProfilesPerAccount,
  UserPolicySizeQuota: quotas.inlineSizePerUser,
  GroupPolicySizeQuota: quotas.inlineSizePerGroup,
  RolePolicySizeQuota: quotas.inlineSizePerRole,
  PolicySizeQuota: quotas.managedPolicySize,
  AssumeRolePolicySizeQuota: quotas.trustPolicySize,
  GroupsPerUserQuota: quotas.groupsPerUser,
  AccessKeysPerUserQuota: quotas.accessKeysPerUser,
  AttachedPoliciesPerUserQuota: quotas.attachedPerUser,
  AttachedPoliciesPerGroupQuota: quotas.attachedPerGroup,
  AttachedPoliciesPerRoleQuota: quotas.attachedPerRole,
  VersionsPerPolicyQuota: quotas.versionsPerPolicy,
  PolicyVersionsInUseQuota: quotas.policiesPerAccount * quotas.versionsPerPolicy,
  // Session tokens are good in every Region.
  GlobalEndpointTokenVersion: 2,
}

export const getAccountSummary = operation({
  name: 'GetAccountSummary',
  access: 'read',
  input: structure({}),
  output: structure({ SummaryMap: map(string({ enum: summaryKeys }), integer()) }),

  target: (_input, { account }: IamContext) => noResource(account),

  async run(_input, _value: undefined, { account, store }) {
    const count = (kind: Parameters<typeof store.count>[0]) => store.count(kind, account)
    const counted: typeof constants = {
      Users: await count('user'),
      Groups: await count('group'),
      Roles: await count('role'),
      Policies: await count('policy'),
      Providers: await count('oidc-provider'),
      InstanceProfiles: await count('instance-profile'),
      PolicyVersionsInUse: await countVersions(account, store),
    }
    const all: typeof constants = { ...constants, ...counted }
    return { SummaryMap: Object.fromEntries(summaryKeys.map((key) => [key, all[key] ?? 0])) }
  },
})

async function countVersions(account: string, store: IamContext['store']): Promise<number> {
  let count = 0
  let after: string | undefined
  do {
    const policies = await store.list('policy', account, { after, limit: COUNTED_AT_ONCE })
    for (const { versions } of policies) count += versions.length
    after = policies.length < COUNTED_AT_ONCE ? undefined : policies.at(-1)?.name
  } while (after !== undefined)
  return count
}
