import type { Target } from '../aws/operation.ts'
import {
  type RequiredMember,
  required,
  type Shape,
  type StructureShape,
  type StructureValue,
  structure,
} from '../aws/shape.ts'
import type { Entities } from '../identity/entities.ts'
import type { IamContext } from './context.ts'
import { findNamed } from './find-entity.ts'
import * as shapes from './shapes.ts'

// Operations of a family differ only by whom they are for: a user, a group or a role.

export type GranteeKind = 'user' | 'group' | 'role'
export type Grantee = Entities[GranteeKind]

interface Naming {
  /** In names of operations and quotas. */
  readonly noun: string
  /** Member of requests with the name. */
  readonly member: 'UserName' | 'GroupName' | 'RoleName'
  readonly shape: Shape<string>
  /** For operations whose model takes longer names. */
  readonly existing: Shape<string>
}

export const grantees: Readonly<Record<GranteeKind, Naming>> = {
  user: { noun: 'User', member: 'UserName', shape: shapes.userName, existing: shapes.existingUserName },
  group: { noun: 'Group', member: 'GroupName', shape: shapes.groupName, existing: shapes.groupName },
  role: { noun: 'Role', member: 'RoleName', shape: shapes.roleName, existing: shapes.roleName },
}

export const granteeKinds = Object.keys(grantees) as GranteeKind[]

export function isGranteeKind(kind: string): kind is GranteeKind {
  return Object.hasOwn(grantees, kind)
}

/** The member that names somebody, in a request or an answer of a family. */
export type Named = { readonly [M in Naming['member']]?: string }

/** A structure whose first member names a user, group or role. */
export function structureFor<const M extends Readonly<Record<string, Shape<unknown> | RequiredMember<unknown>>>>(
  kind: GranteeKind,
  name: Shape<string>,
  members: M,
): StructureShape<Named & StructureValue<M>> {
  // The compiler cannot follow which of the three members it is.
  return structure({ [grantees[kind].member]: required(name), ...members }) as unknown as StructureShape<
    Named & StructureValue<M>
  >
}

/** The name in a request of a family. */
export function nameIn(kind: GranteeKind, input: Named): string {
  return input[grantees[kind].member] ?? ''
}

/** Whom a request of a family is for, as a target; conditions can ask for the boundary they have. */
export async function findGrantee(kind: GranteeKind, input: Named, context: IamContext): Promise<Target<Grantee>> {
  const target = await findNamed(kind, nameIn(kind, input), context)
  const boundary = target.value && 'boundary' in target.value ? target.value.boundary : undefined
  return { ...target, conditions: { 'iam:PermissionsBoundary': boundary } }
}
