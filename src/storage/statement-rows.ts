import type { DatabaseSync } from 'node:sqlite'
import type { Statement, StatementKind } from '../audit/statement.ts'
import type { StatementsQuery } from './engine.ts'
import type { SqlValue } from './sql.ts'

/** The table of signed statements in the trail's file. */
export const STATEMENTS = `create table statements (
  number integer primary key,
  installation text not null,
  kind text not null,
  node text not null,
  seq integer not null,
  hash blob not null,
  at integer not null,
  detail integer not null,
  previous blob not null,
  key_version integer not null,
  signature blob not null
)`

export function statementValues(statement: Statement): { columns: string; values: readonly SqlValue[] } {
  const { number, installation, kind, node, seq, hash, at, detail, previous, keyVersion, signature } = statement
  return {
    columns: 'number, installation, kind, node, seq, hash, at, detail, previous, key_version, signature',
    values: [number, installation, kind, node, seq, hash, at, detail, previous, keyVersion, signature],
  }
}

export function statementsIn(trail: DatabaseSync, query: StatementsQuery): Statement[] {
  const { kind, after = 0, newestFirst = false, limit } = query
  const statement = trail.prepare(
    `select * from statements where number > ? and (? is null or kind = ?) order by number ${newestFirst ? 'desc' : 'asc'} limit ?`,
  )
  // Integers that no number holds exactly are somebody else's; they must not keep the others from being read.
  statement.setReadBigInts(true)
  return statement.all(after, kind ?? null, kind ?? null, limit).map(statementOf)
}

/** A statement as it stands in its row, whoever wrote it. */
export function statementOf(row: Readonly<Record<string, unknown>>): Statement {
  return {
    number: integerOf(row.number),
    installation: String(row.installation),
    kind: String(row.kind) as StatementKind,
    node: String(row.node),
    seq: integerOf(row.seq),
    hash: bytesOf(row.hash),
    at: integerOf(row.at),
    detail: integerOf(row.detail),
    previous: bytesOf(row.previous),
    keyVersion: integerOf(row.key_version),
    signature: bytesOf(row.signature),
  }
}

/** What Coffer never writes in place of an integer. */
const NO_INTEGER = -1

/** An integer of a row; one that none can have where the column holds anything else, so that nothing else counts as what was hashed or signed. */
export function integerOf(value: unknown): number {
  if (typeof value === 'bigint') return Number(value)
  return Number.isInteger(value) ? (value as number) : NO_INTEGER
}

export const bytesOf = (value: unknown): Uint8Array => (value instanceof Uint8Array ? value : new Uint8Array(0))
