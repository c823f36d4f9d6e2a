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
  const { Missing, DecidedBy, Statements, Further, ResourceExists, Enforced, Anyone } = explained
  const line = (text: string, lines: Omit<Lines, 'width'> = {}) => paragraph(text, { width, ...lines })
  const item = { indent: 2, hanging: 4 }
  const part = (text: string, items: readonly string[] = []) => `\n${line(text)}${items.join('')}`
  const named = (statements: Explained['DecidedBy']) => statements.map((one) => line(statementText(one), item))
  const compared = (statements: Explained['Statements']) =>
    statements.map(
      (one) =>
        line(`${statementText(one)}: ${fit(one)}`, item) +
        (one.Mismatch ? line(`${one.Mismatch.Part}: ${one.Mismatch.Detail}`, { indent: 6 }) : ''),
    )
  const decided = named(DecidedBy)
  const looked = compared(Statements)
  // A denial without a statement that denies is explained by those that come near.
  const further = Further.map((one) =>
    part(furtherText(one, explained), one.DecidedBy.length > 0 ? named(one.DecidedBy) : compared(one.Statements)),
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
    ...further,
    looked.length > 0 ? part('Looked at', looked) : '',
    looked.length > 0 || Anyone ? '' : part(`No policy concerns ${nameOf(question)}.`),
  ].join('')
}

export const NOT_ENFORCED = 'This Coffer does not enforce policies: this is what they would say if it did.'

/** A statement that names the account alone allows nothing by itself. */
function fit({ Matched, HandsOver, Effect }: Explained['Statements'][number]): string {
  if (!Matched) return 'does not fit'
  return HandsOver && Effect === 'Allow' ? 'fits, and leaves it to the policies of the account' : 'fits'
}

/** Another action or resource that the call needs, before the statements that decide about it. */
function furtherText({ Action, Resource, Allowed }: Explained['Further'][number], call: Explained): string {
  const needed = `${Action} on ${Resource}`
  if (Allowed) return `Needs ${needed}, which is allowed by`
  return call.Allowed ? `Goes without ${needed}, which is denied` : `Needs ${needed}, which is denied`
}

function verdict(explained: Explained, question: AccessQuestion): string {
  const { Allowed, Anyone, Reason = '', Refusal, DecidedOn } = explained
  const { action } = question
  if (Anyone) return `ALLOWED: everybody may call ${action}, whatever policies say.`
  // An action without a resource is decided on no more than that.
  const resource = DecidedOn === '*' ? DecidedOn : question.resource
  const call = `call ${action} on ${resource}`
  if (Allowed) return `ALLOWED: ${nameOf(question)} may ${call}.`
  if (Refusal !== undefined)
    return `REFUSED: policies let ${nameOf(question)} ${call}, but the call fails now: ${Refusal}`
  const key = explained.Further.findLast((one) => !one.Allowed)
  return `DENIED: ${nameOf(question)} may not ${call}, ${Reason}${key ? ` on ${key.Resource}` : ''}.`
}

/** The ARN without what is the same for everybody: `user/bob`. */
const nameOf = ({ principal }: AccessQuestion) => principal.slice(principal.lastIndexOf(':') + 1)
