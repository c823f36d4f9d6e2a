import type { AnyOperation } from '../../aws/operation.ts'
import type { IamContext } from '../context.ts'
import { attachedPolicies } from './attached-policies.ts'
import { getContextKeysForCustomPolicy, getContextKeysForPrincipalPolicy } from './context-keys.ts'
import { createOpenIdConnectProvider } from './create-open-id-connect-provider.ts'
import { createPolicy } from './create-policy.ts'
import { createPolicyVersion } from './create-policy-version.ts'
import { createRole } from './create-role.ts'
import { deleteOpenIdConnectProvider } from './delete-open-id-connect-provider.ts'
import { deletePolicy } from './delete-policy.ts'
import { deletePolicyVersion } from './delete-policy-version.ts'
import { deleteRole } from './delete-role.ts'
import { getOpenIdConnectProvider } from './get-open-id-connect-provider.ts'
import { getPolicy } from './get-policy.ts'
import { getPolicyVersion } from './get-policy-version.ts'
import { getRole } from './get-role.ts'
import { inlinePolicies } from './inline-policies.ts'
import { listEntitiesForPolicy } from './list-entities-for-policy.ts'
import { listOpenIdConnectProviders } from './list-open-id-connect-providers.ts'
import { listPolicies } from './list-policies.ts'
import { listPolicyVersions } from './list-policy-versions.ts'
import { listRoles } from './list-roles.ts'
import { providerClientIds } from './provider-client-ids.ts'
import { setDefaultPolicyVersion } from './set-default-policy-version.ts'
import { simulateCustomPolicy, simulatePrincipalPolicy } from './simulate-policy.ts'
import { updateAssumeRolePolicy } from './update-assume-role-policy.ts'
import { updateOpenIdConnectProviderThumbprint } from './update-open-id-connect-provider-thumbprint.ts'
import { updateRole } from './update-role.ts'
import { updateRoleDescription } from './update-role-description.ts'

/** Operations on roles, policies and OpenID Connect providers. */
export const policyOperations: readonly AnyOperation<IamContext>[] = [
  createRole,
  getRole,
  updateRole,
  updateRoleDescription,
  updateAssumeRolePolicy,
  deleteRole,
  listRoles,
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
