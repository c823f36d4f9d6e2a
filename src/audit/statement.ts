import { createHash } from 'node:crypto'
import { encodePlace } from '../seal/place.ts'
import { NO_HASH } from './chain.ts'

/**
 * What is stated of a node's rows:
 * - `enrolment`: the node belongs to the installation, and its chain begins, or continues after a gap, behind the row that is named;
 * - `head`: the row that is named, and so every row before it, is the node's;
 * - `cut`: the rows up to the one that is named were removed because of their age;
 * - `key`: said of no row: the next version of the key of the trail has this public key. The version before signs it, so that who trusts that one
 *   trusts the next;
 * - `gap`: the rows after the one that is named are missing, and so are the statements between `detail` and this one. The operator has
 *   acknowledged it. The enrolment that follows names the row behind which the chain continues.
 */
export type StatementKind = 'enrolment' | 'head' | 'cut' | 'key' | 'gap'

/**
 * A signed statement on the trail. All statements of an installation form one chain, whatever node they speak of: each covers the one before, so
 * that who trusts a signature trusts all that was stated earlier, also under keys that are gone.
 */
export interface Statement {
  readonly installation: string
  /** Position among the statements, from 1. */
  readonly number: number
  readonly kind: StatementKind
  readonly node: string
  /** The row that it names; 0 for none. */
  readonly seq: number
  /** Hash of that row; of a `key` the public key, raw. */
  readonly hash: Uint8Array
  /** Milliseconds since the epoch. */
  readonly at: number
  /**
   * Of a head: how many commits the store had made (0 in heads from before they were counted). Of a cut: the first statement that is kept. Of a
   * `key`: its version. Of a gap: the last statement before it. Otherwise 0.
   */
  readonly detail: number
  /** Hash of the statement before; zeros for the first. */
  readonly previous: Uint8Array
  /** Version of the keyring's trail key. */
  readonly keyVersion: number
  /** Ed25519. */
  readonly signature: Uint8Array
}

export type UnsignedStatement = Omit<Statement, 'signature'>

const FORMAT = 1
const LABEL = 'coffer/trail/statement'

/** The bytes that are signed. */
export function signedBytes(statement: UnsignedStatement): Buffer {
  const { installation, number, kind, node, seq, hash, at, detail, previous, keyVersion } = statement
  return encodePlace([LABEL, FORMAT, installation, number, kind, node, seq, hash, at, detail, previous, keyVersion])
}

/** The hash by which the next statement covers this one, its signature included. */
export function statementHash(statement: Statement | undefined): Uint8Array {
  if (!statement) return NO_HASH
  return createHash('sha256').update(signedBytes(statement)).update(statement.signature).digest()
}
