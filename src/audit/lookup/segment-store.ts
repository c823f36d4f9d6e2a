import type { Segment, Span, Wanted } from './segment.ts'

export interface SegmentQuery extends Wanted {
  /** Only segments with rows before this one. */
  readonly before: number
  /** Segments to look at, at most. */
  readonly limit: number
}

/** The newest segment that is worth a look, or how far was looked in vain. */
export type SegmentAnswer = { readonly span: Span } | { readonly lookedTo: number } | undefined

/**
 * Where segments are kept: derived from the trail, so that all of it may be lost at any time and is made anew.
 *
 * Guarantees: segments that are there follow each other without a gap, up to `newest`.
 */
export interface SegmentStore {
  /** The last one, without its terms. */
  newest(): Promise<Pick<Segment, 'last' | 'print'> | undefined>
  /** Newest first; undefined when there is none any more. */
  find(query: SegmentQuery): Promise<SegmentAnswer>
  /** The one that follows `newest`. */
  add(segment: Segment): Promise<void>
  /** Segments whose rows are all before this one: they have left the trail. */
  forgetBefore(seq: number): Promise<void>
  clear(): Promise<void>
}
