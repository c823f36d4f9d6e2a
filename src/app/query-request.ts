import { type AwsError, frameworkError } from '../aws/error.ts'
import type { AnyOperation } from '../aws/operation.ts'
import { wantsJson } from '../aws/query/encode-json.ts'
import { type Form, parseForm } from '../aws/query/form.ts'
import { serviceInScope } from './credential-scope.ts'
import type { ProtocolRequest } from './handle.ts'
import { headerOf, type RequestHead } from './request.ts'
import type { QueryProtocol, Service } from './service.ts'
import { queryWire } from './wire.ts'

const CONTENT_TYPE = /^application\/x-www-form-urlencoded\s*(;|$)/i
/** The service that takes requests nobody signs. */
const UNSIGNED_SERVICE = 'sts'

/** What an open server answers to a GET. */
const IDENTITY_ONLY = 'GetCallerIdentity'
/** Characters of a request that a refusal repeats; ours. */
const MAX_QUOTED = 256

type QueryService = Service & { readonly protocol: QueryProtocol }

/**
 * A request of AWS Query: a form that is posted, or, for STS, a query string. Which service it is for stands in the scope of its signature.
 * Undefined for a request of another protocol, and for a service that is not here.
 *
 * @param open whether anybody is let in: then a web page can send what a browser asks for without a thought, and may learn no more than who it is
 */
export function queryRequest(
  head: RequestHead,
  services: readonly Service[],
  open: boolean,
): ProtocolRequest<Form> | undefined {
  const posted = head.method === 'POST' && CONTENT_TYPE.test(headerOf(head, 'content-type') ?? '')
  const [path, query] = splitUrl(head.url)
  if (path !== '/' || !(posted || (head.method === 'GET' && query !== ''))) return undefined
  const signed = headerOf(head, 'authorization') !== undefined || /(^|&)X-Amz-Algorithm=/.test(query)
  const name = serviceInScope(head) ?? UNSIGNED_SERVICE
  const service = services.find((one) => one.signingName === name && one.protocol?.kind === 'query') as
    | QueryService
    | undefined
  // Nothing but STS is made to be asked by a URL (security facts 1.12).
  if (!service || !(posted || name === UNSIGNED_SERVICE)) return undefined
  return {
    service,
    wire: queryWire(service.protocol, wantsJson(headerOf(head, 'accept')) ? 'json' : 'xml'),
    allowQuery: name === UNSIGNED_SERVICE,
    signed,
    read(body) {
      const form = parseForm(posted ? body : query)
      const operation = operationOf(form, service)
      if (open && !posted && operation.name !== IDENTITY_ONLY)
        throw unknownAction(operation.name, service.protocol.version)
      return { operation, content: form }
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
  throw unknownAction(action, version)
}

function unknownAction(action: string, version = 'NO_VERSION_SPECIFIED'): AwsError {
  const quoted = (text: string) => text.slice(0, MAX_QUOTED)
  return frameworkError('InvalidAction', `Could not find operation ${quoted(action)} for version ${quoted(version)}`)
}

function splitUrl(url: string): readonly [path: string, query: string] {
  const mark = url.indexOf('?')
  return mark < 0 ? [url, ''] : [url.slice(0, mark), url.slice(mark + 1)]
}
