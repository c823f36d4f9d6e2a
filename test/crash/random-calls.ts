import type { KMS } from '@aws-sdk/client-kms'
import type { BatchGetSecretValueResponse, SecretsManager } from '@aws-sdk/client-secrets-manager'

/** What a client was answered, and which records that must have. */
export interface Answered {
  readonly requestId: string
  readonly operation: string
  /** Secrets of a batch, as they were asked for. */
  readonly ids?: readonly string[]
  /** Those of them that were opened under a key of the customer. */
  readonly opened?: readonly string[]
}

/** What calls are made with. */
export interface Callers {
  readonly client: SecretsManager
  readonly kms: KMS
  /** Somebody who may read secrets of even numbers alone. */
  readonly denied: SecretsManager
}

export const SECRETS = 30
/** Secrets from this number on are under a key of the customer. */
export const FIRST_UNDER_KEY = 20
export const nameOf = (number: number) => `s/${number}`
export const KEY_ALIAS = 'alias/of-customer'

interface Call {
  readonly weight: number
  make(random: Random, callers: Callers): Promise<Answered>
}

/** Integers from 0, the same for the same seed. */
export type Random = (below: number) => number

export function randomFrom(seed: number): Random {
  let state = seed
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

/** One random call. Rejects when it is not answered. */
export function randomCall(random: Random, callers: Callers): Promise<Answered> {
  const call = WEIGHTED[random(WEIGHTED.length)]
  if (!call) throw new Error('There are no calls')
  return call.make(random, callers)
}

const anySecret = (random: Random) => nameOf(random(SECRETS))

const CALLS: readonly Call[] = [
  { weight: 30, make: (random, { client }) => batch(random, client) },
  { weight: 10, make: (random, { denied }) => batch(random, denied) },
  {
    weight: 5,
    make: (random, { client }) => filtered(random, client),
  },
  { weight: 15, make: single('GetSecretValue', (SecretId, { client }) => client.getSecretValue({ SecretId })) },
  { weight: 5, make: single('GetSecretValue', (SecretId, { denied }) => denied.getSecretValue({ SecretId })) },
  {
    weight: 10,
    make: single('PutSecretValue', (SecretId, { client }) => client.putSecretValue({ SecretId, SecretString: 'new' })),
  },
  {
    weight: 5,
    make: single('TagResource', (SecretId, { client }) =>
      client.tagResource({ SecretId, Tags: [{ Key: 'of', Value: SecretId }] }),
    ),
  },
  { weight: 5, make: single('DescribeSecret', (SecretId, { client }) => client.describeSecret({ SecretId })) },
  { weight: 5, make: single('CreateSecret', (Name, { client }) => client.createSecret({ Name })) },
  { weight: 5, make: single('ListSecrets', (_name, { client }) => client.listSecrets({ MaxResults: 1 })) },
  {
    weight: 5,
    make: single('Encrypt', (name, { kms }) => kms.encrypt({ KeyId: KEY_ALIAS, Plaintext: Buffer.from(name) })),
  },
]

const WEIGHTED = CALLS.flatMap((call) => Array.from({ length: call.weight }, () => call))

interface Output {
  readonly $metadata: { readonly requestId?: string | undefined }
}

function single(operation: string, make: (name: string, callers: Callers) => Promise<Output>): Call['make'] {
  return async (random, callers) => ({ operation, requestId: await requestIdOf(make(anySecret(random), callers)) })
}

/** Of an answer, also of one that refuses. */
async function requestIdOf(call: Promise<Output>): Promise<string> {
  const { $metadata } = await call.catch((error: Partial<Output>): Output => {
    if (error.$metadata?.requestId === undefined) throw error
    return { $metadata: error.$metadata }
  })
  return $metadata.requestId ?? ''
}

/** Some are not there, some come twice. */
async function batch(random: Random, client: SecretsManager): Promise<Answered> {
  const SecretIdList = Array.from({ length: 1 + random(20) }, () => nameOf(random(SECRETS + 3)))
  const output = await client.batchGetSecretValue({ SecretIdList })
  return answered(output, SecretIdList)
}

async function filtered(random: Random, client: SecretsManager): Promise<Answered> {
  const Filters = [{ Key: 'name' as const, Values: [nameOf(random(3))] }]
  const output = await client.batchGetSecretValue({ Filters, MaxResults: 1 + random(20) })
  return answered(output, undefined)
}

function answered(output: BatchGetSecretValueResponse & Output, asked: readonly string[] | undefined): Answered {
  const { SecretValues = [], Errors = [], $metadata } = output
  const opened = SecretValues.map(({ ARN = '', Name = '' }) => (asked ? Name : ARN)).filter(isUnderKey)
  const ids = asked ?? SecretValues.map(({ ARN = '' }) => ARN)
  if (ids.length !== SecretValues.length + Errors.length) throw new Error('A secret of a batch was not answered')
  return { requestId: $metadata.requestId ?? '', operation: 'BatchGetSecretValue', ids, opened }
}

function isUnderKey(id: string): boolean {
  return Number(/s\/(\d+)/.exec(id)?.[1]) >= FIRST_UNDER_KEY
}
