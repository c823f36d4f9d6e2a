import type { Trail } from '../audit/trail.ts'
import { PageTokens } from '../aws/pagination.ts'
import type { KmsClient } from '../kms/client.ts'
import type { KmsContext } from '../kms/context.ts'
import { aliasArn, SECRETS_MANAGER_ALIAS } from '../kms/key.ts'
import type { KeyStore, KmsKey } from '../kms/key-store.ts'
import { decrypt } from '../kms/operations/decrypt.ts'
import { generateDataKey } from '../kms/operations/generate-data-key.ts'
import { ensureServiceKey } from '../kms/service-key.ts'
import { openOnce, sealOnce } from '../seal/aead.ts'
import type { Sealer } from '../seal/keyring.ts'
import type { SecretsContext } from '../secrets/context.ts'
import { operations as secretsOperations } from '../secrets/operations/index.ts'
import { readAhead } from '../secrets/read-ahead.ts'
import type { SecretsStore } from '../secrets/secrets-store.ts'
import type { Gate } from './perform.ts'
import { operationsByName, type Service } from './service.ts'
import { serviceEntry } from './service-entry.ts'

export interface ServiceParts {
  readonly secrets: SecretsStore
  readonly keys: KeyStore
  readonly trail: Trail
  /** Opens and seals the material of KMS keys. */
  readonly material: Sealer
  readonly pageTokens: Sealer
}

/** Every service that is reached from outside. */
export function createServices(parts: ServiceParts): readonly Service[] {
  return [secretsManager(parts, kms(parts))]
}

function secretsManager(parts: ServiceParts, kmsService: Service): Service {
  const tokens = new PageTokens(parts.pageTokens)
  const contexts = new WeakMap<Gate, SecretsContext>()
  const service: Service = {
    signingName: 'secretsmanager',
    targetPrefix: 'secretsmanager.',
    errorMember: 'Message',
    windowMinutes: 5,
    operations: operationsByName(secretsOperations),
    contextFor(gate) {
      // All operations that a request performs share what it has read.
      const context = contexts.get(gate) ?? newContext(gate)
      contexts.set(gate, context)
      return context
    },
  }
  const newContext = (gate: Gate): SecretsContext => ({
    scope: { account: gate.call.principal.account, region: gate.call.region },
    now: gate.call.now,
    store: readAhead(parts.secrets),
    kms: kmsClient(gate, kmsService, parts),
    cipher: { seal: sealOnce, open: openOnce },
    tokens,
    change: (change) => gate.change(change),
    report: (error) => gate.report(error),
    afterCommit: (work) => gate.afterCommit(work),
    performItem: (operation, input, id) => gate.passItem(service, operation, input, id),
  })
  return service
}

function kms({ keys, material }: ServiceParts): Service {
  const contexts = new WeakMap<Gate, KmsContext>()
  return {
    signingName: 'kms',
    targetPrefix: undefined,
    errorMember: 'message',
    windowMinutes: 5,
    operations: operationsByName([generateDataKey, decrypt]),
    contextFor(gate) {
      const { principal, region } = gate.call
      const scope = { account: principal.account, region }
      const context = contexts.get(gate) ?? {
        scope,
        keys: rememberKeys(keys),
        material,
        report: (error: Error) => gate.report(error),
      }
      contexts.set(gate, context)
      return context
    },
  }
}

/** The key store, remembering for the length of one request which keys it has found: a batch mostly needs the same one twenty times. */
function rememberKeys(keys: KeyStore): KeyStore {
  const known = new Map<string, KmsKey>()
  return {
    async find(reference) {
      const name = JSON.stringify(reference)
      const key = known.get(name) ?? (await keys.find(reference))
      if (key) known.set(name, key)
      return key
    },
    create: (key, alias) => keys.create(key, alias),
  }
}

/** KMS for a caller of Secrets Manager: the same gate, the same caller. */
function kmsClient(gate: Gate, service: Service, { trail }: ServiceParts): KmsClient {
  return {
    async generateDataKey(request) {
      const context = service.contextFor(gate) as KmsContext
      const { account, region } = context.scope
      if ([SECRETS_MANAGER_ALIAS, aliasArn(region, account, SECRETS_MANAGER_ALIAS)].includes(request.KeyId)) {
        const at = gate.call.now
        const event = { service: 'kms', operation: 'CreateKey', by: 'secretsmanager', at, ...context.scope }
        await ensureServiceKey(SECRETS_MANAGER_ALIAS, context, at, (change, arn) =>
          trail.append(serviceEntry({ ...event, arn }), [change]),
        )
      }
      return gate.pass(service, generateDataKey, request)
    },
    decrypt: (request) => gate.pass(service, decrypt, request),
  }
}
