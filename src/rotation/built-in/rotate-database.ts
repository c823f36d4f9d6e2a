import { FunctionError, type RotationEvent, type Step } from '../rotation-functions.ts'
import { alternateUser } from './alternate-user.ts'
import type { DatabaseEngine, DatabaseSession } from './database-engine.ts'
import { type DatabaseSecret, parseDatabaseSecret } from './database-secret.ts'
import { isReachable, type ReachableHost } from './reachable-hosts.ts'
import type { SecretsClient, VersionOf } from './secrets-client.ts'
import { setAlternatingPassword } from './set-alternating-password.ts'
import { setSinglePassword } from './set-single-password.ts'

/** Whether a secret keeps its user, or takes turns between two, one of which goes on logging in with its previous password. */
export type Users = 'single' | 'alternating'

export interface DatabaseRotationParts {
  readonly engine: DatabaseEngine
  readonly users: Users
  readonly hosts: readonly ReachableHost[]
  readonly secrets: SecretsClient
  /** The value of the secret of a user who may set passwords of others. Rejects with FunctionError where it may not be had. */
  readonly readMaster: (arn: string) => Promise<string>
  readonly event: RotationEvent
  readonly signal: AbortSignal
}

/**
 * One step of the rotation of a secret with the login of a database, by the contract of AWS's templates: every step may be repeated, and one that
 * was done does nothing. Rejects with FunctionError.
 */
export async function rotateDatabase(parts: DatabaseRotationParts): Promise<void> {
  const { SecretId, ClientRequestToken: token, Step } = parts.event
  const stages = await parts.secrets.stages(SecretId)
  const labels = stages[token]
  if (!labels) throw new FunctionError('The version to be rotated does not exist')
  if (labels.includes('AWSCURRENT')) return
  if (!labels.includes('AWSPENDING')) throw new FunctionError('The version to be rotated has lost AWSPENDING')
  const current = Object.keys(stages).find((versionId) => stages[versionId]?.includes('AWSCURRENT'))
  await STEPS[Step](new DatabaseRotation(parts), current)
}

const STEPS: Readonly<Record<Step, (rotation: DatabaseRotation, current: string | undefined) => Promise<void>>> = {
  createSecret: (rotation) => rotation.create(),
  setSecret: (rotation) =>
    rotation.parts.users === 'single' ? setSinglePassword(rotation) : setAlternatingPassword(rotation),
  testSecret: (rotation) => rotation.test(),
  finishSecret: ({ parts: { secrets, event } }, current) =>
    secrets.makeCurrent(event.SecretId, event.ClientRequestToken, current),
}

/** What the steps of one rotation have in common. */
export class DatabaseRotation {
  readonly parts: DatabaseRotationParts

  constructor(parts: DatabaseRotationParts) {
    this.parts = parts
  }

  async current(): Promise<DatabaseSecret> {
    return this.#needed(await this.find({ VersionStage: 'AWSCURRENT' }))
  }

  async pending(): Promise<DatabaseSecret> {
    const VersionId = this.parts.event.ClientRequestToken
    return this.#needed(await this.find({ VersionStage: 'AWSPENDING', VersionId }))
  }

  async find(version: VersionOf): Promise<DatabaseSecret | undefined> {
    const { secrets, event, engine } = this.parts
    const text = await secrets.value(event.SecretId, version)
    return text === undefined ? undefined : parseDatabaseSecret(text, engine)
  }

  async create(): Promise<void> {
    const { secrets, event, users, engine } = this.parts
    const { SecretId, ClientRequestToken: token } = event
    const { user, members } = await this.current()
    if ((await secrets.value(SecretId, { VersionStage: 'AWSPENDING', VersionId: token })) !== undefined) return
    const username = users === 'single' ? user : alternateUser(user, engine.maxUserLength)
    const password = await secrets.newPassword()
    await secrets.putPending(SecretId, token, JSON.stringify({ ...members, username, password }))
  }

  async test(): Promise<void> {
    await using session = await this.logIn(await this.pending())
    if (!session) throw new FunctionError('The new password does not log in')
    await session.check()
  }

  /** Undefined where the password is not the right one. Rejects with FunctionError for a host that nobody has named. */
  async logIn(login: DatabaseSecret): Promise<DatabaseSession | undefined> {
    const { hosts, engine, signal } = this.parts
    if (!isReachable(hosts, login.host, login.port))
      throw new FunctionError('The host of the secret is none that --rotation-host names')
    return engine.logIn(login, signal)
  }

  #needed(secret: DatabaseSecret | undefined): DatabaseSecret {
    if (!secret) throw new FunctionError('The secret has no text to be rotated')
    return secret
  }
}
