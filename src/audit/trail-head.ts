import type { Statement } from './statement.ts'
import type { TrailHead } from './trail.ts'

/** A statement of kind `head` as it is handed out: text only. */
export function headOf({
  installation,
  number,
  node,
  seq,
  hash,
  at,
  previous,
  keyVersion,
  signature,
}: Statement): TrailHead {
  return {
    installation,
    number,
    node,
    seq,
    hash: Buffer.from(hash).toString('hex'),
    at,
    previous: Buffer.from(previous).toString('hex'),
    keyVersion,
    signature: Buffer.from(signature).toString('base64'),
  }
}

/** The statement that a head is. */
export function statementOfHead({
  installation,
  number,
  node,
  seq,
  hash,
  at,
  previous,
  keyVersion,
  signature,
}: TrailHead): Statement {
  return {
    installation,
    number,
    kind: 'head',
    node,
    seq,
    hash: Buffer.from(hash, 'hex'),
    at,
    keptFrom: 0,
    previous: Buffer.from(previous, 'hex'),
    keyVersion,
    signature: Buffer.from(signature, 'base64'),
  }
}
