import { randomBytes } from 'node:crypto'
import type { Entry } from '../../src/audit/entry.ts'
import { createKeyring } from '../../src/seal/keyring.ts'
import type { Version } from '../../src/secrets/secret.ts'
import type { NewSecret, Scope } from '../../src/secrets/secrets-store.ts'
import type { Engine } from '../../src/storage/engine.ts'
import { SqlIdentityStore } from '../../src/storage/identity-store.ts'
import { SqlKeyStore } from '../../src/storage/key-store.ts'
import { SqlSecretsStore } from '../../src/storage/secrets-store.ts'
import { SqlTrail } from '../../src/storage/trail.ts'

/** An empty store of one engine, which a test may close, open again, and write to behind the engine's back. */
export interface EngineUnderTest extends AsyncDisposable {
  /** The engine that is open now. */
  readonly engine: Engine
  /** Closes it, and opens the same store again. */
  reopen(): Promise<Engine>
  /** Runs a statement as somebody would who has the database itself. */
  alter(statement: string): Promise<void>
}

export type OpenEngine = () => Promise<EngineUnderTest>

const mac = createKeyring().authenticator('row-mac')

/** The ports on an engine, all with the same MAC key. */
export function storesOn(engine: Engine) {
  return {
    engine,
    secrets: new SqlSecretsStore(engine, mac),
    keys: new SqlKeyStore(engine, mac),
    identities: new SqlIdentityStore(engine, mac),
    trail: new SqlTrail(engine),
  }
}

export const SCOPE: Scope = { account: '111122223333', region: 'eu-central-1' }
export const NOW = Date.UTC(2026, 5, 15, 12)

let made = 0

/** A secret with a version that carries AWSCURRENT, unless `stages` are given. */
export function newSecret(name: string, attributes: Partial<NewSecret> = {}): NewSecret {
  const { account, region } = { ...SCOPE, ...attributes }
  return {
    account,
    region,
    name,
    arn: `arn:aws:secretsmanager:${region}:${account}:secret:${name}-AbCdEf`,
    stages: new Map([[versionId(name), ['AWSCURRENT']]]),
    createdAt: NOW,
    changedAt: NOW,
    ...attributes,
  }
}

/** A version id that follows from a text. */
export const versionId = (text: string) => `version-${text}`.padEnd(32, '-')

export function newVersion(id: string): Version {
  return {
    versionId: id,
    createdAt: NOW,
    value: { ciphertext: new Uint8Array(randomBytes(80)), dataKey: new Uint8Array(randomBytes(120)), binary: false },
    kmsKeyId: undefined,
    accessedAt: undefined,
  }
}

/** A record that can be told from all others, by its id. */
export function newEntry(id = `entry-${++made}`): Entry {
  return {
    v: 1,
    id,
    at: NOW,
    service: 'secretsmanager',
    operation: 'Test',
    access: 'write',
    region: SCOPE.region,
    caller: { type: 'IAMUser', principalId: 'AIDA', arn: 'arn', account: SCOPE.account },
    address: '127.0.0.1',
    agent: 'test',
  }
}

/** Creates secrets, each with its current version. */
export async function create(stores: ReturnType<typeof storesOn>, ...secrets: readonly NewSecret[]): Promise<void> {
  const changes = secrets.map((secret) => {
    const [current] = secret.stages.keys()
    return stores.secrets.create(secret, ...(current === undefined ? [] : [newVersion(current)]))
  })
  await stores.trail.append(newEntry(), changes)
}

/** A secret that must be there. */
export async function find({ secrets }: ReturnType<typeof storesOn>, name: string) {
  const [found] = await secrets.findMany([{ scope: SCOPE, name }])
  if (!found || !('secret' in found)) throw new Error(`no secret ${name}`)
  return found
}
