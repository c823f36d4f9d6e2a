import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { FunctionError } from '../rotation-functions.ts'
import type { DatabaseEngine } from './database-engine.ts'
import { parseDatabaseSecret } from './database-secret.ts'

const engine: DatabaseEngine = {
  names: ['postgres', 'aurora-postgresql'],
  defaultPort: 5432,
  maxUserLength: 63,
  logIn: async () => undefined,
}
const members = { engine: 'postgres', host: 'DB.example', username: 'app', password: 'horse' }
const parse = (changes: object) => parseDatabaseSecret(JSON.stringify({ ...members, ...changes }), engine)

test('what may be left out has a default', () => {
  assert.deepEqual(parse({}), {
    host: 'db.example',
    port: 5432,
    user: 'app',
    password: 'horse',
    database: undefined,
    encryption: 'preferred',
    masterArn: undefined,
    members,
  })
})

test('members are read, and those of others are kept', () => {
  const masterarn = 'arn:aws:secretsmanager:eu-central-1:111122223333:secret:master-AbCdEf'
  const changes = { port: '5433', dbname: 'shop', database: 'other', ssl: 'true', masterarn, dbClusterIdentifier: 'x' }
  const { port, database, encryption, masterArn, members: kept } = parse(changes)
  assert.deepEqual([port, database, encryption, masterArn], [5433, 'shop', 'required', masterarn])
  assert.deepEqual(kept, { ...members, ...changes })
})

describe('what cannot be used is named, and not repeated', () => {
  const wrong: readonly [member: string, value: unknown][] = [
    ['engine', 'mysql'],
    ['host', undefined],
    ['host', 7],
    ['username', ''],
    ['username', 'a\0b'],
    ['password', null],
    ['port', 'horse'],
    ['port', 65_536],
    ['port', {}],
    ['ssl', 'horse'],
    ['dbname', ['horse']],
    ['masterarn', 'arn:aws:secretsmanager:eu-central-1:111122223333:secret:*'],
  ]
  for (const [member, value] of wrong)
    test(`${member}: ${JSON.stringify(value)}`, () =>
      assert.throws(
        () => parse({ [member]: value }),
        (error) =>
          error instanceof FunctionError &&
          error.message.startsWith(`The secret cannot be used: its member ${member} must be`) &&
          !error.message.includes('horse'),
      ))

  for (const text of ['horse', '"horse"', '[]', 'null', ''])
    test(`a value that is no object: ${text}`, () =>
      assert.throws(() => parseDatabaseSecret(text, engine), {
        name: 'FunctionError',
        message: 'The secret cannot be used: its value must be a JSON object',
      }))
})
