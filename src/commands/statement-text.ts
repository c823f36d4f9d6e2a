/** A statement of a policy as answers show it. */
export interface ShownStatement {
  readonly Layer: string
  readonly Policy: string
  readonly Statement: number
  readonly Sid?: string | undefined
  readonly Effect: string
}

/** `identity: statement 1 (ReadTeam) of read-team, Allow` */
export function statementText({ Layer, Policy, Statement, Sid, Effect }: ShownStatement): string {
  return `${Layer}: statement ${Statement}${Sid === undefined ? '' : ` (${Sid})`} of ${Policy}, ${Effect}`
}
