import type { KmsClient } from '../kms/client.ts'
import type { KmsContext } from '../kms/context.ts'
import { findKey } from '../kms/find-key.ts'
import { aliasArn, SECRETS_MANAGER_ALIAS } from '../kms/key.ts'
import type { KeyStore, KmsKey } from '../kms/key-store.ts'
import { decrypt } from '../kms/operations/decrypt.ts'
import { generateDataKey } from '../kms/operations/generate-data-key.ts'
import { ensureServiceKey } from '../kms/service-key.ts'
import type { Gate } from './perform.ts'
import { operationsByName, type Service } from './service.ts'
import { serviceEntry } from './service-entry.ts'
import type { ServiceParts } from './service-parts.ts'

/** KMS: the keys under which secrets are sealed. */
export function kmsService({ keys, material }: ServiceParts): Service {
  const contexts = new WeakMap<Gate, KmsContext>()
  return {
    signingName: 'kms',
    protocol: undefined,
    windowMinutes: 5,
    operations: operationsByName([generateDataKey, decrypt]),
    contextFor(gate) {
      const { principal, region } = gate.call
      const scope = { account: principal.account, region }
      const context = contexts.get(gate) ?? {
        scope,
        via: gate.calledBy,
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

/** KMS for a caller of another service: the same gate, the same caller. */
export function kmsClient(gate: Gate, service: Service, { trail }: Pick<ServiceParts, 'trail'>): KmsClient {
  const context = () => service.contextFor(gate) as KmsContext
  return {
    async generateDataKey(request) {
      const { account, region } = context().scope
      if ([SECRETS_MANAGER_ALIAS, aliasArn(region, account, SECRETS_MANAGER_ALIAS)].includes(request.KeyId)) {
        const at = gate.call.now
        const event = { service: 'kms', operation: 'CreateKey', by: 'secretsmanager', at, account, region }
        await ensureServiceKey(SECRETS_MANAGER_ALIAS, context(), at, (change, arn) =>
          trail.append(serviceEntry({ ...event, arn }), [change]),
        )
      }
      return gate.pass(service, generateDataKey, request)
    },
    decrypt: (request) => gate.pass(service, decrypt, request),
    arnOf: async (keyId) => (await findKey(keyId, context())).value?.arn,
  }
}
