import { noResource, operation } from '../../aws/operation.ts'
import { list, string, structure, timestamp } from '../../aws/shape.ts'
import type { KmsContext } from '../context.ts'
import { errors } from '../errors.ts'
import { findById, trusting } from '../find-key.ts'
import { aliasArn } from '../key.ts'
import type { Alias } from '../key-store.ts'
import { page } from '../pages.ts'
import * as shapes from '../shapes.ts'

const entry = structure(
  {
    AliasName: shapes.aliasName,
    AliasArn: string({ length: [20, 2048] }),
    TargetKeyId: shapes.keyId,
    CreationDate: timestamp(),
    LastUpdatedDate: timestamp(),
  },
  'AliasListEntry',
)

export const listAliases = operation({
  name: 'ListAliases',
  access: 'read',
  input: structure({ KeyId: shapes.keyId, Limit: shapes.limit, Marker: shapes.marker }),
  output: structure({ Aliases: list(entry), NextMarker: shapes.marker, Truncated: shapes.truncated }),
  target: (_input, { scope }: KmsContext) => noResource(scope.account),
  async run(input, _value: undefined, context) {
    const keyId = input.KeyId === undefined ? undefined : await keyIdOf(input.KeyId, context)
    const read = (after: string | undefined, limit: number) =>
      trusting(() => context.keys.aliases(context.scope, { after, limit, keyId }), context)
    const { items, ...rest } = await page(input, ['ListAliases', keyId], context, read, ({ name }) => name)
    return { Aliases: items.map(entryOf), ...rest }
  },
})

/** Throws NotFoundException for a key that the account does not have: nobody learns by it what others have. */
async function keyIdOf(text: string, context: KmsContext): Promise<string | undefined> {
  const found = await findById(text, { use: 'look', action: 'kms:ListAliases' }, context)
  if (found.account !== context.scope.account) throw errors.keyNotFound(found.resource)
  if (found.missing) throw found.missing
  return found.value?.keyId
}

function entryOf({ name, account, region, keyId, createdAt, updatedAt }: Alias) {
  return {
    AliasName: name,
    AliasArn: aliasArn(region, account, name),
    TargetKeyId: keyId,
    CreationDate: new Date(createdAt),
    LastUpdatedDate: new Date(updatedAt),
  }
}
