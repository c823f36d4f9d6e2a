import { headerOf, type RequestHead } from './request.ts'

/** An element of a scope, in a header or a presigned URL. Bounded, so that a long header is searched in linear time. */
const ELEMENT = '[^/\\s,&%]{0,128}'
const SLASH = '(?:/|%2F)'
/** The scope of SigV4A, which the SDKs use for multi-Region access points of S3, names no Region. */
const SCOPE = new RegExp(
  `Credential=${ELEMENT}${SLASH}${ELEMENT}${SLASH}(?:${ELEMENT}${SLASH}([a-z0-9-]{1,32})${SLASH}|([a-z0-9-]{1,32})${SLASH}aws4_request)`,
  'i',
)

/** The service that a request was signed for, by its header or its query; undefined for a request without a credential scope. Nothing is verified. */
export function serviceInScope(head: RequestHead): string | undefined {
  const mark = head.url.indexOf('?')
  const [, service, withoutRegion] =
    SCOPE.exec(headerOf(head, 'authorization') ?? (mark < 0 ? '' : head.url.slice(mark))) ?? []
  return service ?? withoutRegion
}
