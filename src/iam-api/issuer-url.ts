import { errors } from './errors.ts'

// One spelling for each issuer: no default port, query, fragment, credentials, escapes, empty or dot segments. A slash at the end is part of the name,
// because it is part of what tokens say.
const HOST = /^(?=.{1,253}$)[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*$/i
/** AWS takes no port; issuers on hardware of one's own often have one. */
const PORT = /^(?!443$)[1-9][0-9]{0,4}$/
const MAX_PORT = 65_535
const SEGMENT = /^(?!\.{1,2}$)[A-Za-z0-9._~!$&'()*+,;=@-]+$/

/**
 * Name of the provider for an issuer's URL: host, in lower case, port and path (security facts 5.5). Throws ValidationError for what cannot be the
 * issuer of tokens.
 */
export function providerName(url: string): string {
  const [, host = '', port, path = ''] = /^https:\/\/([^/:]*)(?::([^/]*))?(.*)$/is.exec(url) ?? []
  const segments = path.split('/').slice(1)
  if (segments.at(-1) === '') segments.pop()
  const goodPort = port === undefined || (PORT.test(port) && Number(port) <= MAX_PORT)
  if (!HOST.test(host) || !goodPort || !segments.every((segment) => SEGMENT.test(segment)))
    throw errors.validation('Invalid Open ID Connect Provider URL')
  return host.toLowerCase() + (port === undefined ? '' : `:${port}`) + path
}
