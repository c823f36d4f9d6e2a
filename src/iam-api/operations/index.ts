import type { AnyOperation } from '../../aws/operation.ts'
import type { IamContext } from '../context.ts'
import { addRoleToInstanceProfile } from './add-role-to-instance-profile.ts'
import { addUserToGroup } from './add-user-to-group.ts'
import { attachedPolicies } from './attached-policies.ts'
import { getContextKeysForCustomPolicy, getContextKeysForPrincipalPolicy } from './context-keys.ts'
import { createAccessKey } from './create-access-key.ts'
import { createGroup } from './create-group.ts'
import { createInstanceProfile } from './create-instance-profile.ts'
import { createOpenIdConnectProvider } from './create-open-id-connect-provider.ts'
import { createPolicy } from './create-policy.ts'
import { createPolicyVersion } from './create-policy-version.ts'
import { createRole } from './create-role.ts'
import { createUser } from './create-user.ts'
import { deleteAccessKey } from './delete-access-key.ts'
import { deleteGroup } from './delete-group.ts'
import { deleteInstanceProfile } from './delete-instance-profile.ts'
import { deleteOpenIdConnectProvider } from './delete-open-id-connect-provider.ts'
import { deletePolicy } from './delete-policy.ts'
import { deletePolicyVersion } from './delete-policy-version.ts'
import { deleteRole } from './delete-role.ts'
import { deleteUser } from './delete-user.ts'
import { emptyLists } from './empty-lists.ts'
import { getAccessKeyLastUsed } from './get-access-key-last-used.ts'
import { getAccountAuthorizationDetails } from './get-account-authorization-details.ts'
import { getAccountSummary } from './get-account-summary.ts'
import { getGroup } from './get-group.ts'
import { getInstanceProfile } from './get-instance-profile.ts'
import { getOpenIdConnectProvider } from './get-open-id-connect-provider.ts'
import { getPolicy } from './get-policy.ts'
import { getPolicyVersion } from './get-policy-version.ts'
import { getRole } from './get-role.ts'
import { getUser } from './get-user.ts'
import { inlinePolicies } from './inline-policies.ts'
import { listAccessKeys } from './list-access-keys.ts'
import { listAccountAliases } from './list-account-aliases.ts'
import { listEntitiesForPolicy } from './list-entities-for-policy.ts'
import { listGroups } from './list-groups.ts'
import { listGroupsForUser } from './list-groups-for-user.ts'
import { listInstanceProfiles } from './list-instance-profiles.ts'
import { listInstanceProfilesForRole } from './list-instance-profiles-for-role.ts'
import { listOpenIdConnectProviders } from './list-open-id-connect-providers.ts'
import { listPolicies } from './list-policies.ts'
import { listPolicyVersions } from './list-policy-versions.ts'
import { listRoles } from './list-roles.ts'
import { listUsers } from './list-users.ts'
import { deleteLoginProfile, getLoginProfile } from './login-profiles.ts'
import { permissionsBoundaries } from './permissions-boundaries.ts'
import { providerClientIds } from './provider-client-ids.ts'
import { removeRoleFromInstanceProfile } from './remove-role-from-instance-profile.ts'
import { removeUserFromGroup } from './remove-user-from-group.ts'
import { setDefaultPolicyVersion } from './set-default-policy-version.ts'
import { simulateCustomPolicy, simulatePrincipalPolicy } from './simulate-policy.ts'
import { tagOperations } from './tags.ts'
import { updateAccessKey } from './update-access-key.ts'
import { updateAssumeRolePolicy } from './update-assume-role-policy.ts'
import { updateGroup } from './update-group.ts'
import { updateOpenIdConnectProviderThumbprint } from './update-open-id-connect-provider-thumbprint.ts'
import { updateRole } from './update-role.ts'
import { updateRoleDescription } from './update-role-description.ts'
import { updateUser } from './update-user.ts'

/** Every operation of IAM. */
export const operations: readonly AnyOperation<IamContext>[] = [
  createUser,
  getUser,
  updateUser,
  deleteUser,
  listUsers,
  createAccessKey,
  updateAccessKey,
  deleteAccessKey,
  listAccessKeys,
  getAccessKeyLastUsed,
  createGroup,
  getGroup,
  updateGroup,
  deleteGroup,
  listGroups,
  addUserToGroup,
  removeUserFromGroup,
  listGroupsForUser,
  ...tagOperations,
  ...permissionsBoundaries,
  getAccountSummary,
  getAccountAuthorizationDetails,
  listAccountAliases,
  getLoginProfile,
  deleteLoginProfile,
  ...emptyLists,
  createRole,
  getRole,
  updateRole,
  updateRoleDescription,
  updateAssumeRolePolicy,
  deleteRole,
  listRoles,
  createInstanceProfile,
  getInstanceProfile,
  deleteInstanceProfile,
  listInstanceProfiles,
  listInstanceProfilesForRole,
  addRoleToInstanceProfile,
  removeRoleFromInstanceProfile,
  ...inlinePolicies,
  ...attachedPolicies,
  createPolicy,
  getPolicy,
  deletePolicy,
  listPolicies,
  listEntitiesForPolicy,
  createPolicyVersion,
  getPolicyVersion,
  deletePolicyVersion,
  listPolicyVersions,
  setDefaultPolicyVersion,
  createOpenIdConnectProvider,
  getOpenIdConnectProvider,
  deleteOpenIdConnectProvider,
  listOpenIdConnectProviders,
  updateOpenIdConnectProviderThumbprint,
  ...providerClientIds,
  simulatePrincipalPolicy,
  simulateCustomPolicy,
  getContextKeysForPrincipalPolicy,
  getContextKeysForCustomPolicy,
]
