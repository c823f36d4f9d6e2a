import type { Statement } from './statement.ts'
import type { TrailHead } from './trail.ts'

/** A statement of kind `head` as it is handed out: text and numbers only. */
export function headOf({ installation, number, node, seq, at, keyVersion, detail, ...bytes }: Statement): TrailHead {
  return {
    installation,
    number,
    node,
    seq,
    hash: Buffer.from(bytes.hash).toString('hex'),
    at,
    previous: Buffer.from(bytes.previous).toString('hex'),
    keyVersion,
    signature: Buffer.from(bytes.signature).toString('base64'),
    ...(detail !== 0 && { storeCommits: detail }),
  }
}

/** The statement that a head is. */
export function statementOfHead(head: TrailHead): Statement {
  const { installation, number, node, seq, at, keyVersion, storeCommits = 0 } = head
  return {
    installation,
    number,
    kind: 'head',
    node,
    seq,
    hash: Buffer.from(head.hash, 'hex'),
    at,
    detail: storeCommits,
    previous: Buffer.from(head.previous, 'hex'),
    keyVersion,
    signature: Buffer.from(head.signature, 'base64'),
  }
}
