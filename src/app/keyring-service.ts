import type { KeyringContext } from '../keyring-api/context.ts'
import { operations } from '../keyring-api/operations/index.ts'
import { ownRateOf } from './own-rates.ts'
import { operationsByName, type Service } from './service.ts'
import type { ServiceParts } from './service-parts.ts'

/** The keyring of the installation, which AWS does not have (docs/compatibility.md). */
export function keyringService({ keyring }: ServiceParts): Service {
  return {
    signingName: 'coffer',
    protocol: { kind: 'json', targetPrefix: 'Coffer.', errorMember: 'Message' },
    windowMinutes: 5,
    operations: operationsByName(operations),
    rateOf: ownRateOf,
    contextFor: (gate): KeyringContext => ({
      ...keyring,
      now: gate.call.now,
      change: (change) => gate.change(change),
      afterCommit: (work) => gate.afterCommit(work),
      report: (error) => gate.report(error),
    }),
  }
}
