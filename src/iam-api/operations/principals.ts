import type { AnyOperation } from '../../aws/operation.ts'
import type { IamContext } from '../context.ts'
import { addUserToGroup } from './add-user-to-group.ts'
import { createAccessKey } from './create-access-key.ts'
import { createGroup } from './create-group.ts'
import { createUser } from './create-user.ts'
import { deleteAccessKey } from './delete-access-key.ts'
import { deleteGroup } from './delete-group.ts'
import { deleteUser } from './delete-user.ts'
import { emptyLists } from './empty-lists.ts'
import { getAccessKeyLastUsed } from './get-access-key-last-used.ts'
import { getAccountAuthorizationDetails } from './get-account-authorization-details.ts'
import { getAccountSummary } from './get-account-summary.ts'
import { getGroup } from './get-group.ts'
import { getUser } from './get-user.ts'
import { listAccessKeys } from './list-access-keys.ts'
import { listAccountAliases } from './list-account-aliases.ts'
import { listGroups } from './list-groups.ts'
import { listGroupsForUser } from './list-groups-for-user.ts'
import { listUsers } from './list-users.ts'
import { deleteLoginProfile, getLoginProfile } from './login-profiles.ts'
import { permissionsBoundaries } from './permissions-boundaries.ts'
import { removeUserFromGroup } from './remove-user-from-group.ts'
import { tagOperations } from './tags.ts'
import { updateAccessKey } from './update-access-key.ts'
import { updateGroup } from './update-group.ts'
import { updateUser } from './update-user.ts'

/** Operations on users, groups and access keys, on tags and boundaries of anything, and on the account. */
export const principalOperations: readonly AnyOperation<IamContext>[] = [
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
]
