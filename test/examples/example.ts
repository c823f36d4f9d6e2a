import { askCoffer } from '../ask-coffer.ts'
import type { TestApp } from '../start-app.ts'

export type ServiceName = 'secretsmanager' | 'kms' | 'iam' | 'sts' | 'cloudtrail' | 'coffer'

/** A request as a client could send it to a Coffer that was prepared for it. */
export interface Example {
  readonly service: ServiceName
  readonly operation: string
  readonly input: object
  /** Other than the usual one. */
  readonly region?: string
  /** Name of the error, where Coffer always refuses: what it does not have. */
  readonly refused?: string
}

/** A text that is to stay secret, by what it is. */
export type Secrets = (what: string) => string

/** What became of an example. */
export interface Outcome {
  readonly requestId: string
  readonly output?: object
  /** The error as the SDK throws it. */
  readonly error?: { readonly name: string; readonly message: string }
}

/** Sends an example as the administrator, and returns what was answered. Rejects when nothing was. */
export async function send(app: TestApp, { service, operation, input, region }: Example): Promise<Outcome> {
  if (service === 'coffer') return ask(app, operation, input)
  const config = region === undefined ? {} : { region }
  const clients = {
    secretsmanager: app.clientFor,
    kms: app.kmsFor,
    iam: app.iamFor,
    sts: app.stsFor,
    cloudtrail: app.cloudTrailFor,
  }
  const client = clients[service](config) as unknown as Record<string, (input: object) => Promise<Answer>>
  // The SDK writes operations small: getSecretValue.
  const method = client[operation.charAt(0).toLowerCase() + operation.slice(1)]
  if (!method) throw new Error(`The SDK has no operation ${operation}`)
  try {
    const output = await method.call(client, input)
    return { requestId: output.$metadata.requestId ?? '', output }
  } catch (error) {
    const { requestId } = (error as Partial<Answer>).$metadata ?? {}
    if (requestId === undefined) throw error
    return { requestId, error: error as Error }
  }
}

interface Answer {
  readonly $metadata: { readonly requestId?: string | undefined }
}

async function ask(app: TestApp, operation: string, input: object): Promise<Outcome> {
  const { status, requestId = '', json } = await askCoffer(app, operation, input)
  if (status === 200) return { requestId, output: json }
  return { requestId, error: { name: json.__type, message: json.Message ?? json.message } }
}
