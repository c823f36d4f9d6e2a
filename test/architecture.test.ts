import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join, posix, sep } from 'node:path'
import { describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'

// Harm prevented: one import at a time, everything comes to know everything. Then a policy engine reads the database, an operation reaches a
// key past the gate, a second place holds ciphers that nobody audits, and another engine, another transport or another service cannot be
// added without touching all of them. Who may import whom is said in docs/architecture.md; this program holds the tree to it.

const SRC = fileURLToPath(new URL('../src/', import.meta.url))

/** What a folder may import of the project, itself apart: folders, or single files. A folder that is not here may not exist. */
const layers: Readonly<Record<string, readonly string[]>> = {
  aws: [],
  iam: [],
  seal: [],
  audit: ['aws/', 'seal/'],
  identity: ['aws/', 'iam/', 'seal/', 'audit/'],
  'iam-api': ['aws/', 'iam/', 'seal/', 'identity/'],
  sts: ['aws/', 'iam/', 'seal/', 'identity/'],
  explanations: ['aws/', 'iam/', 'identity/'],
  kms: ['aws/', 'seal/'],
  secrets: ['aws/', 'kms/client.ts'],
  'cloudtrail-api': ['aws/', 'audit/'],
  'keyring-api': ['aws/', 'seal/'],
  rotation: ['aws/', 'seal/'],
  alerts: ['iam/', 'audit/'],
  client: [],
  jobs: ['aws/', 'seal/', 'secrets/', 'kms/', 'keyring-api/', 'rotation/'],
  storage: [
    'aws/change.ts',
    'aws/damaged-row.ts',
    'audit/chain.ts',
    'audit/check-rows.ts',
    'audit/entry.ts',
    'audit/gap.ts',
    'audit/head-signer.ts',
    'audit/retention.ts',
    'audit/statement.ts',
    'audit/trail.ts',
    'audit/trail-head.ts',
    'audit/verify-trail.ts',
    'audit/vouching.ts',
    'audit/lookup/segment.ts',
    'audit/lookup/segment-store.ts',
    'audit/sinks/sink.ts',
    'identity/identity-store.ts',
    'identity/entities.ts',
    'keyring-api/keyring-store.ts',
    'keyring-api/walk.ts',
    'kms/key-store.ts',
    'kms/key.ts',
    'secrets/secrets-store.ts',
    'secrets/secret.ts',
    'secrets/rotation.ts',
    'secrets/rotation-leases.ts',
    'secrets/filters.ts',
  ],
  app: [
    'aws/',
    'iam/',
    'iam-api/',
    'sts/',
    'explanations/',
    'cloudtrail-api/',
    'keyring-api/',
    'seal/',
    'identity/',
    'audit/',
    'secrets/',
    'kms/',
  ],
  http: ['app/', 'log.ts'],
  // The files that join the parts, and the commands, which own the process.
  '': [''],
  commands: [''],
}

/** Modules that only some may import, and the names of them that do no harm anywhere. */
const guarded: readonly { modules: readonly string[]; only: readonly string[]; harmless: readonly string[] }[] = [
  { modules: ['node:sqlite'], only: ['storage/'], harmless: [] },
  { modules: ['pg'], only: ['storage/', 'rotation/built-in/'], harmless: [] },
  { modules: ['mysql2', 'mysql2/promise'], only: ['rotation/built-in/'], harmless: [] },
  // A peer that the server runs without.
  { modules: ['@aws-sdk/client-secrets-manager'], only: ['client/'], harmless: [] },
  {
    modules: ['node:http', 'node:https', 'node:http2', 'node:net'],
    only: ['http/'],
    harmless: ['isIP', 'isIPv4', 'isIPv6'],
  },
  {
    modules: ['node:crypto'],
    only: ['seal/', 'aws/sigv4/'],
    harmless: ['createHash', 'randomBytes', 'randomInt', 'randomUUID', 'X509Certificate'],
  },
]

/** Texts that stand for something only some may do. */
const deeds: readonly { what: string; pattern: RegExp; only: readonly string[]; within?: string }[] = [
  { what: 'reads process.env', pattern: /\bprocess\.env\b|\bimport\.meta\.env\b/, only: ['main.ts', 'config.ts'] },
  {
    what: 'calls process.exit',
    pattern: /\bprocess\.(exit|abort|reallyExit)\b/,
    // A process that cannot go on, and one that is told to stop a second time.
    only: ['commands/run-server.ts', 'commands/stop-signals.ts'],
  },
  { what: 'has a default export', pattern: /^export default\b|\bas default\b/m, only: [] },
  { what: 'loads modules by require', pattern: /\bcreateRequire\b|\brequire\(/, only: [] },
  {
    // Their replicas would fall out of step: `secrets/change-secret.ts` writes both.
    what: 'changes a secret without its replicas',
    pattern: /\bstore\.(create|update)\(/,
    only: [],
    within: 'secrets/operations/',
  },
  {
    // Programs that only read secrets would have to install it.
    what: 'needs more than the SDK of Secrets Manager',
    pattern: /\bfrom '(?!\.|@aws-sdk\/client-secrets-manager')/,
    only: [],
    within: 'client/',
  },
  { what: 'uses the crypto of the web', pattern: /\b(crypto\.subtle|globalThis\.crypto)\b/, only: [] },
]

/** Names that answer no question a newcomer asks. */
const SHAPELESS = /(^|\/)((utils?|commons?|helpers?|misc|shared)(\/|\.ts$)|(services|controllers|repositories)\/)/

interface Import {
  readonly specifier: string
  /** Imported names; undefined for all of a module. */
  readonly names: readonly string[] | undefined
}

/** Every import and re-export of a source text, types included. */
function importsOf(text: string): Import[] {
  const statements = /^\s*(?:import|export)\s+(?:type\s+)?([\w*\s{},$]*?)\s*from\s*['"]([^'"]+)['"]/gm
  const others = /\bimport\s*\(?\s*['"]([^'"]+)['"]/g
  return [
    ...[...text.matchAll(statements)].map(([, clause = '', specifier = '']) => ({ specifier, names: namesIn(clause) })),
    ...[...text.matchAll(others)].map(([, specifier = '']) => ({ specifier, names: undefined })),
  ]
}

function namesIn(clause: string): string[] | undefined {
  const braces = /^\{([^}]*)\}$/.exec(clause.trim())?.[1]
  return braces
    ?.split(',')
    .map(
      (name) =>
        name
          .trim()
          .replace(/^type\s+/, '')
          .split(/\s/)[0] ?? '',
    )
    .filter((name) => name !== '')
}

const withoutComments = (text: string) => text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '$1')
const isUnder = (path: string, places: readonly string[]) =>
  places.some((place) => path === place || ((place.endsWith('/') || place === '') && path.startsWith(place)))
const isTest = (path: string) => path.endsWith('.test.ts')

/** What is wrong with one file of src/. */
function faultsOf(path: string, source: string): string[] {
  const text = withoutComments(source)
  const imports = importsOf(text)
  const folder = path.includes('/') ? (path.split('/')[0] ?? '') : ''
  const faults: string[] = []
  const allowed = layers[folder]
  if (!allowed) return [`${path}: the folder ${folder}/ has no place among the layers`]
  if (SHAPELESS.test(path)) faults.push(`${path}: the name answers no question`)

  const targets = imports.flatMap(({ specifier }) =>
    specifier.startsWith('.') ? [posix.normalize(posix.join(posix.dirname(path), specifier))] : [],
  )
  for (const target of targets) {
    if (target.startsWith('../') && isTest(path)) continue
    if (!target.endsWith('.ts') || target.startsWith('../')) faults.push(`${path}: imports ${target}`)
  }
  // A test that uses the harness, or the files that join the parts, looks at the program from outside.
  const fromOutside = isTest(path) && targets.some((target) => target.startsWith('../') || !target.includes('/'))
  if (!fromOutside)
    for (const target of targets)
      if (!target.startsWith('../') && !isUnder(target, folder === '' ? [''] : [`${folder}/`, ...allowed]))
        faults.push(`${path}: imports ${target}`)

  if (isTest(path)) return faults
  for (const { specifier, names } of imports)
    for (const { modules, only, harmless } of guarded) {
      if (!modules.includes(specifier) || isUnder(path, only)) continue
      const harmful = names ? names.filter((name) => !harmless.includes(name)) : ['all']
      if (harmful.length > 0) faults.push(`${path}: imports ${harmful.join(', ')} of ${specifier}`)
    }
  for (const { what, pattern, only, within = '' } of deeds)
    if (path.startsWith(within) && pattern.test(text) && !isUnder(path, only)) faults.push(`${path}: ${what}`)
  return faults
}

const sources = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts'))
  .map((path) => ({ path: path.split(sep).join('/'), text: readFileSync(join(SRC, path), 'utf8') }))

describe('the tree', () => {
  test('keeps to the rules', () => {
    assert.ok(sources.length > 50)
    assert.deepEqual(
      sources.flatMap(({ path, text }) => faultsOf(path, text)),
      [],
    )
  })

  test('has no exception that nobody needs', () => {
    for (const { what, pattern, only } of deeds)
      for (const path of only) {
        const source = sources.find((one) => one.path === path)
        assert.ok(source, `${path} exists`)
        if (what.startsWith('calls')) assert.match(source.text, pattern, `${path} ${what}`)
      }
  })

  test('has only files whose names are words in lower case with hyphens', () => {
    for (const { path } of sources)
      assert.match(path, /^([a-z0-9]+(-[a-z0-9]+)*\/)*[a-z0-9]+(-[a-z0-9]+)*(\.test)?\.ts$/)
  })
})

describe('the program that checks it', () => {
  const harmful: readonly [path: string, text: string][] = [
    ['aws/arn.ts', "import { now } from '../secrets/secret.ts'"],
    ['aws/arn.ts', "import type { Secret } from '../secrets/secret.ts'"],
    ['iam/evaluate.ts', "export { thing } from '../aws/error.ts'"],
    ['seal/aead.ts', "const error = await import('../aws/error.ts')"],
    ['seal/aead.ts', "import '../aws/error.ts'"],
    ['secrets/find.ts', "import {\n  type KmsKey,\n  other,\n} from '../kms/key-store.ts'"],
    ['secrets/operations/x.ts', "import { decrypt } from '../../kms/operations/decrypt.ts'"],
    ['storage/x.ts', "import { findSecret } from '../secrets/find-secret.ts'"],
    ['storage/x.ts', "import { aead } from '../seal/aead.ts'"],
    ['app/x.ts', "import { SqliteEngine } from '../storage/sqlite.ts'"],
    ['app/x.ts', "import { startHttpServer } from '../http/server.ts'"],
    ['http/x.ts', "import { AwsError } from '../aws/error.ts'"],
    ['secrets/x.ts', "import { log } from '../log.ts'"],
    ['secrets/x.test.ts', "import { key } from '../kms/key.ts'"],
    ['secrets/x.ts', "import { startApp } from '../../test/start-app.ts'"],
    ['secrets/x.ts', "import { y } from './y.js'"],
    ['app/x.ts', "import { DatabaseSync } from 'node:sqlite'"],
    ['app/x.ts', "import { Client } from 'pg'"],
    ['storage/x.ts', "import { createConnection } from 'mysql2/promise'"],
    ['main.ts', "import { DatabaseSync } from 'node:sqlite'"],
    ['main.ts', "import type { Server } from 'node:http'"],
    ['app/x.ts', "import net from 'node:net'"],
    ['kms/x.ts', "import { createCipheriv } from 'node:crypto'"],
    ['kms/x.ts', "import { randomBytes, createHmac as hmac } from 'node:crypto'"],
    ['kms/x.ts', "import * as crypto from 'node:crypto'"],
    ['kms/x.ts', 'const { subtle } = globalThis.crypto'],
    ['http/x.ts', 'const port = process.env.PORT'],
    ['http/x.ts', 'process.exit(1)'],
    ['app/x.ts', 'export default 1'],
    ['client/x.ts', "import { errors } from '../secrets/errors.ts'"],
    ['client/x.ts', "import { randomInt } from 'node:crypto'"],
    ['app/x.ts', "import { createSecretReader } from '../client/create-secret-reader.ts'"],
    ['app/x.ts', "import type { Filter } from '@aws-sdk/client-secrets-manager'"],
    ['secrets/operations/x.ts', 'context.change(context.store.update(secret))'],
    ['utils/x.ts', ''],
    ['app/utils.ts', ''],
    ['app/helpers/x.ts', ''],
    ['app/services/x.ts', ''],
  ]
  for (const [path, text] of harmful)
    test(`finds a fault in ${path}: ${text.replaceAll('\n', ' ')}`, () => assert.equal(faultsOf(path, text).length, 1))

  const harmless: readonly [path: string, text: string][] = [
    ['aws/sigv4/x.ts', "import { createHmac } from 'node:crypto'\nimport { error } from '../error.ts'"],
    ['kms/x.ts', "import { randomBytes, type createHash } from 'node:crypto'"],
    ['secrets/operations/x.ts', "import type { KmsClient } from '../../kms/client.ts'"],
    ['secrets/x.ts', "// import { x } from '../storage/x.ts'\n/* process.exit(1) */"],
    ['secrets/x.ts', "throw new Error('nothing may come from here: process')"],
    ['storage/x.ts', "import { DatabaseSync } from 'node:sqlite'\nimport type { Change } from '../aws/change.ts'"],
    ['storage/x.test.ts', "import { a } from '../seal/aead.ts'\nimport { open } from '../open-installation.ts'"],
    ['aws/x.test.ts', "import { startApp } from '../../test/start-app.ts'\nimport { a } from '../app/perform.ts'"],
    ['http/x.ts', "import { App } from '../app/create-app.ts'\nimport type { Log } from '../log.ts'"],
    ['start-coffer.ts', "import { a } from './storage/sqlite.ts'"],
    ['config.ts', "import { isIP } from 'node:net'"],
    ['client/x.ts', "import type { Filter } from '@aws-sdk/client-secrets-manager'\nimport { y } from './y.ts'"],
    ['iam-api/operations/x.ts', 'change(store.update(user))'],
  ]
  for (const [path, text] of harmless)
    test(`finds none in ${path}: ${text.replaceAll('\n', ' ')}`, () => assert.deepEqual(faultsOf(path, text), []))
})
