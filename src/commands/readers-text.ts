import type { Value } from '../aws/shape.ts'
import type { listSecretReaders } from '../explanations/operations/list-secret-readers.ts'
import { type Lines, paragraph } from './paragraph.ts'
import { statementText } from './statement-text.ts'

export type ReadersPage = Value<NonNullable<(typeof listSecretReaders)['output']>>
export type Reader = ReadersPage['Readers'][number]

export interface FoundReaders {
  readonly arn: string
  readonly readers: readonly Reader[]
  /** Why no read succeeds that policies allow. */
  readonly refusal?: string | undefined
  /** False when there is more than was asked for. */
  readonly complete: boolean
}

/** Who may read a secret, for a person: each with the statements that let them. */
export function readersText({ arn, readers, refusal, complete }: FoundReaders, width: number): string {
  const line = (text: string, lines: Omit<Lines, 'width'> = {}) => paragraph(text, { width, ...lines })
  const conditional = readers.filter(({ Access }) => Access === 'conditional').length
  const blocks = readers.map(
    ({ PrincipalArn, Access, Through }) =>
      line(PrincipalArn + (Access === 'conditional' ? ' only where conditions hold' : ''), { hanging: 2 }) +
      Through.map((statement) => line(statementText(statement), { indent: 2, hanging: 4 })).join(''),
  )
  const count = readers.length === 1 ? '1 user or role' : `${readers.length || 'No'} users or roles`
  const some = conditional === 0 ? '' : `, ${conditional} of them only where conditions hold`
  return [
    ...blocks.map((block) => `${block}\n`),
    line(`${count} of the account may read ${arn}${some}.`),
    refusal === undefined ? '' : line(`Policies allow reads, but each read fails now: ${refusal}`),
    complete ? '' : line(INCOMPLETE),
  ].join('')
}

export const INCOMPLETE = 'There may be more readers: the account has more users and roles than one command looks at.'
