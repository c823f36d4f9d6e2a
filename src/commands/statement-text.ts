/** A statement of a policy as answers show it. */
export interface ShownStatement {
  readonly Effect: string
  readonly Name: string
}

/** `Allow: statement ReadTeam of policy read-team` */
export function statementText({ Effect, Name }: ShownStatement): string {
  return `${Effect}: ${Name}`
}
