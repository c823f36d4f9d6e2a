import { AwsError } from '../aws/error.ts'
import { PageTokens } from '../aws/pagination.ts'
import { type Principal, requestPrincipal } from '../identity/principal.ts'
import type { KmsClient } from '../kms/client.ts'
import type { KmsCaller, KmsContext } from '../kms/context.ts'
import { findKey, pretend } from '../kms/find-key.ts'
import { aliasArn, SECRETS_MANAGER_ALIAS } from '../kms/key.ts'
import { decrypt } from '../kms/operations/decrypt.ts'
import { describeKey } from '../kms/operations/describe-key.ts'
import { encrypt } from '../kms/operations/encrypt.ts'
import { generateDataKey } from '../kms/operations/generate-data-key.ts'
import { operations } from '../kms/operations/index.ts'
import { rateOf } from '../kms/request-rates.ts'
import { ensureServiceKey } from '../kms/service-key.ts'
import { keyPolicies } from './key-policies.ts'
import { passAsUse } from './pass-as-use.ts'
import type { Gate } from './perform.ts'
import { operationsByName, type Service } from './service.ts'
import { serviceEntry } from './service-entry.ts'
import type { ServiceParts } from './service-parts.ts'

/** KMS words it its own way (KMS developer guide, "Throttling requests"). */
const THROTTLED_TEXT = 'You have exceeded the rate at which you may call KMS. Reduce the frequency of your calls.'

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
    rateOf,
    throttledText: THROTTLED_TEXT,
    contextFor(gate) {
      const context = contexts.get(gate) ?? newContext(gate, pages, parts)
      contexts.set(gate, context)
      return context
    },
  }
}

function newContext(gate: Gate, pages: PageTokens, parts: ServiceParts): KmsContext {
  const { principal, region, now } = gate.call
  const scope = { account: principal.account, region }
  const event = { service: 'kms', operation: 'CreateKey', by: 'secretsmanager', at: now, ...scope }
  const context: KmsContext = {
    scope,
    caller: kmsCaller(principal),
    now,
    via: gate.calledBy,
    keys: parts.keys,
    found: new Map(),
    material: parts.material,
    tokens: parts.keyTokens,
    pages,
    policies: keyPolicies(gate, parts),
    serviceKey: (alias) =>
      ensureServiceKey(alias, context, async (changes, key) => {
        if (gate.rehearses) pretend(key, alias, context)
        else await parts.trail.append(serviceEntry({ ...event, arn: key.arn }), changes)
      }),
    change: (change) => gate.change(change),
    afterCommit: (work) => gate.afterCommit(work),
    report: (error) => gate.report(error),
  }
  return context
}

/** Somebody as grants name him. */
export function kmsCaller(principal: Principal): KmsCaller {
  const { account, arn } = principal
  const { id, roleArn } = requestPrincipal(principal)
  return { account, arn, roleArn, id }
}

/** KMS for a caller of another service: the same gate, the same caller. */
export function kmsClient(gate: Gate, service: Service): KmsClient {
  const context = () => service.contextFor(gate) as KmsContext
  const elsewhere = new Map<string, KmsClient>()
  const ensureDefaultKey = async (keyId: string) => {
    const { account, region } = context().scope
    if (![SECRETS_MANAGER_ALIAS, aliasArn(region, account, SECRETS_MANAGER_ALIAS)].includes(keyId)) return
    await context().serviceKey(SECRETS_MANAGER_ALIAS)
  }
  return {
    in(region) {
      const client = elsewhere.get(region) ?? kmsClient(gate.in(region), service)
      elsewhere.set(region, client)
      return client
    },
    async generateDataKey(request) {
      await ensureDefaultKey(request.KeyId)
      return whole(await passAsUse(gate, service, generateDataKey, { ...request, KeySpec: 'AES_256' as const }))
    },
    async encrypt(request) {
      await ensureDefaultKey(request.KeyId)
      return whole(await passAsUse(gate, service, encrypt, request))
    },
    decrypt: async (request) => whole(await passAsUse(gate, service, decrypt, request)),
    async arnOf(keyId) {
      const found = await findKey(keyId, { use: 'look', action: 'kms:DescribeKey' }, context())
      if (found.account === context().scope.account) return found.value?.arn
      const shown = gate.pass(service, describeKey, { KeyId: keyId })
      return (await shown.catch(unlessRefused))?.KeyMetadata?.Arn ?? keyId
    },
  }
}

/** Nothing where AWS's API would refuse; throws what is a failure. */
function unlessRefused(error: unknown): undefined {
  if (!(error instanceof AwsError)) throw error
}

/** The model lets every member of an answer be absent; the operations that are asked here answer with all that is read of them. */
function whole<T extends object>(answer: T): { readonly [K in keyof T]-?: NonNullable<T[K]> } {
  return answer as { readonly [K in keyof T]-?: NonNullable<T[K]> }
}
