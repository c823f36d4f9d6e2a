import { operation, type Target } from '../../aws/operation.ts'
import { required, string, structure, timestamp } from '../../aws/shape.ts'
import { arnOf } from '../../identity/entities.ts'
import type { KeyHolder } from '../../identity/identity-store.ts'
import type { IamContext } from '../context.ts'
import { errors } from '../errors.ts'
import { toBe } from '../find-entity.ts'
import * as shapes from '../shapes.ts'

/** Where a key that was never used was used last. */
const NOWHERE = 'N/A'

const accessKeyLastUsed = structure(
  { LastUsedDate: timestamp(), ServiceName: required(string()), Region: required(string()) },
  'AccessKeyLastUsed',
)

export const getAccessKeyLastUsed = operation({
  name: 'GetAccessKeyLastUsed',
  access: 'read',
  input: structure({ AccessKeyId: required(shapes.accessKeyId) }),
  output: structure({ UserName: shapes.existingUserName, AccessKeyLastUsed: accessKeyLastUsed }),

  /** Permission is decided on the key's owner. A key of another account is an unknown one. */
  async target({ AccessKeyId }, { account, store }: IamContext): Promise<Target<KeyHolder>> {
    const holder = await store.findAccessKey(AccessKeyId)
    const own = holder?.key.account === account ? holder : undefined
    return {
      ...toBe('user', {}, account),
      ...(own && { resource: arnOf(own.entity), tags: own.entity.tags }),
      label: `access key ${AccessKeyId}`,
      value: own,
      missing: own ? undefined : errors.accessKeyNotFound(AccessKeyId),
    }
  },

  async run({ AccessKeyId }, { entity }: KeyHolder, { store }) {
    const use = (await store.lastUses([AccessKeyId])).get(AccessKeyId)
    const { service = NOWHERE, region = NOWHERE } = use ?? {}
    return {
      UserName: entity.name,
      AccessKeyLastUsed: { LastUsedDate: use && new Date(use.at), ServiceName: service, Region: region },
    }
  },
})
