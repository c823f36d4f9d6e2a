import { arnIn } from './identity-arn.ts'
import type { Policy } from './policy.ts'
import { type PrincipalForm, readPrincipal } from './principal-name.ts'
import { JsonError, parseStrictJson } from './strict-json.ts'

/** ARN, in the partition `aws`, of every user and role that a policy names as a principal, excepted ones included, each once: what is bound to unique ids on saving. */
export function namedPrincipals(policy: Policy): readonly string[] {
  return namesOf(policy, ['user', 'role'])
}

/** Unique ids of users and roles that stand in a policy themselves, each once: what an ARN became whose user or role is gone. */
export function namedIds(policy: Policy): readonly string[] {
  return namesOf(policy, ['id'])
}

function namesOf({ statements }: Policy, forms: readonly PrincipalForm[]): readonly string[] {
  const found = new Set<string>()
  for (const { principals } of statements)
    for (const name of principals?.names ?? []) {
      const read = readPrincipal(name)
      if (read && forms.includes(read.form)) found.add(read.value)
    }
  return [...found]
}

/**
 * The text of a policy as AWS shows it: an ARN whose user or role is gone gives way to the unique id it was bound to (security facts 3.2).
 * Everything else keeps its place, white space included.
 *
 * @param replace the id or ARN to show instead of an ARN, which it gets in the partition `aws`; undefined leaves the ARN
 */
export function replacePrincipals(text: string, replace: (arn: string) => string | undefined): string {
  const edits: { start: number; end: number; id: string }[] = []
  try {
    parseStrictJson(text, ({ path, value, start, end }) => {
      if (!isAwsPrincipal(path)) return
      const read = readPrincipal({ type: 'AWS', value })
      const id = read?.form === 'user' || read?.form === 'role' ? replace(read.value) : undefined
      const [, partition = ''] = value.split(':')
      if (id !== undefined) edits.push({ start, end, id: arnIn(partition, id) })
    })
  } catch (error) {
    if (error instanceof JsonError) return text
    throw error
  }
  let shown = ''
  let from = 0
  for (const { start, end, id } of edits) {
    shown += text.slice(from, start) + JSON.stringify(id)
    from = end
  }
  return shown + text.slice(from)
}

/** Whether a path leads to `Statement` (one or a list) / `Principal` or `NotPrincipal` / `AWS` (one or a list). */
function isAwsPrincipal(path: readonly (string | number)[]): boolean {
  const names = path.filter((step) => typeof step === 'string')
  const [statement, element, type] = names
  return (
    names.length === 3 &&
    statement === 'Statement' &&
    (element === 'Principal' || element === 'NotPrincipal') &&
    type === 'AWS'
  )
}
