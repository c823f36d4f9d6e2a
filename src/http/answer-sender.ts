import type { ServerResponse } from 'node:http'
import type { Log } from '../log.ts'
import type { RequestQueue } from './request-queue.ts'
import type { UnsentAnswers } from './unsent-answers.ts'

export interface SenderParts {
  readonly unsent: UnsentAnswers<ServerResponse>
  /** Requests that wait for room. */
  readonly queue: RequestQueue
  /** How often to look for clients that do not take their answers, milliseconds. */
  readonly checkMs: number
  readonly log: Log
}

/** Longer answers are sent in pieces of this size, so that it shows how much of them a client has taken. */
const PIECE_BYTES = 64 * 1024

/** Sends the bodies of answers, and cuts off clients that do not take them. */
export class AnswerSender {
  readonly #parts: SenderParts
  readonly #timer: NodeJS.Timeout

  constructor(parts: SenderParts) {
    this.#parts = parts
    this.#timer = setInterval(() => this.#check(), parts.checkMs).unref()
  }

  /**
   * Sends a body, and with it the head if that has not been sent, and ends the answer.
   *
   * @param network of the client
   */
  send(response: ServerResponse, body: string, network: string): void {
    if (body.length > PIECE_BYTES) {
      const bytes = Buffer.from(body)
      this.#follow(response, network, bytes.length)
      this.#sendPieces(response, bytes)
      return
    }
    response.end(body)
    const unsent = response.socket?.writableLength ?? 0
    if (unsent > 0) this.#follow(response, network, unsent)
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  #sendPieces(response: ServerResponse, bytes: Buffer): void {
    if (bytes.length <= PIECE_BYTES) {
      response.end(bytes)
      return
    }
    response.write(bytes.subarray(0, PIECE_BYTES), (error) => {
      if (error || response.destroyed) return
      this.#parts.unsent.taken(response, PIECE_BYTES, performance.now())
      this.#parts.queue.wake()
      this.#sendPieces(response, bytes.subarray(PIECE_BYTES))
    })
  }

  #follow(response: ServerResponse, network: string, bytes: number): void {
    this.#parts.unsent.add(response, network, bytes, performance.now())
    response.once('close', () => {
      this.#parts.unsent.remove(response)
      this.#parts.queue.wake()
    })
  }

  #check(): void {
    const { unsent, queue, log } = this.#parts
    const given = unsent.giveUp(queue.length > 0, performance.now())
    if (given.length === 0) return
    const addresses = [...new Set(given.map(({ socket }) => socket?.remoteAddress))].slice(0, LOGGED_ADDRESSES)
    log.warn({ connections: given.length, addresses }, 'clients that did not take their answers were cut off')
    for (const { socket } of given) socket?.destroy()
    queue.wake()
  }
}

/** Addresses in one log line. */
const LOGGED_ADDRESSES = 10
