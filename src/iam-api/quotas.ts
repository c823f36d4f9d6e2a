/** What an account and its identities may have at most: AWS's values before anybody asks for more (security facts 3.1, 5.7). */
export const quotas = {
  usersPerAccount: 5000,
  groupsPerAccount: 300,
  rolesPerAccount: 1000,
  policiesPerAccount: 1500,
  providersPerAccount: 100,
  instanceProfilesPerAccount: 1000,

  accessKeysPerUser: 2,
  groupsPerUser: 10,
  attachedPerUser: 10,
  attachedPerGroup: 10,
  attachedPerRole: 10,
  rolesPerInstanceProfile: 1,
  versionsPerPolicy: 5,
  tags: 50,

  /** Characters of a document without white space. */
  managedPolicySize: 6144,
  trustPolicySize: 2048,
  /** The same, for all inline policies of one identity together. */
  inlineSizePerUser: 2048,
  inlineSizePerGroup: 5120,
  inlineSizePerRole: 10_240,
} as const
