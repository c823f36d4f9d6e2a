import { devNull } from 'node:os'
import { fileURLToPath } from 'node:url'
import type { SigningCredentials } from '../aws/sigv4/sign.ts'
import type { DeliverySigner } from '../seal/delivery-signature.ts'
import type { BuiltInRotators } from './built-in/built-in-rotators.ts'
import type { FunctionTarget } from './function-target.ts'
import { invokeHandler } from './invoke-handler.ts'
import { invokeHttp } from './invoke-http.ts'
import { invokeWebhook } from './invoke-webhook.ts'
import type { HostedCall } from './module-host.ts'
import { type FunctionCall, FunctionError, type RotatedSecret, type RotationFunctions } from './rotation-functions.ts'
import { runChild } from './run-child.ts'
import { unlessAborted } from './unless-aborted.ts'

export interface ConfiguredFunctionsParts {
  /** By ARN. */
  readonly targets: ReadonlyMap<string, FunctionTarget>
  /** What some ARNs mean that are not among the targets. */
  readonly builtIn: BuiltInRotators
  /** Variables that functions of this machine get beside their own. */
  readonly environment: Readonly<Record<string, string>>
  /** Signs calls of webhooks; there are none without. */
  readonly signWebhook: DeliverySigner | undefined
  readonly now: () => number
  /** Signs calls of Lambda itself. */
  readonly lambdaCredentials: SigningCredentials | undefined
  /** Where this Coffer is reached. */
  readonly endpoint: Promise<string>
  /** Whether functions of this machine can have credentials for secrets of an account. */
  hasCredentials(account: string): boolean
  /** Temporary credentials for one secret. Throws FunctionError where there can be none. */
  credentialsFor(secret: RotatedSecret): Promise<SigningCredentials>
}

/** Beside this file, in the source as in the build. */
const HOST = fileURLToPath(new URL(import.meta.url.replace(/configured-functions(\.[jt]s)$/, 'module-host$1')))

/** Rotation functions as somebody has configured them. */
export class ConfiguredFunctions implements RotationFunctions {
  readonly #parts: ConfiguredFunctionsParts

  constructor(parts: ConfiguredFunctionsParts) {
    this.#parts = parts
  }

  canInvoke(lambdaArn: string, secret: Pick<RotatedSecret, 'account' | 'region'>): boolean {
    const { targets, builtIn } = this.#parts
    const target = targets.get(lambdaArn)
    if (!target && !builtIn.find(lambdaArn, secret)) return false
    return needsNoCredentials(target) || lambdaArn.startsWith('type:') || this.#parts.hasCredentials(secret.account)
  }

  async invoke(call: FunctionCall, signal: AbortSignal): Promise<void> {
    const { lambdaArn, secret } = call
    const target = this.#parts.targets.get(lambdaArn)
    if (target) return this.#invokeTarget(target, call, signal)
    const rotator = this.#parts.builtIn.find(lambdaArn, secret)
    if (!rotator) throw new FunctionError('The rotation function is not configured any more')
    await this.#parts.builtIn.invoke(rotator, call, signal)
  }

  async #invokeTarget(target: FunctionTarget, call: FunctionCall, signal: AbortSignal): Promise<void> {
    const { lambdaArn, event } = call
    const { lambdaCredentials: credentials, signWebhook: sign, now } = this.#parts
    switch (target.kind) {
      case 'http':
        return invokeHttp({ url: target.url, lambdaArn, event, credentials }, signal)
      case 'webhook':
        if (!sign) throw new FunctionError('Webhooks have no key')
        return invokeWebhook({ url: target.url, event, sign, now: now() }, signal)
      case 'handler':
        return invokeHandler(target.handler, event, signal)
      case 'command': {
        const { program, args } = target
        const environment = await this.#environment(call, signal)
        return runChild({ program, args, environment, input: JSON.stringify(event), answers: false }, signal)
      }
      case 'module': {
        const hosted: HostedCall = { path: target.path, handler: target.handler, lambdaArn, event }
        const environment = await this.#environment(call, signal)
        const input = JSON.stringify(hosted)
        return runChild({ program: process.execPath, args: [HOST], environment, input, answers: true }, signal)
      }
    }
  }

  /** What a function of this machine knows: what one of Lambda would know, and where Coffer is. */
  async #environment({ lambdaArn, secret }: FunctionCall, signal: AbortSignal): Promise<Record<string, string>> {
    const endpoint = await unlessAborted(this.#parts.endpoint, signal)
    const credentials = await this.#parts.credentialsFor(secret)
    const [, , , , , , functionName = lambdaArn] = lambdaArn.split(':')
    return {
      ...this.#parts.environment,
      AWS_LAMBDA_FUNCTION_NAME: functionName,
      AWS_REGION: secret.region,
      AWS_DEFAULT_REGION: secret.region,
      AWS_ACCESS_KEY_ID: credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
      AWS_SESSION_TOKEN: credentials.sessionToken ?? '',
      // AWS's own functions read the first, SDKs the second. The Go SDK reads the third before the second when it asks STS for a role.
      SECRETS_MANAGER_ENDPOINT: endpoint,
      AWS_ENDPOINT_URL: endpoint,
      AWS_ENDPOINT_URL_STS: endpoint,
      // No settings of the person who runs the server.
      AWS_CONFIG_FILE: devNull,
      AWS_SHARED_CREDENTIALS_FILE: devNull,
      AWS_EC2_METADATA_DISABLED: 'true',
    }
  }
}

/** They have credentials of their own. */
function needsNoCredentials(target: FunctionTarget | undefined): boolean {
  return target !== undefined && ['http', 'webhook', 'handler'].includes(target.kind)
}
