import { otherError } from '../aws/other-errors.ts'
import { serviceInScope } from './credential-scope.ts'
import { prefixOf } from './json-request.ts'
import { headerOf, type RequestHead, type Response } from './request.ts'
import type { Service } from './service.ts'
import { response } from './wire.ts'

/** Targets of AWS JSON as most services of AWS name them: `AmazonSSM.GetParameter`, `DynamoDB_20120810.GetItem`. */
const AWS_TARGET = /^((?:Amazon|AWS)\w{1,64}|[A-Za-z]{1,64}_\d{8})\./

/** No SDK retries it, and no client of S3 takes it for the answer that a bucket does not exist. */
const STATUS = 400

/**
 * The refusal of a request for an AWS service that is not here, in a shape that the service's clients can read: programs send it where
 * `AWS_ENDPOINT_URL` redirects every service. undefined for requests that may be for a service that is here.
 */
export function refusalOfOtherService(
  head: RequestHead,
  services: readonly Service[],
  requestId: string,
): Response | undefined {
  const service = serviceInScope(head)?.toLowerCase() ?? serviceInTarget(headerOf(head, 'x-amz-target') ?? '', services)
  if (service === undefined || services.some(({ signingName }) => signingName === service)) return undefined
  const request = { service, contentType: headerOf(head, 'content-type') ?? '' }
  const { contentType, body, headers } = otherError(messageFor(service), requestId, request)
  const answer = response(STATUS, contentType, body, requestId)
  return { ...answer, headers: { ...answer.headers, ...headers } }
}

/** Of an unsigned request: what stands before the operation, unless that is a service which is here. */
function serviceInTarget(target: string, services: readonly Service[]): string | undefined {
  const isHere = services.some(({ protocol }) => protocol?.kind === 'json' && prefixOf(protocol, target) !== undefined)
  return isHere ? undefined : AWS_TARGET.exec(target)?.[1]
}

const messageFor = (service: string) =>
  `This is Coffer, which does not serve the AWS service ${service}. To send only requests for Secrets Manager to Coffer, set AWS_ENDPOINT_URL_SECRETS_MANAGER instead of AWS_ENDPOINT_URL.`
