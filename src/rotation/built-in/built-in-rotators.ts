import type { SigningCredentials } from '../../aws/sigv4/sign.ts'
import { type FunctionCall, FunctionError, type RotatedSecret } from '../rotation-functions.ts'
import { ENGINES } from './engines.ts'
import type { ReachableHost } from './reachable-hosts.ts'
import { rotateDatabase } from './rotate-database.ts'
import { type DatabaseRotator, rotatorOf } from './rotator-arns.ts'
import { SecretsClient, type SecretsClientParts } from './secrets-client.ts'

export interface BuiltInRotatorsParts extends Pick<SecretsClientParts, 'now' | 'send'> {
  /** Databases that may be connected to; without any there are no rotators. */
  readonly hosts: readonly ReachableHost[]
  /** For the rotation of one secret, or for reading the one secret that it names. Rejects with FunctionError where there can be none. */
  credentialsFor(secret: RotatedSecret, readOnly?: string): Promise<SigningCredentials>
}

/** Longest that a step may take: it is a few connections and statements. */
const STEP_MS = 2 * 60_000

/** Rotators of databases in this process. They hold no key: they ask Secrets Manager as anybody does, with credentials of their role. */
export class BuiltInRotators {
  readonly #parts: BuiltInRotatorsParts

  constructor(parts: BuiltInRotatorsParts) {
    this.#parts = parts
  }

  find(arn: string, secret: Pick<RotatedSecret, 'account' | 'region'>): DatabaseRotator | undefined {
    return this.#parts.hosts.length > 0 ? rotatorOf(arn, secret) : undefined
  }

  /** One step. Rejects with FunctionError when it could not be done. */
  async invoke({ engine, users }: DatabaseRotator, call: FunctionCall, stop: AbortSignal): Promise<void> {
    const { secret, event } = call
    const { hosts } = this.#parts
    await rotateDatabase({
      engine: await ENGINES[engine](),
      users,
      hosts,
      secrets: await this.#client(secret),
      readMaster: (arn) => this.#read(secret, arn),
      event,
      signal: AbortSignal.any([stop, AbortSignal.timeout(STEP_MS)]),
    })
  }

  async #client(secret: RotatedSecret, readOnly?: string): Promise<SecretsClient> {
    const { now, send } = this.#parts
    const credentials = await this.#parts.credentialsFor(secret, readOnly)
    return new SecretsClient({ credentials, region: secret.region, now, send })
  }

  async #read(secret: RotatedSecret, arn: string): Promise<string> {
    const value = await (await this.#client(secret, arn)).value(arn, { VersionStage: 'AWSCURRENT' })
    if (value === undefined) throw new FunctionError('The master secret does not exist, or has no text')
    return value
  }
}
