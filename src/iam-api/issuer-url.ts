import { errors } from './errors.ts'

// One spelling for each issuer: no port, query, fragment, credentials, escapes, empty or dot segments. A slash at the end is part of the name,
// because it is part of what tokens say.
const HOST = /^(?=.{1,253}$)[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*$/i
const SEGMENT = /^(?!\.{1,2}$)[A-Za-z0-9._~!$&'()*+,;=@-]+$/

/**
 * Name of the provider for an issuer's URL: host, in lower case, and path (security facts 5.5). Throws ValidationError for what cannot be the
 * issuer of tokens.
 */
export function providerName(url: string): string {
  const [, host = '', path = ''] = /^https:\/\/([^/]*)(.*)$/is.exec(url) ?? []
  const segments = path.split('/').slice(1)
  if (segments.at(-1) === '') segments.pop()
  if (!HOST.test(host) || !segments.every((segment) => SEGMENT.test(segment)))
    throw errors.validation('Invalid Open ID Connect Provider URL')
  return host.toLowerCase() + path
}
