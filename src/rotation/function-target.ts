/** What the ARN of a rotation function means. */
export type FunctionTarget =
  /** A program that takes the event as JSON on standard input, and ends with code 0 when the step is done. */
  | { readonly kind: 'command'; readonly program: string; readonly args: readonly string[] }
  /** A Node.js module that exports a handler, as Lambda takes it. */
  | { readonly kind: 'module'; readonly path: string; readonly handler: string }
  /** Something that speaks the Lambda Invoke API: Lambda itself, or what stands in for it. */
  | { readonly kind: 'http'; readonly url: URL }

/** Longest that a function may take for one step: that of Lambda. */
export const FUNCTION_MS = 15 * 60_000
