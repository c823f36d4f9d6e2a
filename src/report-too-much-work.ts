import type { GateParts } from './app/perform.ts'
import type { Log } from './log.ts'

/** Logs each request that is denied because its policies take too many steps of evaluation. */
export function reportTooMuchWork(log: Pick<Log, 'warn'>): GateParts['onTooMuchWork'] {
  return ({ requestId, principal, evaluation }) =>
    log.warn(
      { requestId, caller: principal.arn, maxSteps: evaluation.work.limit },
      'request denied: its policies take more steps of evaluation than a request may; make the policies that apply to this caller smaller',
    )
}
