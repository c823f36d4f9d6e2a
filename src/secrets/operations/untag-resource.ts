import { operation } from '../../aws/operation.ts'
import { list, required, string, structure } from '../../aws/shape.ts'
import { changeSecret } from '../change-secret.ts'
import type { SecretsContext } from '../context.ts'
import { findPrimary } from '../find-secret.ts'
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
  target: ({ SecretId }, context: SecretsContext) => findPrimary(SecretId, context),
  conditions: ({ TagKeys }) => ({ 'aws:TagKeys': TagKeys }),
  tagsAfter: ({ TagKeys }, { secret }: Found) => removeTags(secret.tags, TagKeys) ?? [],

  async run({ TagKeys }, { secret }: Found, context) {
    const tags = removeTags(secret.tags, TagKeys)
    // Taking off a tag that is not there is no error and no change (facts 8.1).
    if (tags?.length !== secret.tags?.length) await changeSecret({ ...secret, tags, changedAt: context.now }, context)
    return {}
  },
})
