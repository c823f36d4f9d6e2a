import { noResource, operation } from '../../aws/operation.ts'
import { boolean, integer, list, required, structure, timestamp } from '../../aws/shape.ts'
import { type Purpose, purposes } from '../../seal/keyring.ts'
import type { KeyringContext } from '../context.ts'
import type { KeyringStore, StoredVersion } from '../keyring-store.ts'
import * as shapes from '../shapes.ts'
import { isComplete, progressOf, retirableAt, type Walk } from '../walk.ts'

const purposeOfKeyring = structure(
  {
    Purpose: required(shapes.purpose),
    /** Oldest first; the last one seals. */
    Versions: required(list(integer())),
    /** When the newest was made; absent for one that the first start made. */
    MadeDate: timestamp(),
    /** Present while older versions are there: everything stored that this purpose sealed, and how much of it is under the newest. */
    Rotation: structure(
      {
        Total: required(integer()),
        Done: required(integer()),
        /** Rows that somebody altered. They are left as they are, and older versions stay with them. */
        Altered: required(integer()),
        /** Whether everything has been looked at. */
        Complete: required(boolean()),
        /** The earliest time at which the older versions are removed. */
        RetiresDate: timestamp(),
      },
      'KeyringRotation',
    ),
  },
  'KeyringPurpose',
)

/** The versions of every purpose, and how far rotations have come. */
export const describeKeyring = operation({
  name: 'DescribeKeyring',
  access: 'read',
  input: structure({}),
  output: structure({ Purposes: required(list(purposeOfKeyring)) }),
  target: (_input, { owner }: KeyringContext) => noResource(owner),

  async run(_input, _value: undefined, { store }) {
    const [versions, walks] = await Promise.all([store.versions(), store.walks()])
    const described = purposes.map((purpose) => {
      const stored = versions.filter((version) => version.purpose === purpose)
      return describe(purpose, stored, walks.get(purpose), store)
    })
    return { Purposes: await Promise.all(described) }
  },
})

async function describe(
  purpose: Purpose,
  versions: readonly StoredVersion[],
  known: Walk | undefined,
  store: KeyringStore,
) {
  const { version = 0, madeAt = 0 } = versions.at(-1) ?? {}
  const walk = async () => (known?.version === version ? known : store.newWalk(purpose, version))
  return {
    Purpose: purpose,
    Versions: versions.map((stored) => stored.version),
    MadeDate: madeAt === 0 ? undefined : new Date(madeAt),
    Rotation: versions.length > 1 ? rotationOf(purpose, madeAt, await walk()) : undefined,
  }
}

function rotationOf(purpose: Purpose, madeAt: number, walk: Walk) {
  const { total, done, altered } = progressOf(walk)
  const RetiresDate = altered > 0 ? undefined : new Date(retirableAt(purpose, madeAt, walk.resealedAt))
  return { Total: total, Done: done, Altered: altered, Complete: isComplete(walk), RetiresDate }
}
