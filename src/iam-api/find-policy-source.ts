import type { Target } from '../aws/operation.ts'
import { arnOf } from '../identity/entities.ts'
import type { IamContext } from './context.ts'
import { errors } from './errors.ts'
import type { Grantee, GranteeKind } from './grantees.ts'

const SOURCE_ARN = /^arn:aws:iam::(\d{12}):(user|group|role)\/(?:.*\/)?([^/]+)$/

/** The user, group or role of the caller's account that an ARN means, as a target. */
export async function findPolicySource(arn: string, { account, store }: IamContext): Promise<Target<Grantee>> {
  const [, owner, kind, name] = SOURCE_ARN.exec(arn) ?? []
  const target = { resource: arn, label: arn, account: owner ?? account, tags: [], value: undefined }
  if (!kind || !name) return { ...target, missing: errors.invalidInput(`ARN ${arn} is not valid.`) }
  const found = owner === account ? await store.find(kind as GranteeKind, account, name) : undefined
  if (!found || arnOf(found) !== arn) return { ...target, missing: errors.notFound(kind as GranteeKind, name) }
  return { ...target, tags: 'tags' in found ? found.tags : [], value: found }
}
