import type { StsContext } from '../sts/context.ts'
import { operations } from '../sts/operations/index.ts'
import { rateOf } from '../sts/request-rates.ts'
import { type WebIdentityInput, webIdentityCaller } from '../sts/web-identity.ts'
import { refuseUserSessions } from './refuse-user-sessions.ts'
import { operationsByName, type Service } from './service.ts'
import type { ServiceParts } from './service-parts.ts'

/** What sessions of users may call, or are refused by their own text (security facts 5.3). */
const OF_USER_SESSIONS: ReadonlySet<string> = new Set(['AssumeRole', 'GetCallerIdentity', 'GetSessionToken'])

/** STS: temporary credentials. */
export function stsService({ identities: store, policies, sessions: tokens, issuerKeys }: ServiceParts): Service {
  return {
    signingName: 'sts',
    protocol: { kind: 'query', version: '2011-06-15', namespace: 'https://sts.amazonaws.com/doc/2011-06-15/' },
    windowMinutes: 15,
    operations: operationsByName(operations),
    rateOf,
    refuses: (principal, operation) => (OF_USER_SESSIONS.has(operation) ? undefined : refuseUserSessions(principal)),
    unsigned: new Map([
      [
        'AssumeRoleWithWebIdentity',
        (input, now) => webIdentityCaller(input as WebIdentityInput, { store, keys: issuerKeys, now }),
      ],
    ]),
    contextFor: ({ call }): StsContext => ({ caller: call.principal, now: call.now, store, policies, tokens }),
  }
}
