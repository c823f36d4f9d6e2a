import type { ProtocolRequest } from './handle.ts'
import { headerOf, type RequestHead } from './request.ts'
import type { Service } from './service.ts'
import { jsonWire } from './wire.ts'

const CONTENT_TYPE = /^application\/x-amz-json-1\.1\s*(;|$)/i

/** A request of AWS JSON 1.1; undefined for one of another protocol (facts 1.5). */
export function jsonRequest(
  head: RequestHead,
  services: readonly Service[],
): ProtocolRequest<Uint8Array> | 'unknown operation' | undefined {
  if (head.method !== 'POST' || head.url !== '/') return undefined
  if (!CONTENT_TYPE.test(headerOf(head, 'content-type') ?? '')) return undefined
  const name = headerOf(head, 'x-amz-target') ?? ''
  for (const service of services) {
    const { protocol } = service
    if (protocol?.kind !== 'json') continue
    const prefix = [protocol.targetPrefix, protocol.shortPrefix].find(
      (one) => one !== undefined && name.startsWith(one),
    )
    const operation = prefix === undefined ? undefined : service.operations.get(name.slice(prefix.length))
    if (!operation) continue
    const wire = jsonWire(protocol)
    return { service, wire, operation, allowQuery: false, signed: true, read: (content) => ({ operation, content }) }
  }
  return 'unknown operation'
}
