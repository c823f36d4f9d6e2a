import { PageTokens } from '../aws/pagination.ts'
import type { CloudTrailContext } from '../cloudtrail-api/context.ts'
import { operations } from '../cloudtrail-api/operations/index.ts'
import { rateOf } from '../cloudtrail-api/request-rates.ts'
import { operationsByName, type Service } from './service.ts'
import type { ServiceParts } from './service-parts.ts'

/** CloudTrail: who did what. */
export function cloudTrailService({ pageTokens, events }: Pick<ServiceParts, 'pageTokens' | 'events'>): Service {
  const tokens = new PageTokens(pageTokens)
  return {
    signingName: 'cloudtrail',
    protocol: {
      kind: 'json',
      targetPrefix: 'com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.',
      shortPrefix: 'CloudTrail_20131101.',
      errorMember: 'Message',
      failureCode: 'InternalFailure',
    },
    windowMinutes: 5,
    operations: operationsByName(operations),
    rateOf,
    contextFor: ({ call }): CloudTrailContext => ({
      scope: { account: call.principal.account, region: call.region },
      now: call.now,
      tokens,
      events,
    }),
  }
}
