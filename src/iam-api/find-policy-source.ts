import type { Target } from '../aws/operation.ts'
import { arnOf, parseIamArn } from '../identity/entities.ts'
import type { IamContext } from './context.ts'
import { errors } from './errors.ts'
import { type Grantee, isGranteeKind } from './grantees.ts'

/** The user, group or role of the caller's account that an ARN means, as a target. */
export async function findPolicySource(arn: string, { account, store }: IamContext): Promise<Target<Grantee>> {
  const target = { resource: arn, label: arn, account, tags: [], value: undefined }
  const named = parseIamArn(arn)
  const { kind, account: owner = account, name = '' } = named ?? {}
  if (kind === undefined || !isGranteeKind(kind))
    return { ...target, missing: errors.invalidInput(`ARN ${arn} is not valid.`) }
  const found = owner === account ? await store.find(kind, account, name) : undefined
  if (!found || arnOf(found) !== arn) return { ...target, account: owner, missing: errors.notFound(kind, name) }
  return { ...target, tags: 'tags' in found ? found.tags : [], value: found }
}
