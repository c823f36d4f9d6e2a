import { noResource, operation } from '../../aws/operation.ts'
import { list, required, structure } from '../../aws/shape.ts'
import { type Keyring, type Purpose, purposes } from '../../seal/keyring.ts'
import { RootKeyError } from '../../seal/root-key-error.ts'
import type { KeyringContext } from '../context.ts'
import { errors } from '../errors.ts'
import * as shapes from '../shapes.ts'

/**
 * Gives every purpose a new key, or those that are named. A purpose of which older keys are still there is under way and gets
 * no further one, so that asking again does no harm. What the old keys sealed is resealed afterwards.
 */
export const rotateKeyring = operation({
  name: 'RotateKeyring',
  access: 'write',
  input: structure({ Purposes: list(shapes.purpose, { length: [1, purposes.length] }) }),
  output: structure({
    Rotated: required(list(shapes.purpose)),
    UnderWay: required(list(shapes.purpose)),
  }),
  recordsAnswer: true,
  // The keyring is the whole installation's: only policies of the account that it belongs to can permit this.
  target: (_input, { owner }: KeyringContext) => noResource(owner),

  async run({ Purposes = purposes }, _value: undefined, context) {
    const { holder, store, now } = context
    const before = holder.current
    const isUnderWay = (purpose: Purpose) => before.versions(purpose).length > 1
    const asked = purposes.filter((purpose) => Purposes.includes(purpose))
    const Rotated = asked.filter((purpose) => !isUnderWay(purpose))
    const rotated = Rotated.reduce((keyring, purpose) => keyring.withNewVersion(purpose), before)
    if (Rotated.length > 0) {
      context.change(store.add(await wrapped(rotated, Rotated, context), now))
      context.afterCommit(async () => {
        // Others may have been retired meanwhile.
        holder.replace(holder.current.withKeysOf(rotated, Rotated))
        context.wake()
      })
    }
    return { Rotated, UnderWay: asked.filter(isUnderWay) }
  },
})

/** The root key may be in a KMS that does not answer. */
async function wrapped(rotated: Keyring, among: readonly Purpose[], context: KeyringContext) {
  try {
    return await context.wrap(rotated, among)
  } catch (error) {
    if (!(error instanceof RootKeyError)) throw error
    context.report(error)
    throw errors.rootKey()
  }
}
