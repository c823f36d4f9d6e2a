import type { AnyOperation, Hypothetical, Target } from '../aws/operation.ts'
import { PageTokens } from '../aws/pagination.ts'
import type { ExplanationContext, Subject } from '../explanations/context.ts'
import { operations } from '../explanations/operations/index.ts'
import type { IamContext } from '../iam-api/context.ts'
import { findByArn } from '../iam-api/find-by-arn.ts'
import type { AccessRequest, Authorizer } from '../identity/authorize.ts'
import { accountIn } from '../identity/entities.ts'
import type { EncryptionContext } from '../kms/ciphertext.ts'
import { SECRETS_MANAGER_ALIAS } from '../kms/client.ts'
import { cryptographicConditions } from '../kms/conditions.ts'
import type { KmsContext } from '../kms/context.ts'
import { findKey } from '../kms/find-key.ts'
import { grantedActions } from '../kms/granted-actions.ts'
import type { KmsKey } from '../kms/key-store.ts'
import type { SecretsContext } from '../secrets/context.ts'
import { findSecret } from '../secrets/find-secret.ts'
import type { Found } from '../secrets/secrets-store.ts'
import type { StsContext } from '../sts/context.ts'
import { roleTarget } from '../sts/role-target.ts'
import { kmsCaller } from './kms-service.ts'
import { ownRateOf } from './own-rates.ts'
import type { Gate } from './perform.ts'
import { refuseUserSessions } from './refuse-user-sessions.ts'
import { operationsByName, type Service } from './service.ts'
import type { ServiceParts } from './service-parts.ts'

/** Grants of a key that an explanation looks at. */
const MAX_GRANTS_TOLD = 1_000

const DESCRIBES_KEY = { use: 'look', action: 'kms:DescribeKey' } as const

/** What an ARN or a name means to a service, found as its own operations find it. */
const finders: Readonly<Record<string, (resource: string, context: unknown) => Promise<Target<unknown>>>> = {
  secretsmanager: (resource, context) => findSecret(resource, context as SecretsContext),
  kms: (resource, context) => findKey(resource, DESCRIBES_KEY, context as KmsContext),
  sts: (resource, context) => roleTarget(resource, (context as StsContext).store),
  iam: (resource, context) => findByArn(resource, context as IamContext),
}

/** Actions that show what an explanation would tell of a thing: that it is there, and its tags. */
const DESCRIBING: Readonly<Record<string, string>> = {
  secretsmanager: 'secretsmanager:DescribeSecret',
  kms: 'kms:DescribeKey',
}

/** Explanations of what is permitted, which AWS does not have (docs/compatibility.md). */
export function explanationService(parts: ServiceParts, services: readonly Service[]): Service {
  const { identities: store, authorizer, pageTokens } = parts
  const tokens = new PageTokens(pageTokens)
  return {
    signingName: 'coffer',
    protocol: { kind: 'json', targetPrefix: 'Coffer.', errorMember: 'Message' },
    windowMinutes: 5,
    operations: operationsByName(operations),
    rateOf: ownRateOf,
    refuses: refuseUserSessions,
    contextFor(gate): ExplanationContext {
      const described = new Described(gate, services, authorizer)
      return {
        caller: gate.call.principal,
        region: gate.call.region,
        now: gate.call.now,
        store,
        authorizer,
        tokens,
        describe: (action, resource) => described.describe(action, resource),
        describeKeyOf: (secretId) => described.describeKeyOf(secretId),
      }
    },
  }
}

/** What one request asks about. */
class Described {
  readonly #gate: Gate
  readonly #services: readonly Service[]
  readonly #authorizer: Authorizer

  constructor(gate: Gate, services: readonly Service[], authorizer: Authorizer) {
    this.#gate = gate
    this.#services = services
    this.#authorizer = authorizer
  }

  async describe(action: string, resource: string): Promise<Subject> {
    const [prefix = '', name = ''] = action.split(':')
    const signingName = prefix.toLowerCase()
    const service = this.#services.find((one) => one.signingName === signingName)
    const operation = service?.operations.get(name)
    const anyone = operation?.allowsAnyone
    const { account } = this.#gate.call.principal
    if (!service || resource === '*' || (operation && (await this.#hasNoResource(service, operation))))
      return {
        resource: service ? '*' : resource,
        account: accountIn(resource) ?? account,
        tags: [],
        exists: undefined,
        anyone,
      }
    const found = await this.#asKnown(service, await this.#find(service, resource))
    // Whatever has the name already, a secret is made on the ARN that it would have.
    const conditions = name === 'CreateSecret' ? { 'secretsmanager:Name': resource } : found.conditions
    return { ...found, conditions, anyone }
  }

  async describeKeyOf(secretId: string): Promise<Subject | undefined> {
    const found = (await this.#find(this.#service('secretsmanager'), secretId)).value as Found | undefined
    if (!found?.current) return undefined
    const { secret, current } = found
    const kms = this.#service('kms')
    const own = kms.contextFor(this.#gate) as KmsContext
    const encryptionContext = { SecretARN: secret.arn, SecretVersionId: current.versionId }
    const purpose = { use: 'look', action: 'kms:Decrypt' } as const
    const key = await findKey(current.kmsKeyId ?? SECRETS_MANAGER_ALIAS, purpose, { ...own, via: 'secretsmanager' })
    // The policy of a service's key is the same everywhere. Who may not know that of another key cannot be told who may use it.
    const isCustomers = key.value?.manager === 'CUSTOMER'
    if (isCustomers) this.#authorizer.authorize(this.#describing(kms.signingName, 'kms:DescribeKey', key), key.label)
    const conditions = { ...key.conditions, ...cryptographicConditions(encryptionContext) }
    const granted = key.value && (await grantsOn(key.value, encryptionContext, own))
    return { ...key, conditions, granted, via: 'secretsmanager', exists: key.value !== undefined }
  }

  /** A thing as far as the caller may know it: whoever may read policies may not therefore look at secrets and keys. */
  async #asKnown({ signingName }: Service, found: Target<unknown>): Promise<Subject> {
    const exists = found.value !== undefined
    const action = DESCRIBING[signingName]
    if (action === undefined || this.#authorizer.decide(this.#describing(signingName, action, found)).allowed)
      return { ...found, granted: await this.#grantsOn(signingName, found), exists }
    const { resource, policy, conditions } = asNamed(found)
    return { resource, policy, conditions, account: found.account, tags: [], exists: undefined }
  }

  /** Grants are on keys alone; what is asked about one is asked without an encryption context. */
  async #grantsOn(signingName: string, { value }: Target<unknown>): Promise<Subject['granted']> {
    if (signingName !== 'kms' || value === undefined) return undefined
    return grantsOn(value as KmsKey, {}, this.#service(signingName).contextFor(this.#gate) as KmsContext)
  }

  /** Whether the caller may look at a thing. */
  #describing(service: string, action: string, found: Target<unknown>): AccessRequest {
    const { call } = this.#gate
    return {
      principal: call.principal,
      facts: call,
      service,
      action,
      resource: found.resource,
      account: found.account,
      tags: found.tags,
      policy: found.policy,
      conditions: found.conditions ?? {},
    }
  }

  #service(signingName: string): Service {
    const service = this.#services.find((one) => one.signingName === signingName)
    if (!service) throw new Error(`There is no service ${signingName}`)
    return service
  }

  async #find(service: Service, resource: string): Promise<Target<unknown>> {
    const found = await finders[service.signingName]?.(resource, service.contextFor(this.#gate))
    if (!found) throw new Error(`Nothing finds what ${service.signingName} has`)
    if (found.unreadable) throw found.unreadable
    return found
  }

  /** Such an operation says `*` whatever it is asked for; others cannot say anything about nothing. */
  async #hasNoResource(service: Service, operation: AnyOperation): Promise<boolean> {
    try {
      return (await operation.target({}, service.contextFor(this.#gate))).resource === '*'
    } catch {
      return false
    }
  }
}

/** A thing of which nothing is known but how it was named: of a key that has an alias, not even its ARN. */
function asNamed(found: Target<unknown>): Hypothetical {
  return found.hypothetical ?? found
}

/** The actions that grants on a key give to whoever is asked about; the first grants of a key that has very many. */
async function grantsOn(
  key: KmsKey,
  encryptionContext: EncryptionContext,
  context: KmsContext,
): Promise<Subject['granted']> {
  if (!key.hasGrants) return undefined
  const grants = await context.keys.grants(key, { limit: MAX_GRANTS_TOLD })
  return (principal) => grantedActions(grants, kmsCaller(principal), { encryptionContext })
}
