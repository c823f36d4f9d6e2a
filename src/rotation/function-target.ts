import type { RotationEvent } from './rotation-functions.ts'

/** A function of this process. Done once it returns, or what it returns resolves; the signal says that nobody waits any more. */
export type RotationHandler = (event: RotationEvent, signal: AbortSignal) => void | Promise<void>

/** What the ARN of a rotation function means. */
export type FunctionTarget =
  /** A program that takes the event as JSON on standard input, and ends with code 0 when the step is done. */
  | { readonly kind: 'command'; readonly program: string; readonly args: readonly string[] }
  /** A Node.js module that exports a handler, as Lambda takes it. */
  | { readonly kind: 'module'; readonly path: string; readonly handler: string }
  /** Something that speaks the Lambda Invoke API: Lambda itself, or what stands in for it. */
  | { readonly kind: 'http'; readonly url: URL }
  /** Something that is posted the event, and does the work with credentials of its own. */
  | { readonly kind: 'webhook'; readonly url: URL }
  | { readonly kind: 'handler'; readonly handler: RotationHandler }

/** Longest that a function may take for one step: that of Lambda. */
export const FUNCTION_MS = 15 * 60_000
