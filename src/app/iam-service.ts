import { PageTokens } from '../aws/pagination.ts'
import type { IamContext } from '../iam-api/context.ts'
import { operations } from '../iam-api/operations/index.ts'
import { rateOf } from '../iam-api/request-rates.ts'
import { refuseUserSessions } from './refuse-user-sessions.ts'
import { operationsByName, type Service } from './service.ts'
import type { ServiceParts } from './service-parts.ts'

/** IAM: who there is, and which policies they have. */
export function iamService({ identities: store, policies, accessKeys, pageTokens, warn }: ServiceParts): Service {
  const tokens = new PageTokens(pageTokens)
  return {
    signingName: 'iam',
    protocol: { kind: 'query', version: '2010-05-08', namespace: 'https://iam.amazonaws.com/doc/2010-05-08/' },
    windowMinutes: 15,
    isGlobal: true,
    operations: operationsByName(operations),
    rateOf,
    refuses: refuseUserSessions,
    contextFor: (gate): IamContext => ({
      account: gate.call.principal.account,
      caller: gate.call.principal,
      now: gate.call.now,
      store,
      policies,
      accessKeys,
      tokens,
      change: (change) => gate.change(change),
      warn,
    }),
  }
}
