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
  kept_from integer not null,
  previous blob not null,
  key_version integer not null,
  signature blob not null
)`

export function statementValues(statement: Statement): { columns: string; values: readonly SqlValue[] } {
  const { number, installation, kind, node, seq, hash, at, keptFrom, previous, keyVersion, signature } = statement
  return {
    columns: 'number, installation, kind, node, seq, hash, at, kept_from, previous, key_version, signature',
    values: [number, installation, kind, node, seq, hash, at, keptFrom, previous, keyVersion, signature],
  }
}

export function statementsIn(trail: DatabaseSync, query: StatementsQuery): Statement[] {
  const { kind, after = 0, newestFirst = false, limit } = query
  const rows = trail
    .prepare(
      `select * from statements where number > ? and (? is null or kind = ?) order by number ${newestFirst ? 'desc' : 'asc'} limit ?`,
    )
    .all(after, kind ?? null, kind ?? null, limit)
  return rows.map(statementOf)
}

/** A statement as it stands in its row, whoever wrote it. */
export function statementOf(row: Readonly<Record<string, unknown>>): Statement {
  return {
    number: Number(row.number),
    installation: String(row.installation),
    kind: String(row.kind) as StatementKind,
    node: String(row.node),
    seq: Number(row.seq),
    hash: bytesOf(row.hash),
    at: Number(row.at),
    keptFrom: Number(row.kept_from),
    previous: bytesOf(row.previous),
    keyVersion: Number(row.key_version),
    signature: bytesOf(row.signature),
  }
}

export const bytesOf = (value: unknown): Uint8Array => (value instanceof Uint8Array ? value : new Uint8Array(0))
