import { randomUUID } from 'node:crypto'
import type { Entry } from '../audit/entry.ts'

/** Something that a service does by itself: nobody's request, yet a change of somebody's account. */
export interface ServiceEvent {
  /** Signing name of the service whose operation it is. */
  readonly service: string
  readonly operation: string
  /** Signing name of the service that acts. */
  readonly by: string
  readonly account: string
  readonly region: string
  /** Milliseconds. */
  readonly at: number
  /** Absent where there is no resource with an ARN. */
  readonly arn?: string | undefined
  readonly parameters?: Readonly<Record<string, unknown>> | undefined
}

export function serviceEntry(event: ServiceEvent): Entry {
  const host = `${event.by}.amazonaws.com`
  return {
    v: 1,
    id: randomUUID(),
    at: event.at,
    service: event.service,
    operation: event.operation,
    access: 'write',
    region: event.region,
    caller: { type: 'AWSService', principalId: host, arn: host, account: event.account },
    address: host,
    agent: host,
    arn: event.arn,
    parameters: event.parameters,
  }
}
