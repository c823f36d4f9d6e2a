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
  const { Missing, DecidedBy, Statements, ResourceExists, Enforced } = explained
  const line = (text: string, lines: Omit<Lines, 'width'> = {}) => paragraph(text, { width, ...lines })
  const item = { indent: 2, hanging: 4 }
  const part = (text: string, items: readonly string[] = []) => `\n${line(text)}${items.join('')}`
  const decided = DecidedBy.map((statement) => line(statementText(statement), item))
  const looked = Statements.map(
    (statement) =>
      line(`${statementText(statement)}: ${fit(statement)}`, item) +
      (statement.Mismatch ? line(`${statement.Mismatch.Part}: ${statement.Mismatch.Detail}`, { indent: 6 }) : ''),
  )
  return [
    Enforced ? '' : `${line(NOT_ENFORCED)}\n`,
    line(verdict(explained, question)),
    // What decided says it all, where something did.
    Missing && decided.length === 0 ? part(`Missing: ${Missing}`) : '',
    ResourceExists !== false
      ? ''
      : part(`There is no such resource in ${question.region}: this is what the policies say of its name.`),
    decided.length > 0 ? part('Decided by', decided) : '',
    looked.length > 0 ? part('Looked at', looked) : part(`No policy concerns ${nameOf(question)}.`),
  ].join('')
}

export const NOT_ENFORCED = 'This Coffer does not enforce policies: this is what they would say if it did.'

/** A statement that names the account alone allows nothing by itself. */
function fit({ Matched, HandsOver, Effect }: Explained['Statements'][number]): string {
  if (!Matched) return 'does not fit'
  return HandsOver && Effect === 'Allow' ? 'fits, and leaves it to the policies of the account' : 'fits'
}

function verdict({ Allowed, Anyone, Reason = '', DecidedOn }: Explained, question: AccessQuestion): string {
  const { action } = question
  if (Anyone) return `ALLOWED: everybody may call ${action}, whatever policies say.`
  // An action without a resource is decided on no more than that.
  const resource = DecidedOn === '*' ? DecidedOn : question.resource
  return Allowed
    ? `ALLOWED: ${nameOf(question)} may call ${action} on ${resource}.`
    : `DENIED: ${nameOf(question)} may not call ${action} on ${resource}, ${Reason}.`
}

/** The ARN without what is the same for everybody: `user/bob`. */
const nameOf = ({ principal }: AccessQuestion) => principal.slice(principal.lastIndexOf(':') + 1)
