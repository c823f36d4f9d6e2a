import { operation } from '../../aws/operation.ts'
import { required, string, structure, timestamp } from '../../aws/shape.ts'
import { newCredentials } from '../../identity/access-key.ts'
import { sealAccessKey } from '../../identity/administrator.ts'
import type { User } from '../../identity/entities.ts'
import type { IamContext } from '../context.ts'
import { errors } from '../errors.ts'
import { findUserOrCaller } from '../find-entity.ts'
import { quotas } from '../quotas.ts'
import * as shapes from '../shapes.ts'
import { showAccessKey } from '../show-entity.ts'

const accessKey = structure(
  {
    UserName: required(shapes.userName),
    AccessKeyId: required(shapes.accessKeyId),
    Status: required(shapes.status),
    SecretAccessKey: required(string({ sensitive: true })),
    CreateDate: timestamp(),
  },
  'AccessKey',
)

export const createAccessKey = operation({
  name: 'CreateAccessKey',
  access: 'write',
  recordsAnswer: true,
  input: structure({ UserName: shapes.existingUserName }),
  output: structure({ AccessKey: required(accessKey) }),

  target: ({ UserName }, context: IamContext) => findUserOrCaller(UserName, context),

  /** The only answer that ever holds the secret (security facts 5.7). */
  async run(_input, user: User, { store, now, accessKeys, change }) {
    if ((await store.accessKeysOf(user)).length >= quotas.accessKeysPerUser)
      throw errors.quotaExceeded('AccessKeysPerUser', quotas.accessKeysPerUser)
    const credentials = newCredentials()
    const key = sealAccessKey(credentials, user, now, accessKeys)
    change(store.createAccessKey(key, user))
    return { AccessKey: { ...showAccessKey(key), SecretAccessKey: credentials.secretAccessKey } }
  },
})
