import { frameworkError } from '../aws/error.ts'
import type { AnyOperation } from '../aws/operation.ts'
import { type Form, parseForm } from '../aws/query/form.ts'
import type { ProtocolRequest } from './handle.ts'
import { headerOf, type RequestHead } from './request.ts'
import type { QueryProtocol, Service } from './service.ts'
import { queryWire } from './wire.ts'

const CONTENT_TYPE = /^application\/x-www-form-urlencoded\s*(;|$)/i
/** The service in a credential scope, in a header or a presigned URL. */
const SCOPE = /Credential=[^/\s,&%]*(?:\/|%2F)[^/\s,&%]*(?:\/|%2F)[^/\s,&%]*(?:\/|%2F)([a-z0-9-]+)(?:\/|%2F)/i
/** The service that takes requests nobody signs. */
const UNSIGNED_SERVICE = 'sts'

type QueryService = Service & { readonly protocol: QueryProtocol }

/**
 * A request of AWS Query: a form that is posted, or a query string. Which service it is for stands in the scope of its signature. Undefined for
 * a request of another protocol, and for a service that is not here.
 */
export function queryRequest(head: RequestHead, services: readonly Service[]): ProtocolRequest<Form> | undefined {
  const posted = head.method === 'POST' && CONTENT_TYPE.test(headerOf(head, 'content-type') ?? '')
  const [path, query] = splitUrl(head.url)
  if (path !== '/' || !(posted || (head.method === 'GET' && query !== ''))) return undefined
  const authorization = headerOf(head, 'authorization')
  const scope = SCOPE.exec(authorization ?? query)?.[1]
  const signed = authorization !== undefined || /(^|&)X-Amz-Algorithm=/.test(query)
  const name = scope ?? UNSIGNED_SERVICE
  const service = services.find((one) => one.signingName === name && one.protocol?.kind === 'query') as
    | QueryService
    | undefined
  if (!service) return undefined
  return {
    service,
    wire: queryWire(service.protocol),
    allowQuery: true,
    signed,
    read(body) {
      const form = parseForm(posted ? body : query)
      return { operation: operationOf(form, service), content: form }
    },
  }
}

/** Throws InvalidAction, as Query services say it. */
function operationOf(form: Form, { operations, protocol }: QueryService): AnyOperation {
  const action = form.get('Action')
  const version = form.get('Version')
  if (action === undefined) throw frameworkError('MissingAction', 'The request must contain the parameter Action.')
  const operation = version === protocol.version ? operations.get(action) : undefined
  if (operation) return operation
  throw frameworkError(
    'InvalidAction',
    `Could not find operation ${action} for version ${version ?? 'NO_VERSION_SPECIFIED'}`,
  )
}

function splitUrl(url: string): readonly [path: string, query: string] {
  const mark = url.indexOf('?')
  return mark < 0 ? [url, ''] : [url.slice(0, mark), url.slice(mark + 1)]
}
