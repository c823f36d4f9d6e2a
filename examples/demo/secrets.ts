import type { SecretsManager, Tag } from '@aws-sdk/client-secrets-manager'

/** A value as a request carries it. */
export type Value = { readonly SecretString: string } | { readonly SecretBinary: Uint8Array }

export interface DemoSecret {
  readonly name: string
  readonly kind: 'text' | 'JSON' | 'binary' | 'no value'
  readonly description: string
  readonly tags: Readonly<Record<string, string>>
  /** Oldest first; each becomes a version. */
  readonly values: readonly Value[]
  /** Label that the newest value carries in place of AWSCURRENT. */
  readonly newestLabel?: string
  readonly markedForDeletion?: boolean
}

const text = (SecretString: string): Value => ({ SecretString })
const json = (content: object): Value => ({ SecretString: JSON.stringify(content) })

/** Bytes that look random and are always the same, so that nobody takes them for a key. */
const bytes = (length: number, seed: number): Value => ({
  SecretBinary: Uint8Array.from({ length }, (_, index) => (seed + index * 89 + (index * index) / 3) & 255),
})

const login = (user: string, pass: string) => json({ user, pass })

const ENVIRONMENTS = { prod: 'production', test: 'test', dev: 'development' } as const
type Environment = keyof typeof ENVIRONMENTS

/** What every environment of the shop has. */
function shop(env: Environment, seed: number): DemoSecret[] {
  const tags = { env, team: 'shop' }
  const where = ENVIRONMENTS[env]
  const make = (name: string, kind: DemoSecret['kind'], description: string, ...values: Value[]): DemoSecret => ({
    name: `${env}/shop/${name}`,
    kind,
    description: `${description} of the ${where} shop`,
    tags,
    values,
  })
  return [
    make('database', 'JSON', 'Database login', login('shop', `demo-${env}-1`), login('shop', `demo-${env}-2`)),
    make('cache', 'text', 'Cache password', text(`demo-cache-${env}`)),
    make('payments', 'text', 'API key for payments', text(`pk_demo_${env}_4242`)),
    make('mail', 'JSON', 'Mail login', login('mail', `demo-mail-${env}`)),
    make('session-key', 'binary', 'Key that signs sessions', bytes(32, seed)),
    make('banner', 'text', 'Greeting', text(`Grüße aus ${where}`)),
  ]
}

function billing(env: Environment, seed: number): DemoSecret[] {
  const tags = { env, team: 'billing' }
  const make = (name: string, kind: DemoSecret['kind'], description: string, ...values: Value[]): DemoSecret => ({
    name: `${env}/billing/${name}`,
    kind,
    description,
    tags,
    values,
  })
  return [
    make('database', 'JSON', 'Database login for invoices', login('bill', `demo-bill-${env}`)),
    make('tax-api', 'text', 'API key for tax rates', text(`tax-demo-${env}`)),
    make('cert', 'binary', 'Certificate for signed invoices, DER', bytes(48, seed)),
  ]
}

const special: DemoSecret[] = [
  {
    name: 'prod/shop/rotating',
    kind: 'JSON',
    description: 'Database login in the middle of a rotation',
    tags: { env: 'prod', team: 'shop' },
    values: [login('rota', 'demo-old'), login('rota', 'demo-now'), login('rota', 'demo-next')],
    newestLabel: 'AWSPENDING',
  },
  {
    name: 'prod/shop/partner',
    kind: 'no value',
    description: 'API key of the new partner, not known yet',
    tags: { env: 'prod', team: 'shop' },
    values: [],
  },
  {
    name: 'prod/shop/old-ftp',
    kind: 'text',
    description: 'Marked for deletion',
    tags: { env: 'prod', team: 'shop' },
    values: [text('demo-ftp')],
    markedForDeletion: true,
  },
]

/** Thirty secrets of every kind. */
export const demoSecrets: readonly DemoSecret[] = [
  ...shop('prod', 17),
  ...billing('prod', 48),
  ...shop('test', 91),
  ...billing('test', 130),
  ...shop('dev', 203),
  ...billing('dev', 7),
  ...special,
]

/** Creates a secret with all its versions, by the calls a client makes; returns its ARN. */
export async function createDemoSecret(client: SecretsManager, secret: DemoSecret): Promise<string> {
  const [first, ...others] = secret.values
  const Tags: Tag[] = Object.entries(secret.tags).map(([Key, Value]) => ({ Key, Value }))
  const created = await client.createSecret({ Name: secret.name, Description: secret.description, Tags, ...first })
  for (const [index, value] of others.entries()) {
    const isNewest = index === others.length - 1
    const VersionStages = isNewest && secret.newestLabel ? [secret.newestLabel] : undefined
    await client.putSecretValue({ SecretId: secret.name, ...value, VersionStages })
  }
  if (secret.markedForDeletion) await client.deleteSecret({ SecretId: secret.name, RecoveryWindowInDays: 7 })
  return created.ARN ?? ''
}
