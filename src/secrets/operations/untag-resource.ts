import { operation } from '../../aws/operation.ts'
import { list, required, string, structure } from '../../aws/shape.ts'
import type { SecretsContext } from '../context.ts'
import { findSecret } from '../find-secret.ts'
import { checkSecretId } from '../secret-id.ts'
import type { Found } from '../secrets-store.ts'
import * as shapes from '../shapes.ts'
import { checkTagKeys, removeTags } from '../tags.ts'

export const untagResource = operation({
  name: 'UntagResource',
  access: 'write',
  input: structure({
    SecretId: required(shapes.secretId),
    TagKeys: required(list(string({ length: [1, 128] }))),
  }),

  check({ SecretId, TagKeys }) {
    checkSecretId(SecretId)
    checkTagKeys(TagKeys)
  },
  target: ({ SecretId }, context: SecretsContext) => findSecret(SecretId, context),
  conditions: ({ TagKeys }) => ({ 'aws:TagKeys': TagKeys }),
  tagsAfter: ({ TagKeys }, { secret }: Found) => removeTags(secret.tags, TagKeys) ?? [],

  run({ TagKeys }, { secret }: Found, { store, now, change }) {
    const tags = removeTags(secret.tags, TagKeys)
    // Taking off a tag that is not there is no error and no change (facts 8.1).
    if (tags?.length !== secret.tags?.length) change(store.update({ ...secret, tags, changedAt: now }))
    return {}
  },
})
