import type { Group, Role, User } from '../identity/entities.ts'
import { errors } from './errors.ts'

/** Who has policies of any kind is not deleted. Throws DeleteConflict. */
export function checkRemovable({ inline, attached }: User | Group | Role): void {
  if (inline.length > 0) throw errors.mustDeleteFirst('delete policies')
  if (attached.length > 0) throw errors.mustDeleteFirst('detach all policies')
}
