import type { Value } from '../aws/shape.ts'
import type { describeKeyring } from '../keyring-api/operations/describe-keyring.ts'
import { paragraph } from './paragraph.ts'

export type DescribedKeyring = Value<NonNullable<(typeof describeKeyring)['output']>>
type DescribedPurpose = DescribedKeyring['Purposes'][number]

/** The keyring for a person: a paragraph for each purpose. */
export function keyringText({ Purposes }: DescribedKeyring, width: number): string {
  return Purposes.map((purpose) => paragraph(textOf(purpose), { width, hanging: 2 })).join('')
}

function textOf({ Purpose, Versions, Rotation }: DescribedPurpose): string {
  const newest = `${Purpose}: version ${Versions.at(-1)}`
  if (!Rotation) return newest
  const { Total, Done, Altered, Complete, RetiresDate } = Rotation
  const old = Versions.slice(0, -1).join(', ')
  const resealed = Total === 0 ? '' : `, ${Math.min(Done, Total)} of ${Total} resealed`
  if (Altered > 0)
    return `${newest}${resealed}, ${Altered} altered by somebody: the log of the server names them, and ${old} stays as long as they do`
  if (!Complete) return newest + resealed
  const until =
    RetiresDate === undefined ? '' : ` until ${RetiresDate.toISOString().slice(0, 16).replace('T', ' ')} UTC`
  return `${newest}${resealed}, ${old} is kept${until}`
}

/** How far everything together has come; undefined when everything has been looked at. */
export function resealedText({ Purposes }: DescribedKeyring): string | undefined {
  const rotations = Purposes.flatMap(({ Rotation }) => (Rotation ? [Rotation] : []))
  if (rotations.every(({ Complete }) => Complete)) return undefined
  const total = rotations.reduce((sum, { Total }) => sum + Total, 0)
  const done = rotations.reduce((sum, { Total, Done }) => sum + Math.min(Done, Total), 0)
  return `Resealed ${done} of ${total}\n`
}
