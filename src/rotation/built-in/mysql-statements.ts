import { FunctionError } from '../rotation-functions.ts'

/** Before anything else: texts below are escaped for this. */
export const PLAIN_MODE = "SET SESSION sql_mode = ''"

const text = (value: string) => `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`

/** An account as it stands in a statement. */
export const accountName = (user: string, from: string) => `${text(user)}@${text(from)}`

/** Of the one who has logged in. MariaDB lets nobody but administrators alter users; MySQL has no PASSWORD() any more. */
export const setOwn = (password: string, isMariaDb: boolean) =>
  isMariaDb ? `SET PASSWORD = PASSWORD(${text(password)})` : `ALTER USER CURRENT_USER() IDENTIFIED BY ${text(password)}`

export const setOther = (account: string, password: string) => `ALTER USER ${account} IDENTIFIED BY ${text(password)}`

export const create = (account: string, password: string) => `CREATE USER ${account} IDENTIFIED BY ${text(password)}`

/**
 * A line of SHOW GRANTS for another account; undefined for one that grants nothing. What follows the account's name, such as the hash of a
 * password or the right to grant, is left out, as AWS's template does.
 */
export function grantTo(grant: string, account: string): string | undefined {
  if (!grant.startsWith('GRANT ')) return undefined
  // Names may hold any text: they are quoted.
  const [, what] = /^((?:`(?:[^`]|``)*`|'(?:[^'\\]|''|\\.)*'|[^`'])*?) TO /s.exec(grant) ?? []
  if (what === undefined) throw new FunctionError('The database grants the user what cannot be understood')
  return `${what} TO ${account}`
}

/** User and host of what CURRENT_USER() says. */
export function splitAccount(name: string): { readonly user: string; readonly from: string } {
  const at = name.lastIndexOf('@')
  return { user: name.slice(0, at), from: name.slice(at + 1) }
}
