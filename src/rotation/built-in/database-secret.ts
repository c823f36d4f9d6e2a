import { FunctionError } from '../rotation-functions.ts'
import type { DatabaseEngine, Encryption, Login } from './database-engine.ts'

/** The value of a secret as AWS's templates for rotation have it. */
export interface DatabaseSecret extends Login {
  /** Of the secret with which the passwords of alternating users are set. */
  readonly masterArn: string | undefined
  /** All members, so that those of others stay as they are. */
  readonly members: Readonly<Record<string, unknown>>
}

const MAX_PORT = 65_535
/** One secret, and nothing that stands for several. */
const SECRET_ARN = /^arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:\d{12}:secret:[A-Za-z0-9/_+=.@-]+$/

/** Reads the value of a secret. Throws FunctionError, which names the member that is wrong and repeats nothing of the value. */
export function parseDatabaseSecret(text: string, engine: DatabaseEngine): DatabaseSecret {
  const members = objectOf(text)
  const wrong = (member: string, wanted: string) =>
    new FunctionError(`The secret cannot be used: its member ${member} must be ${wanted}`)
  const textOf = (member: string) => {
    const value = members[member]
    if (typeof value !== 'string' || value === '' || value.includes('\0')) throw wrong(member, 'a text')
    return value
  }
  if (!engine.names.includes(textOf('engine'))) throw wrong('engine', engine.names.join(' or '))
  const port = Number(members.port ?? engine.defaultPort)
  if (!Number.isInteger(port) || port < 1 || port > MAX_PORT) throw wrong('port', 'a number of a port')
  const encryption = ENCRYPTION.get(members.ssl)
  if (!encryption) throw wrong('ssl', 'true or false')
  const masterArn = members.masterarn === undefined ? undefined : textOf('masterarn')
  if (masterArn !== undefined && !SECRET_ARN.test(masterArn)) throw wrong('masterarn', 'the ARN of a secret')
  const database = ['dbname', 'database'].find((member) => members[member] !== undefined)
  return {
    host: textOf('host').toLowerCase(),
    port,
    user: textOf('username'),
    password: textOf('password'),
    database: database && textOf(database),
    encryption,
    masterArn,
    members,
  }
}

/** AWS's templates take texts, too. */
const ENCRYPTION: ReadonlyMap<unknown, Encryption> = new Map<unknown, Encryption>([
  [undefined, 'preferred'],
  [true, 'required'],
  ['true', 'required'],
  [false, 'none'],
  ['false', 'none'],
])

function objectOf(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value }
  } catch {
    // What it says may be the secret.
  }
  throw new FunctionError('The secret cannot be used: its value must be a JSON object')
}
