import { PageTokens } from '../aws/pagination.ts'
import type { ExplanationContext, Subject } from '../explanations/context.ts'
import { operations } from '../explanations/operations/index.ts'
import type { KmsContext } from '../kms/context.ts'
import { findKey } from '../kms/find-key.ts'
import type { SecretsContext } from '../secrets/context.ts'
import { findSecret } from '../secrets/find-secret.ts'
import type { StsContext } from '../sts/context.ts'
import { roleTarget } from '../sts/role-target.ts'
import type { Gate } from './perform.ts'
import { operationsByName, type Service } from './service.ts'
import type { ServiceParts } from './service-parts.ts'

/** What an ARN means to a service, found as its own operations find it; services that are not here have no policies on what is theirs. */
const finders: Readonly<Record<string, (resource: string, context: unknown) => Promise<FoundTarget>>> = {
  secretsmanager: (resource, context) => findSecret(resource, context as SecretsContext),
  kms: (resource, context) => findKey(resource, context as KmsContext),
  sts: (resource, context) => roleTarget(resource, (context as StsContext).store),
}

type FoundTarget = Omit<Subject, 'exists'> & { readonly value: unknown; readonly unreadable?: Error | undefined }

/** Explanations of what is permitted, which AWS does not have (docs/compatibility.md). */
export function explanationService(parts: ServiceParts, services: readonly Service[]): Service {
  const { identities: store, authorizer, pageTokens } = parts
  const tokens = new PageTokens(pageTokens)
  return {
    signingName: 'coffer',
    protocol: { kind: 'json', targetPrefix: 'Coffer.', errorMember: 'Message' },
    windowMinutes: 5,
    operations: operationsByName(operations),
    contextFor: (gate): ExplanationContext => ({
      caller: gate.call.principal,
      region: gate.call.region,
      now: gate.call.now,
      store,
      authorizer,
      tokens,
      describe: (service, resource) => describe(service, resource, gate, services),
    }),
  }
}

async function describe(
  signingName: string,
  resource: string,
  gate: Gate,
  services: readonly Service[],
): Promise<Subject> {
  const find = resource === '*' || !Object.hasOwn(finders, signingName) ? undefined : finders[signingName]
  const service = services.find((one) => one.signingName === signingName)
  const { account } = gate.call.principal
  if (!find || !service) return { resource, account: accountOf(resource) ?? account, tags: [], exists: true }
  const found = await find(resource, service.contextFor(gate))
  if (found.unreadable) throw found.unreadable
  return { ...found, exists: found.value !== undefined }
}

/** Account in an ARN. */
function accountOf(resource: string): string | undefined {
  return /^arn:[^:]*:[^:]*:[^:]*:(\d{12}):/.exec(resource)?.[1]
}
