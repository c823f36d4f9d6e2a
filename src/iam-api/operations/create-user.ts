import { operation, requestTags } from '../../aws/operation.ts'
import { required, structure } from '../../aws/shape.ts'
import { newUser } from '../../identity/administrator.ts'
import type { IamContext } from '../context.ts'
import { errors } from '../errors.ts'
import { toBe } from '../find-entity.ts'
import { checkBoundary } from '../find-policy.ts'
import { quotas } from '../quotas.ts'
import * as shapes from '../shapes.ts'
import { showUser } from '../show-entity.ts'
import { checkTags } from '../tags.ts'

export const createUser = operation({
  name: 'CreateUser',
  access: 'write',
  recordsAnswer: true,
  makes: true,
  input: structure({
    Path: shapes.path,
    UserName: required(shapes.userName),
    PermissionsBoundary: shapes.policyArn,
    Tags: shapes.tags,
  }),
  output: structure({ User: shapes.user }),

  check({ Tags = [] }) {
    checkTags(Tags)
  },
  target: ({ Path, UserName }, { account }: IamContext) => toBe('user', { path: Path, name: UserName }, account),
  furtherActions: ['iam:TagUser'],
  alsoRequires: ({ Tags = [] }) => (Tags.length > 0 ? ['TagUser'] : []),
  conditions: ({ PermissionsBoundary, Tags = [] }) => ({
    ...requestTags(Tags),
    'iam:PermissionsBoundary': PermissionsBoundary,
  }),

  async run({ UserName, Path, PermissionsBoundary, Tags = [] }, _value: undefined, context) {
    const { account, store, now } = context
    if (await store.find('user', account, UserName)) throw errors.named('User', UserName)
    await checkBoundary(PermissionsBoundary, context)
    if ((await store.count('user', account)) >= quotas.usersPerAccount)
      throw errors.quotaExceeded('UsersPerAccount', quotas.usersPerAccount)
    const made = newUser({ account, name: UserName, at: now })
    const user = { ...made, path: Path ?? made.path, boundary: PermissionsBoundary, tags: Tags }
    context.change(store.create(user))
    return { User: showUser(user) }
  },
})
