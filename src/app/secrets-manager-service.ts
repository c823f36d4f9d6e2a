import { PageTokens } from '../aws/pagination.ts'
import { serviceOf } from '../identity/service-role.ts'
import { openOnce, sealOnce } from '../seal/aead.ts'
import type { SecretsContext } from '../secrets/context.ts'
import { operations } from '../secrets/operations/index.ts'
import { readAhead } from '../secrets/read-ahead.ts'
import { rateOf } from '../secrets/request-rates.ts'
import { kmsClient } from './kms-service.ts'
import type { Gate } from './perform.ts'
import { rotationRoles } from './rotation-roles.ts'
import { secretPolicies } from './secret-policies.ts'
import { operationsByName, type Service } from './service.ts'
import type { ServiceParts } from './service-parts.ts'

const NOTHING = new Uint8Array()

/** In a rehearsal, nothing is sealed and every value is empty. */
const NO_CIPHER = { seal: () => NOTHING, open: () => NOTHING }

/** Secrets Manager. */
export function secretsManagerService(parts: ServiceParts, kms: Service): Service {
  const tokens = new PageTokens(parts.pageTokens)
  const contexts = new WeakMap<Gate, SecretsContext>()
  const service: Service = {
    signingName: 'secretsmanager',
    protocol: { kind: 'json', targetPrefix: 'secretsmanager.', errorMember: 'Message' },
    windowMinutes: 5,
    operations: operationsByName(operations),
    rateOf,
    contextFor(gate) {
      // All operations that a request performs share what it has read.
      const context = contexts.get(gate) ?? newContext(gate)
      contexts.set(gate, context)
      return context
    },
  }
  const newContext = (gate: Gate): SecretsContext => ({
    scope: { account: gate.call.principal.account, region: gate.call.region },
    service: serviceOf(gate.call.principal),
    now: gate.call.now,
    store: readAhead(parts.secrets),
    kms: kmsClient(gate.via(service), kms),
    cipher: gate.rehearses ? NO_CIPHER : { seal: sealOnce, open: openOnce },
    tokens,
    rotations: parts.rotations,
    rotationRoles: rotationRoles(parts, gate.call.now),
    policies: secretPolicies(gate, parts),
    change: (change) => gate.change(change),
    report: (error) => gate.report(error),
    versionEvents: (event, versions) => gate.versionEvents({ event, ids: versions.map(({ versionId }) => versionId) }),
    afterCommit: (work) => gate.afterCommit(work),
    performItem: (operation, input, id) => gate.passItem(service, operation, input, id),
  })
  return service
}
