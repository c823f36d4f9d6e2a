import type { CloudTrailRecord } from '../cloudtrail.ts'
import type { TrailHead } from '../trail.ts'

/** A record on its way out of the trail. */
export interface OutgoingRecord {
  readonly record: CloudTrailRecord
  /** The record as JSON, without line breaks. */
  readonly json: string
  /** When it happened, milliseconds since the epoch. */
  readonly at: number
  /** ARN of the secret that it is about, where the request found out. */
  readonly secretArn: string | undefined
  /** For another account than the caller's, beside the same for that (`sharedEventID`). */
  readonly isCopy: boolean
}

/** What is delivered together: records in the trail's order, then heads that cover rows delivered by then. */
export interface Batch {
  readonly records: readonly OutgoingRecord[]
  readonly heads: readonly TrailHead[]
}

/** How far a sink has got. Everything up to here was delivered. */
export interface SinkPosition {
  /** Last row of the trail. */
  readonly seq: number
  /** Last head. */
  readonly head: number
  /** What the sink itself wants to know when it goes on. */
  readonly memory?: string | undefined
}

/**
 * Positions of sinks, each by the sink's name.
 *
 * Guarantees: `save` is durable when it resolves.
 */
export interface SinkPositions {
  find(sink: string): Promise<SinkPosition | undefined>
  save(sink: string, position: SinkPosition): Promise<void>
}

/**
 * Sends a batch, and resolves when the receiver has it for good. Rejects when that is not certain; then it is called again. At the signal it has
 * to end.
 */
export type Send = (signal: AbortSignal) => Promise<void>

/** Where the trail is delivered to. Batches come one after the other; one that could not be sent comes again before the next. */
export interface Sink {
  /** Kind and target, with nothing secret in it: its position belongs to the name. */
  readonly name: string
  /** Where a sink of a new name begins. */
  readonly from: 'beginning' | 'end'
  /** Called once before the first batch; again when it rejects. */
  open?(position: SinkPosition, signal: AbortSignal): Promise<void>
  /** Makes a batch ready, once; undefined where there is nothing to send of it. Called again when it rejects. */
  prepare(batch: Batch): Promise<Send | undefined>
  /** What is kept with the position. */
  memory?(): string | undefined
  close?(): Promise<void>
}

/** A receiver does not take what it is sent; the message is for the operator and holds nothing of its content. */
export class SinkError extends Error {
  override readonly name = 'SinkError'
}
