import type { Value } from '../aws/shape.ts'
import type { explainAccess } from '../explanations/operations/explain-access.ts'
import { type Lines, paragraph } from './paragraph.ts'
import { statementText } from './statement-text.ts'

export type Explained = Value<NonNullable<(typeof explainAccess)['output']>>

/** What was asked, as it was typed, and in which Region. */
export interface AccessQuestion {
  readonly principal: string
  readonly action: string
  readonly resource: string
  readonly region: string
}

/** An explanation for a person: the answer first, then what decided, then everything that was looked at. */
export function explanationText(explained: Explained, question: AccessQuestion, width: number): string {
  const { Missing, DecidedBy, Statements, ResourceExists } = explained
  const line = (text: string, lines: Omit<Lines, 'width'> = {}) => paragraph(text, { width, ...lines })
  const item = { indent: 2, hanging: 4 }
  const part = (text: string, items: readonly string[] = []) => `\n${line(text)}${items.join('')}`
  const decided = DecidedBy.map((statement) => line(statementText(statement), item))
  const looked = Statements.map(
    (statement) =>
      line(`${statementText(statement)}: ${statement.Matched ? 'fits' : 'does not fit'}`, item) +
      (statement.Mismatch ? line(`${statement.Mismatch.Part}: ${statement.Mismatch.Detail}`, { indent: 6 }) : ''),
  )
  return [
    line(verdict(explained, question)),
    // What decided says it all, where something did.
    Missing && decided.length === 0 ? part(`Missing: ${Missing}`) : '',
    ResourceExists
      ? ''
      : part(`There is no such resource in ${question.region}: this is what the policies say of its name.`),
    decided.length > 0 ? part('Decided by', decided) : '',
    looked.length > 0 ? part('Looked at', looked) : part(`No policy concerns ${nameOf(question)}.`),
  ].join('')
}

function verdict({ Allowed, Reason = '' }: Explained, question: AccessQuestion): string {
  const { action, resource } = question
  return Allowed
    ? `ALLOWED: ${nameOf(question)} may call ${action} on ${resource}.`
    : `DENIED: ${nameOf(question)} may not call ${action} on ${resource}, ${Reason}.`
}

/** The ARN without what is the same for everybody: `user/bob`. */
const nameOf = ({ principal }: AccessQuestion) => principal.slice(principal.lastIndexOf(':') + 1)
