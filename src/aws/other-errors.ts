import { frameworkError } from './error.ts'
import { encodeXmlError } from './query/encode-xml-error.ts'
import { element, escapeText } from './query/xml.ts'

/** The answer to a request for a service that is not here: what its SDK clients show of it is the message. */
export interface OtherError {
  readonly contentType: string
  readonly body: string
  /** Further headers, by name. */
  readonly headers?: Readonly<Record<string, string>>
}

/** What decides in which protocol a request was made. */
export interface OtherRequest {
  /** Signing name of the service. */
  readonly service: string
  readonly contentType: string
}

type Encode = (message: string, requestId: string, request: OtherRequest) => OtherError

/** AWS's code for an operation that a JSON or REST service does not know. No SDK retries it. */
const CODE = 'UnknownOperationException'
const XML_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'

const json: Encode = (message, _, { contentType }) => ({ contentType, body: JSON.stringify({ __type: CODE, message }) })

const restJson: Encode = (message) => ({
  contentType: 'application/json',
  body: JSON.stringify({ message }),
  headers: { 'x-amzn-ErrorType': CODE },
})

const query: Encode = (message, requestId) => ({
  contentType: 'text/xml',
  body: encodeXmlError(frameworkError(CODE, message), { requestId }).body,
})

/** The code as Query services spell it. */
const xmlError = (message: string, more = '') =>
  element('Error', element('Code', 'InvalidAction') + element('Message', escapeText(message)) + more)

const ec2: Encode = (message, requestId) => ({
  contentType: 'text/xml;charset=UTF-8',
  body:
    XML_HEAD + element('Response', element('Errors', xmlError(message)) + element('RequestID', escapeText(requestId))),
})

/** S3 alone has no element around the error. */
const s3: Encode = (message, requestId) => ({
  contentType: 'application/xml',
  body: XML_HEAD + xmlError(message, element('RequestId', escapeText(requestId))),
})

/** Services that are told from others of the same method and content type by their signing name. */
const BY_SERVICE: ReadonlyMap<string, Encode> = new Map([
  ['s3', s3],
  ['s3express', s3],
  ['s3-object-lambda', s3],
  ['s3-outposts', s3],
  ['route53', query],
  ['cloudfront', query],
  ['ec2', ec2],
])

/** The rest, by the media type of the request: AWS JSON, AWS Query; what is left is REST-JSON. */
const BY_CONTENT_TYPE: readonly (readonly [RegExp, Encode])[] = [
  [/^application\/x-amz-json-1\.[01]$/i, json],
  [/^application\/x-www-form-urlencoded$/i, query],
  [/^(?:application|text)\/xml$/i, query],
]

/**
 * An error in the shape of the protocol that a request was made in (Smithy specification, "AWS Protocols"): AWS JSON 1.0 and 1.1, AWS Query,
 * EC2 Query, REST-XML, REST-JSON. REST-XML services but S3 have the errors of AWS Query.
 */
export function otherError(message: string, requestId: string, request: OtherRequest): OtherError {
  const contentType = request.contentType.split(';', 1)[0]?.trim() ?? ''
  const byType = BY_CONTENT_TYPE.find(([pattern]) => pattern.test(contentType))?.[1] ?? restJson
  return (BY_SERVICE.get(request.service) ?? byType)(message, requestId, { ...request, contentType })
}
