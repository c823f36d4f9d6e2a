import type { IncomingMessage, ServerResponse } from 'node:http'

/** Bytes that all bodies which are not yet dealt with may hold together. */
export class BodyBudget {
  readonly #limit: number
  #held = 0

  constructor(limit: number) {
    this.#limit = limit
  }

  /** False when there is no room. */
  take(bytes: number): boolean {
    if (this.#held + bytes > this.#limit) return false
    this.#held += bytes
    return true
  }

  give(bytes: number): void {
    this.#held -= bytes
  }
}

export interface Body {
  readonly bytes: Uint8Array
  /** What it holds of the budget, until it is given back. */
  readonly held: number
}

/** Why a body was not read to its end. */
export type BodyFault = 'too large' | 'no room'

export interface BodyLimits {
  readonly maxBytes: number
  readonly budget: BodyBudget
}

const EMPTY: Body = { bytes: new Uint8Array(), held: 0 }

/** Whether a request announces anything after its head. */
export function hasBody({ headers }: IncomingMessage): boolean {
  const length = headers['content-length']
  return headers['transfer-encoding'] !== undefined || (length !== undefined && Number(length) > 0)
}

/**
 * Reads a body and calls `onEnd` once; never, when the client goes away before.
 *
 * A body that comes in one piece, as nearly all do, is neither copied nor counted: so a few who send large ones slowly cannot keep everybody
 * out. What comes in several is copied together at once, because a thousand pieces of one byte hold a hundred times what they say.
 */
export function readBody(
  request: IncomingMessage,
  response: ServerResponse,
  { maxBytes, budget }: BodyLimits,
  onEnd: (outcome: Body | BodyFault) => void,
): void {
  if (!hasBody(request)) {
    onEnd(EMPTY)
    return
  }
  const announced = Number(request.headers['content-length'])
  let whole: Buffer | undefined
  let gathered: GatheredBytes | undefined
  const settle = (outcome: Body | BodyFault | undefined) => {
    request.off('data', onData).off('end', onDone).off('close', onClose)
    response.off('close', onClose)
    if (outcome === undefined || typeof outcome === 'string') gathered?.release()
    if (outcome !== undefined) onEnd(outcome)
  }
  const onData = (piece: Buffer) => {
    if (piece.length === announced) {
      whole = piece
      return
    }
    gathered ??= new GatheredBytes(Number.isNaN(announced) ? maxBytes : announced, budget)
    const fault = gathered.add(piece)
    if (fault) settle(fault)
  }
  const onDone = () => settle(whole ? { bytes: whole, held: 0 } : (gathered ?? EMPTY))
  const onClose = () => settle(undefined)
  request.on('data', onData).on('end', onDone).on('close', onClose)
  // The request's own `close` does not come once an error of its connection was answered; the answer's need not while another is before it.
  response.on('close', onClose)
}

/** Where a second piece is expected, room for this much is made at once. */
const FIRST_ROOM = 4096

class GatheredBytes implements Body {
  readonly #maxBytes: number
  readonly #budget: BodyBudget
  #room: Buffer = Buffer.alloc(0)
  #length = 0
  /** Bytes taken from the budget. */
  held = 0

  constructor(maxBytes: number, budget: BodyBudget) {
    this.#maxBytes = maxBytes
    this.#budget = budget
  }

  get bytes(): Uint8Array {
    return this.#room.subarray(0, this.#length)
  }

  add(piece: Buffer): BodyFault | undefined {
    const length = this.#length + piece.length
    if (length > this.#maxBytes) return 'too large'
    if (length > this.#room.length && !this.#grow(length)) return 'no room'
    this.#room.set(piece, this.#length)
    this.#length = length
    return undefined
  }

  /** Doubles, so that no byte is copied more than twice on average. */
  #grow(needed: number): boolean {
    const size = Math.min(this.#maxBytes, Math.max(needed, FIRST_ROOM, 2 * this.#room.length))
    if (!this.#budget.take(size - this.held)) return false
    this.held = size
    const room = Buffer.allocUnsafeSlow(size)
    room.set(this.bytes)
    this.#room = room
    return true
  }

  release(): void {
    this.#budget.give(this.held)
    this.held = 0
  }
}
