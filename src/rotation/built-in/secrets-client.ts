import { type SigningCredentials, signRequest } from '../../aws/sigv4/sign.ts'
import { FunctionError } from '../rotation-functions.ts'

/** A signed request of Secrets Manager. */
export interface SignedRequest {
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
}

export interface SecretsClientParts {
  readonly credentials: SigningCredentials
  readonly region: string
  readonly now: () => number
  /** Answers as the server answers anybody. */
  readonly send: (request: SignedRequest) => Promise<{ readonly status: number; readonly body: string }>
}

/** Which version is meant. */
export interface VersionOf {
  readonly VersionStage: 'AWSCURRENT' | 'AWSPENDING' | 'AWSPREVIOUS'
  readonly VersionId?: string | undefined
}

interface Answer {
  readonly RotationEnabled?: boolean
  readonly VersionIdsToStages?: Readonly<Record<string, readonly string[]>>
  readonly SecretString?: string
  readonly RandomPassword?: string
}

const ENDPOINT = new URL('http://coffer.internal/')
/** Characters that AWS's templates keep out of passwords: they have a meaning in connection strings and statements. */
const EXCLUDED = '/@"\'\\'
const PASSWORD_LENGTH = 32

/** What a rotation asks of Secrets Manager, signed as anybody would. Every method rejects with FunctionError when it is refused. */
export class SecretsClient {
  readonly #parts: SecretsClientParts

  constructor(parts: SecretsClientParts) {
    this.#parts = parts
  }

  /** The labels of each version of a secret whose rotation is turned on. */
  async stages(SecretId: string): Promise<Readonly<Record<string, readonly string[]>>> {
    const { RotationEnabled, VersionIdsToStages = {} } = await this.#call('DescribeSecret', { SecretId })
    if (RotationEnabled !== true) throw new FunctionError('The rotation of the secret is turned off')
    return VersionIdsToStages
  }

  /** Undefined where there is no such version, or none with a text. */
  async value(SecretId: string, version: VersionOf): Promise<string | undefined> {
    try {
      return (await this.#call('GetSecretValue', { SecretId, ...version })).SecretString
    } catch (error) {
      if (error instanceof Refusal && error.code === 'ResourceNotFoundException') return undefined
      throw error
    }
  }

  async putPending(SecretId: string, ClientRequestToken: string, SecretString: string): Promise<void> {
    await this.#call('PutSecretValue', {
      SecretId,
      ClientRequestToken,
      SecretString,
      VersionStages: ['AWSPENDING'],
    })
  }

  async makeCurrent(SecretId: string, MoveToVersionId: string, RemoveFromVersionId: string | undefined): Promise<void> {
    const versions = { MoveToVersionId, RemoveFromVersionId }
    await this.#call('UpdateSecretVersionStage', { SecretId, VersionStage: 'AWSCURRENT', ...versions })
  }

  async newPassword(): Promise<string> {
    const wanted = { ExcludeCharacters: EXCLUDED, PasswordLength: PASSWORD_LENGTH }
    const { RandomPassword } = await this.#call('GetRandomPassword', wanted)
    if (!RandomPassword) throw new FunctionError('Secrets Manager gave no password')
    return RandomPassword
  }

  async #call(operation: string, input: object): Promise<Answer> {
    const { credentials, region, now, send } = this.#parts
    const body = Buffer.from(JSON.stringify(input))
    const headers = {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': `secretsmanager.${operation}`,
      'user-agent': 'coffer-rotation',
    }
    const request = { method: 'POST', url: ENDPOINT, headers, body }
    const signed = signRequest(request, { credentials, service: 'secretsmanager', region, now: now() })
    const { status, body: answer } = await send({ url: ENDPOINT, headers: signed, body })
    const content = JSON.parse(answer)
    if (status !== 200) throw new Refusal(operation, String(content.__type).replace(/^.*#/, ''))
    return content
  }
}

/** Secrets Manager did not do it. */
class Refusal extends FunctionError {
  readonly code: string

  constructor(operation: string, code: string) {
    super(`Secrets Manager refused ${operation}: ${code}`)
    this.code = code
  }
}
