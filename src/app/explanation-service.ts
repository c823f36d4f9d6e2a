import { PageTokens } from '../aws/pagination.ts'
import type { ExplanationContext, ReadableSecret } from '../explanations/context.ts'
import { errors } from '../explanations/errors.ts'
import { operations } from '../explanations/operations/index.ts'
import type { Role } from '../identity/entities.ts'
import { SECRETS_MANAGER_ALIAS } from '../kms/client.ts'
import type { KmsContext } from '../kms/context.ts'
import type { KmsKey } from '../kms/key-store.ts'
import type { Found } from '../secrets/secrets-store.ts'
import { CallerView } from './caller-view.ts'
import { type KnownAction, knownActions } from './known-actions.ts'
import { ownRateOf } from './own-rates.ts'
import type { Gate } from './perform.ts'
import { refuseUserSessions } from './refuse-user-sessions.ts'
import { Rehearsals } from './rehearsals.ts'
import { operationsByName, type Service } from './service.ts'
import type { ServiceParts } from './service-parts.ts'

/** Grants of a key in which names of sessions are looked for. */
const MAX_GRANTS_SEARCHED = 1_000

/** The services whose calls are explained. */
export interface ExplainedServices {
  readonly secretsManager: Service
  readonly kms: Service
  readonly others: readonly Service[]
}

/** Explanations of what is permitted, which AWS does not have (docs/compatibility.md). */
export function explanationService(parts: ServiceParts, explained: ExplainedServices): Service {
  const { identities: store, authorizer, pageTokens } = parts
  const tokens = new PageTokens(pageTokens)
  const { secretsManager, kms, others } = explained
  const actions = knownActions([secretsManager, kms, ...others])
  return {
    signingName: 'coffer',
    protocol: { kind: 'json', targetPrefix: 'Coffer.', errorMember: 'Message' },
    windowMinutes: 5,
    operations: operationsByName(operations),
    rateOf: ownRateOf,
    refuses: refuseUserSessions,
    contextFor: (gate): ExplanationContext => contextOf(gate, { store, authorizer, tokens }, explained, actions),
  }
}

function contextOf(
  gate: Gate,
  parts: Pick<ExplanationContext, 'store' | 'authorizer' | 'tokens'>,
  { secretsManager, kms }: ExplainedServices,
  actions: ReadonlyMap<string, KnownAction>,
): ExplanationContext {
  const { principal: caller, now } = gate.call
  const { authorizer } = parts
  const view = new CallerView(gate, authorizer)
  const rehearsals = new Rehearsals({ gate, view, actions, kms, authorizer })
  return {
    ...parts,
    caller,
    now,
    rehearse: (attempt) => rehearsals.rehearse(attempt),
    hasTakenAllSteps: () => rehearsals.hasTakenAllSteps,
    async secretToRead(secretId) {
      const secret = await view.look(secretsManager, secretId)
      if (secret && secret.target.account !== caller.account) throw errors.foreignResource(secretId)
      const found = secret?.target.value as Found | undefined
      if (!found) throw errors.noSecret(secretId)
      const keyId = found.current && (found.current.kmsKeyId ?? SECRETS_MANAGER_ALIAS)
      const key = keyId === undefined ? undefined : ((await view.checkKey(kms, keyId)).value as KmsKey | undefined)
      return readable(found, key, kms.contextFor(gate) as KmsContext)
    },
  }
}

async function readable({ secret }: Found, key: KmsKey | undefined, { keys }: KmsContext): Promise<ReadableSecret> {
  const grants = key?.hasGrants ? await keys.grants(key, { limit: MAX_GRANTS_SEARCHED }) : []
  const texts = [
    secret.resourcePolicy?.document ?? '',
    key?.policy?.document ?? '',
    ...grants.map(({ grantee }) => grantee.arn),
  ]
  return {
    arn: secret.arn,
    underCustomerKey: key?.manager === 'CUSTOMER',
    namedSessions: (role) => sessionsIn(texts, role),
  }
}

const SESSION = /arn:aws[a-z-]*:sts::(\d{12}):assumed-role\/([\w+=,.@-]+)\/([\w+=,.@-]+)/g

function sessionsIn(texts: readonly string[], { account, name }: Role): readonly string[] {
  const all = texts.flatMap((text) => [...text.matchAll(SESSION)])
  const ofRole = all.filter(([, owner, role]) => owner === account && role === name)
  return [...new Set(ofRole.map(([, , , session = '']) => session))]
}
