import type { Target } from '../aws/operation.ts'
import { type AnyEntity, accountIn, arnOf, parseIamArn } from '../identity/entities.ts'
import type { IamContext } from './context.ts'

/** Whatever of the caller's account an ARN means, as a target: also when there is none, or when it is of another account. */
export async function findByArn(
  arn: string,
  { account, store }: Pick<IamContext, 'account' | 'store'>,
): Promise<Target<AnyEntity>> {
  const parts = parseIamArn(arn)
  const own = parts?.account === account ? parts : undefined
  const found = own && (await store.find(own.kind, account, own.name))
  const value = found && arnOf(found) === arn ? found : undefined
  return {
    resource: arn,
    label: arn,
    account: accountIn(arn) ?? account,
    tags: value && 'tags' in value ? value.tags : [],
    value,
  }
}
