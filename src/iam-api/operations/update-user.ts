import { operation } from '../../aws/operation.ts'
import { required, structure } from '../../aws/shape.ts'
import { accessKeyPlace } from '../../identity/authenticate.ts'
import { arnOf, type User } from '../../identity/entities.ts'
import type { AccessKey } from '../../identity/identity-store.ts'
import type { Sealer } from '../../seal/keyring.ts'
import type { IamContext } from '../context.ts'
import { errors } from '../errors.ts'
import { findNamed } from '../find-entity.ts'
import * as shapes from '../shapes.ts'

export const updateUser = operation({
  name: 'UpdateUser',
  access: 'write',
  input: structure({
    UserName: required(shapes.existingUserName),
    NewPath: shapes.path,
    NewUserName: shapes.userName,
  }),

  /** Needs permission on both sides (service authorization reference). */
  async target({ UserName, NewPath, NewUserName }, context: IamContext) {
    const found = await findNamed('user', UserName, context)
    const { value = { kind: 'user', account: context.account, path: '/', name: UserName } } = found
    const moved = arnOf({ ...value, path: NewPath ?? value.path, name: NewUserName ?? value.name })
    return { ...found, alsoOn: [moved] }
  },

  async run({ NewPath, NewUserName }, user: User, context) {
    const { account, store, change } = context
    const renamed = { ...user, name: NewUserName ?? user.name, path: NewPath ?? user.path }
    if (renamed.name === user.name) {
      if (renamed.path !== user.path) change(store.update(renamed))
      return {}
    }
    const namesake = await store.find('user', account, renamed.name)
    if (namesake && namesake.id !== user.id) throw errors.named('User', renamed.name)
    const keys = await store.accessKeysOf(user)
    const uses = await store.lastUses(keys.map(({ accessKeyId }) => accessKeyId))
    for (const key of keys) change(store.deleteAccessKey(key))
    change(store.update(renamed))
    for (const key of keys) change(store.createAccessKey(reseal(key, renamed, context.accessKeys), renamed))
    if (uses.size > 0) change(store.recordUses([...uses.values()]))
    return {}
  },
})

/** A key's secret is sealed for its owner's name and opens under no other. */
function reseal(key: AccessKey, { name }: User, sealer: Sealer): AccessKey {
  const renamed = { ...key, userName: name }
  const secret = sealer.open(key.sealedSecret, accessKeyPlace(key))
  return { ...renamed, sealedSecret: sealer.seal(secret, accessKeyPlace(renamed)) }
}
