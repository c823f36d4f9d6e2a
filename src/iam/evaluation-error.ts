/** A statement as an error names it. */
interface FailedStatement {
  readonly policy: string
  /** Place in the policy, from 0. */
  readonly statement: number
}

/**
 * Policies that failed while they were evaluated. The message is for the log: it names the policy and the place in the program, and never a value
 * of a request, which the message of the cause could hold.
 */
export class EvaluationError extends Error {
  override readonly name = 'EvaluationError'

  /** @param failed absent when no single statement failed */
  constructor(cause: unknown, failed?: FailedStatement) {
    const what = failed ? `statement ${failed.statement + 1} of policy ${failed.policy}` : 'a set of policies'
    super(`${what} could not be evaluated: ${kindAndPlace(cause)}`)
  }
}

/** Class of an error and the place that threw it, without its message. */
function kindAndPlace(cause: unknown): string {
  if (!(cause instanceof Error)) return `a ${typeof cause} was thrown`
  const { name, message, stack = '' } = cause
  // The message stands at the start of the stack, and may itself have lines that look like places.
  const start = stack.indexOf(message)
  const place = start < 0 ? undefined : /^ +at .+$/m.exec(stack.slice(start + message.length))?.[0].trim()
  return place === undefined ? name : `${name} ${place}`
}
