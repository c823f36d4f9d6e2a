import type { Hypothetical, Target } from '../aws/operation.ts'
import type { IamContext } from '../iam-api/context.ts'
import { findByArn } from '../iam-api/find-by-arn.ts'
import type { AccessRequest, Authorizer } from '../identity/authorize.ts'
import type { KmsContext } from '../kms/context.ts'
import { findKey } from '../kms/find-key.ts'
import type { SecretsContext } from '../secrets/context.ts'
import { findSecret } from '../secrets/find-secret.ts'
import type { StsContext } from '../sts/context.ts'
import { roleTarget } from '../sts/role-target.ts'
import type { Gate } from './perform.ts'
import type { Service } from './service.ts'

const DESCRIBES_KEY = { use: 'look', action: 'kms:DescribeKey' } as const

/** Finds the resource that an ARN or a name means to a service, as the service's own operations find it. */
const finders: Readonly<Record<string, (resource: string, context: unknown) => Promise<Target<unknown>>>> = {
  secretsmanager: (resource, context) => findSecret(resource, context as SecretsContext),
  kms: (resource, context) => findKey(resource, DESCRIBES_KEY, context as KmsContext),
  sts: (resource, context) => roleTarget(resource, (context as StsContext).store),
  iam: (resource, context) => findByArn(resource, context as IamContext),
}

/** Actions that show what an explanation would tell of a resource: that it exists, its tags, its policy. */
const DESCRIBING: Readonly<Record<string, string>> = {
  secretsmanager: 'secretsmanager:DescribeSecret',
  kms: 'kms:DescribeKey',
}

/** A resource as the caller of an explanation may know it. */
export interface Viewed {
  readonly target: Target<unknown>
  /** False where the caller may not describe it: `target` then is the same whether or not it exists. */
  readonly isKnown: boolean
}

/** What the caller of an explanation may be told of resources. Permission to read policies is no permission to look at secrets and keys. */
export class CallerView {
  readonly #gate: Gate
  readonly #authorizer: Pick<Authorizer, 'authorize' | 'decide'>

  constructor(gate: Gate, authorizer: Pick<Authorizer, 'authorize' | 'decide'>) {
    this.#gate = gate
    this.#authorizer = authorizer
  }

  /** The resource that a text means to a service; undefined for a service without resources of its own. */
  async look(service: Service, resource: string): Promise<Viewed | undefined> {
    const target = await finders[service.signingName]?.(resource, service.contextFor(this.#gate))
    if (!target) return undefined
    if (target.unreadable) throw target.unreadable
    const { signingName } = service
    const action = DESCRIBING[signingName]
    if (action === undefined || this.#authorizer.decide(this.#describing(signingName, action, target)).allowed)
      return { target, isKnown: true }
    const { resource: arn, policy, conditions } = namedOnly(target)
    const { account, label } = target
    return { target: { resource: arn, label, account, policy, conditions, tags: [], value: undefined }, isKnown: false }
  }

  /** Throws AccessDeniedException for a customer's key that the caller may not describe. The policy of a service's key is the same everywhere. */
  async checkKey(kms: Service, keyId: string): Promise<Target<unknown>> {
    const [, , , region = this.#gate.call.region] = keyId.split(':')
    const key = await findKey(keyId, DESCRIBES_KEY, kms.contextFor(this.#gate.in(region)) as KmsContext)
    if (key.value?.manager === 'CUSTOMER')
      this.#authorizer.authorize(this.#describing(kms.signingName, 'kms:DescribeKey', key), key.label)
    return key
  }

  #describing(service: string, action: string, target: Target<unknown>): AccessRequest {
    const { call } = this.#gate
    return {
      principal: call.principal,
      facts: call,
      service,
      action,
      resource: target.resource,
      account: target.account,
      tags: target.tags,
      policy: target.policy,
      granted: target.granted?.includes(action),
      conditions: target.conditions ?? {},
    }
  }
}

/** A resource of which nothing is known but how it was named: of a key that has an alias, not even its ARN. */
function namedOnly(target: Target<unknown>): Hypothetical {
  return target.hypothetical ?? target
}
