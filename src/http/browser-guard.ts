import type { IncomingHttpHeaders } from 'node:http'

/**
 * Whether a browser sends this for a web page, which could otherwise reach a Coffer on the loopback address that takes any credentials.
 *
 * There is no exception for the own origin: to a browser, a name that was rebound to our address is the page's own origin, and the request
 * looks the same as one of our own pages would. Only what somebody typed into the address bar (`Sec-Fetch-Site: none`) is let through.
 */
export function comesFromWebPage(headers: IncomingHttpHeaders): boolean {
  const site = headers['sec-fetch-site']
  return headers.origin !== undefined || (site !== undefined && site !== 'none')
}
