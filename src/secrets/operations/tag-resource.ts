import { operation, requestTags } from '../../aws/operation.ts'
import { required, structure } from '../../aws/shape.ts'
import { changeSecret } from '../change-secret.ts'
import type { SecretsContext } from '../context.ts'
import { findPrimary } from '../find-secret.ts'
import { checkSecretId } from '../secret-id.ts'
import type { Found } from '../secrets-store.ts'
import * as shapes from '../shapes.ts'
import { addTags, checkTags } from '../tags.ts'

export const tagResource = operation({
  name: 'TagResource',
  access: 'write',
  input: structure({ SecretId: required(shapes.secretId), Tags: required(shapes.tags) }),

  check({ SecretId, Tags }) {
    checkSecretId(SecretId)
    checkTags(Tags)
  },
  target: ({ SecretId }, context: SecretsContext) => findPrimary(SecretId, context),
  conditions: ({ Tags }) => requestTags(Tags),
  tagsAfter: ({ Tags }, { secret }: Found) => addTags(secret.tags, checkTags(Tags)) ?? [],

  async run({ Tags }, { secret }: Found, context) {
    if (Tags.length > 0)
      await changeSecret({ ...secret, tags: addTags(secret.tags, checkTags(Tags)), changedAt: context.now }, context)
    return {}
  },
})
