import type { App } from './app/create-app.ts'
import { BuiltInRotators } from './rotation/built-in/built-in-rotators.ts'
import type { SignedRequest } from './rotation/built-in/secrets-client.ts'
import { ConfiguredFunctions } from './rotation/configured-functions.ts'
import type { RotationFunctions } from './rotation/rotation-functions.ts'
import type { RotationConfig } from './rotation-config.ts'
import { type RotationCredentialsParts, rotationCredentials } from './rotation-credentials.ts'
import { deliverySigner } from './seal/delivery-signature.ts'

export interface ConfiguredRotationParts extends Omit<RotationCredentialsParts, 'roles'> {
  /** Where clients on this machine reach Coffer, once it listens. */
  readonly listening: Promise<string>
  /** Answers the requests of built-in rotators. */
  readonly app: () => App
}

/** Where requests come from that come from no socket. */
const IN_PROCESS = '127.0.0.1'

/** Rotation functions and built-in rotators as an operator has configured them; their credentials come from here. */
export function configuredRotation(
  { functions, hosts, roles, environment, endpoint, lambdaCredentials, webhookKey }: RotationConfig,
  { listening, app, ...parts }: ConfiguredRotationParts,
): RotationFunctions {
  const send = ({ url, headers, body }: SignedRequest) => {
    const rawHeaders = Object.entries(headers).flat()
    return app().handle({ method: 'POST', url: url.pathname, rawHeaders, address: IN_PROCESS, secure: true }, body)
  }
  return new ConfiguredFunctions({
    targets: functions,
    builtIn: new BuiltInRotators({
      hosts,
      now: parts.now,
      send,
      credentialsFor: (secret, readOnly) => rotationCredentials(secret, { ...parts, roles }, readOnly),
    }),
    environment,
    lambdaCredentials,
    signWebhook: webhookKey === undefined ? undefined : deliverySigner(webhookKey),
    now: parts.now,
    endpoint: endpoint === undefined ? listening : Promise.resolve(endpoint),
    hasCredentials: (account) => parts.open || roles.has(account),
    credentialsFor: (secret) => rotationCredentials(secret, { ...parts, roles }),
  })
}
