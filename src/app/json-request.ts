import { type AwsError, frameworkError } from '../aws/error.ts'
import type { ProtocolRequest } from './handle.ts'
import { headerOf, type RequestHead } from './request.ts'
import type { JsonProtocol, Service } from './service.ts'
import { jsonWire } from './wire.ts'

const UNKNOWN_OPERATION = 'UnknownOperationException'
const VERSION_TEXT =
  'The content type application/x-amz-json-1.0 is not accepted: requests for this service must have application/x-amz-json-1.1.'
const VERSION_STATUS = 404

const CONTENT_TYPE = /^application\/x-amz-json-1\.([01])\s*(;|$)/i

/**
 * A request of AWS JSON 1.1, or why there is no such request: an unknown operation, or AWS JSON 1.0, which AWS's services of the same framework
 * refuse with 404 as well. undefined for a request of another protocol.
 */
export function jsonRequest(
  head: RequestHead,
  services: readonly Service[],
): ProtocolRequest<Uint8Array> | AwsError | undefined {
  if (head.method !== 'POST' || head.url !== '/') return undefined
  const version = CONTENT_TYPE.exec(headerOf(head, 'content-type') ?? '')?.[1]
  if (version === undefined) return undefined
  if (version === '0') return frameworkError(UNKNOWN_OPERATION, VERSION_TEXT, VERSION_STATUS)
  const name = headerOf(head, 'x-amz-target') ?? ''
  for (const service of services) {
    const { protocol } = service
    if (protocol?.kind !== 'json') continue
    const prefix = prefixOf(protocol, name)
    const operation = prefix === undefined ? undefined : service.operations.get(name.slice(prefix.length))
    if (!operation) continue
    const wire = jsonWire(protocol)
    return { service, wire, operation, allowQuery: false, signed: true, read: (content) => ({ operation, content }) }
  }
  return frameworkError(UNKNOWN_OPERATION)
}

/** What stands before the operation in a target of a service; undefined for the target of another one. */
export function prefixOf({ targetPrefix, shortPrefix }: JsonProtocol, target: string): string | undefined {
  return [targetPrefix, shortPrefix].find((one) => one !== undefined && target.startsWith(one))
}
