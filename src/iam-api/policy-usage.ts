import type { IamContext } from './context.ts'
import { type Grantee, type GranteeKind, granteeKinds } from './grantees.ts'
import { walk } from './list-parts.ts'

/** What an entity can have a managed policy for, as requests name it. */
export type Usage = 'PermissionsPolicy' | 'PermissionsBoundary'

const USES: Readonly<Record<Usage, (entity: Grantee, arn: string) => boolean>> = {
  PermissionsPolicy: (entity, arn) => entity.attached.includes(arn),
  PermissionsBoundary: (entity, arn) => 'boundary' in entity && entity.boundary === arn,
}
const usages = Object.keys(USES) as Usage[]

type Needs = Pick<IamContext, 'account' | 'store'>

/** Whether an entity has a policy for a usage; for any when none is named. */
export function uses(entity: Grantee, arn: string, usage?: Usage): boolean {
  return usage === undefined ? usages.some((one) => USES[one](entity, arn)) : USES[usage](entity, arn)
}

interface Users {
  readonly after?: string | undefined
  readonly pathPrefix?: string | undefined
  readonly usage?: Usage | undefined
}

/** Entities of a kind in the caller's account that have a policy, in the order of their names. */
export async function* usersOf(kind: GranteeKind, arn: string, context: Needs, users: Users = {}) {
  const { after, pathPrefix, usage } = users
  const { account, store } = context
  const referring = walk<Grantee>((query) => store.referring(kind, account, arn, { ...query, pathPrefix }), after)
  for await (const entity of referring) if (uses(entity, arn, usage)) yield entity
}

/** How many users, groups and roles of the caller's account have a policy, for each usage. */
export async function countUsage(arn: string, context: Needs): Promise<Readonly<Record<Usage, number>>> {
  const counts = { PermissionsPolicy: 0, PermissionsBoundary: 0 }
  for (const kind of granteeKinds)
    for await (const entity of usersOf(kind, arn, context))
      for (const usage of usages) if (uses(entity, arn, usage)) counts[usage] += 1
  return counts
}

/** Whether anybody in the caller's account has a policy. */
export async function isInUse(arn: string, context: Needs): Promise<boolean> {
  for (const kind of granteeKinds) for await (const _entity of usersOf(kind, arn, context)) return true
  return false
}
