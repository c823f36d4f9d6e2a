import { PageTokens } from '../aws/pagination.ts'
import { type Principal, requestPrincipal } from '../identity/principal.ts'
import type { KmsClient } from '../kms/client.ts'
import type { KmsCaller, KmsContext } from '../kms/context.ts'
import { findKey } from '../kms/find-key.ts'
import { aliasArn, SECRETS_MANAGER_ALIAS } from '../kms/key.ts'
import { decrypt } from '../kms/operations/decrypt.ts'
import { encrypt } from '../kms/operations/encrypt.ts'
import { generateDataKey } from '../kms/operations/generate-data-key.ts'
import { operations } from '../kms/operations/index.ts'
import { ensureServiceKey } from '../kms/service-key.ts'
import { keyPolicies } from './key-policies.ts'
import type { Gate } from './perform.ts'
import { operationsByName, type Service } from './service.ts'
import { serviceEntry } from './service-entry.ts'
import type { ServiceParts } from './service-parts.ts'

/** KMS: the keys under which secrets are sealed. */
export function kmsService(parts: ServiceParts): Service {
  const pages = new PageTokens(parts.pageTokens)
  const contexts = new WeakMap<Gate, KmsContext>()
  return {
    signingName: 'kms',
    protocol: {
      kind: 'json',
      targetPrefix: 'TrentService.',
      errorMember: 'message',
      failureCode: 'KMSInternalException',
    },
    windowMinutes: 5,
    operations: operationsByName(operations),
    contextFor(gate) {
      const context = contexts.get(gate) ?? newContext(gate, pages, parts)
      contexts.set(gate, context)
      return context
    },
  }
}

function newContext(gate: Gate, pages: PageTokens, parts: ServiceParts): KmsContext {
  const { principal, region, now } = gate.call
  return {
    scope: { account: principal.account, region },
    caller: kmsCaller(principal),
    now,
    via: gate.calledBy,
    keys: parts.keys,
    found: new Map(),
    material: parts.material,
    tokens: parts.keyTokens,
    pages,
    policies: keyPolicies(gate, parts),
    change: (change) => gate.change(change),
    afterCommit: (work) => gate.afterCommit(work),
    report: (error) => gate.report(error),
  }
}

/** Somebody as grants name him. */
export function kmsCaller(principal: Principal): KmsCaller {
  const { account, arn } = principal
  const { id, roleArn } = requestPrincipal(principal)
  return { account, arn, roleArn, id }
}

/** KMS for a caller of another service: the same gate, the same caller. */
export function kmsClient(gate: Gate, service: Service, { trail }: Pick<ServiceParts, 'trail'>): KmsClient {
  const context = () => service.contextFor(gate) as KmsContext
  const elsewhere = new Map<string, KmsClient>()
  const ensureDefaultKey = async (keyId: string) => {
    const { account, region } = context().scope
    if (![SECRETS_MANAGER_ALIAS, aliasArn(region, account, SECRETS_MANAGER_ALIAS)].includes(keyId)) return
    const at = gate.call.now
    const event = { service: 'kms', operation: 'CreateKey', by: 'secretsmanager', at, account, region }
    await ensureServiceKey(SECRETS_MANAGER_ALIAS, context(), (changes, arn) =>
      trail.append(serviceEntry({ ...event, arn }), changes),
    )
  }
  return {
    in(region) {
      const client = elsewhere.get(region) ?? kmsClient(gate.in(region), service, { trail })
      elsewhere.set(region, client)
      return client
    },
    async generateDataKey(request) {
      await ensureDefaultKey(request.KeyId)
      return whole(await gate.pass(service, generateDataKey, { ...request, KeySpec: 'AES_256' }))
    },
    async encrypt(request) {
      await ensureDefaultKey(request.KeyId)
      return whole(await gate.pass(service, encrypt, request))
    },
    decrypt: async (request) => whole(await gate.pass(service, decrypt, request)),
    arnOf: async (keyId) => (await findKey(keyId, { use: 'look', action: 'kms:DescribeKey' }, context())).value?.arn,
  }
}

/** The model lets every member of an answer be absent; the operations that are asked here answer with all that is read of them. */
function whole<T extends object>(answer: T): { readonly [K in keyof T]-?: NonNullable<T[K]> } {
  return answer as { readonly [K in keyof T]-?: NonNullable<T[K]> }
}
