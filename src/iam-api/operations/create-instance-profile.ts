import { operation, requestTags } from '../../aws/operation.ts'
import { required, structure } from '../../aws/shape.ts'
import { uniqueId } from '../../identity/access-key.ts'
import type { InstanceProfile } from '../../identity/entities.ts'
import type { IamContext } from '../context.ts'
import { errors } from '../errors.ts'
import { toBe } from '../find-entity.ts'
import { quotas } from '../quotas.ts'
import * as shapes from '../shapes.ts'
import { showInstanceProfiles } from '../show-instance-profiles.ts'
import { checkTags } from '../tags.ts'

export const createInstanceProfile = operation({
  name: 'CreateInstanceProfile',
  access: 'write',
  recordsAnswer: true,
  makes: true,
  input: structure({
    InstanceProfileName: required(shapes.instanceProfileName),
    Path: shapes.path,
    Tags: shapes.tags,
  }),
  output: structure({ InstanceProfile: required(shapes.instanceProfile) }),

  check({ Tags = [] }) {
    checkTags(Tags)
  },
  target: ({ Path, InstanceProfileName }, { account }: IamContext) =>
    toBe('instance-profile', { path: Path, name: InstanceProfileName }, account),
  furtherActions: ['iam:TagInstanceProfile'],
  alsoRequires: ({ Tags = [] }) => (Tags.length > 0 ? ['TagInstanceProfile'] : []),
  conditions: ({ Tags = [] }) => requestTags(Tags),

  async run({ InstanceProfileName, Path = '/', Tags = [] }, _value: undefined, context) {
    const { account, store, now } = context
    if (await store.find('instance-profile', account, InstanceProfileName))
      throw errors.alreadyExists(`Instance Profile ${InstanceProfileName} already exists.`)
    if ((await store.count('instance-profile', account)) >= quotas.instanceProfilesPerAccount)
      throw errors.quotaExceeded('InstanceProfilesPerAccount', quotas.instanceProfilesPerAccount)
    const profile: InstanceProfile = {
      kind: 'instance-profile',
      account,
      id: uniqueId('AIPA'),
      name: InstanceProfileName,
      path: Path,
      tags: Tags,
      createdAt: now,
      revision: 1,
    }
    context.change(store.create(profile))
    const [shown] = await showInstanceProfiles([profile], context)
    return { InstanceProfile: shown! }
  },
})
