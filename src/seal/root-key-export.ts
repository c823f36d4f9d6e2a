import { createHash, randomBytes, scrypt } from 'node:crypto'
import { OpenError, openOnce, sealOnce } from './aead.ts'
import { KEY_BYTES } from './mac.ts'
import { passphraseFault } from './new-passphrase.ts'
import type { Place } from './place.ts'
import { rootKeyFingerprint } from './root-key.ts'
import { RootKeyError } from './root-key-error.ts'

const VERSION = 1
const LABEL = 'coffer/root-key-export'
const BEGIN = '-----BEGIN COFFER ROOT KEY-----'
const END = '-----END COFFER ROOT KEY-----'
const SALT_BYTES = 32

/** 128 MB and about half a second for each guess. */
const COST: Cost = { N: 2 ** 17, r: 8, p: 1 }

/** The most that a text may ask of us: scrypt needs 128 · N · r bytes, and time in proportion to p. */
const MAX_SCRYPT_BYTES = 512 * 1024 * 1024
const MAX_PARALLEL = 4
/** With smaller blocks scrypt itself limits N. */
const MIN_BLOCK = 8
const MAX_TEXT_CHARACTERS = 2048

interface Cost {
  N: number
  r: number
  p: number
}

interface Export {
  fingerprint: string
  cost: Cost
  salt: Buffer
  sealed: Buffer
}

/**
 * A root key as a block of text that a passphrase opens, to be kept apart from the installation. The fingerprint stands
 * in it readably. The key that scrypt makes of passphrase and fresh salt is used once, for this text.
 */
export async function exportRootKey(bytes: Uint8Array, passphrase: string): Promise<string> {
  const fault = passphraseFault(passphrase)
  if (fault) throw new RootKeyError('passphrase', `Cannot export the root key: ${fault}`)
  const header = { fingerprint: rootKeyFingerprint(bytes), cost: COST, salt: randomBytes(SALT_BYTES) }
  const key = await deriveKey(passphrase, header)
  try {
    return formatExport({ ...header, sealed: sealOnce(key, bytes, placeOf(header)) })
  } finally {
    key.fill(0)
  }
}

/** The root key in a text of `exportRootKey`; throws RootKeyError. */
export async function importRootKey(text: string, passphrase: string): Promise<Buffer> {
  const found = parseExport(text)
  const key = await deriveKey(passphrase, found)
  try {
    const bytes = openOnce(key, found.sealed, placeOf(found))
    // Only who knows the passphrase can have written such a text.
    const genuine = bytes.byteLength === KEY_BYTES && rootKeyFingerprint(bytes) === found.fingerprint
    if (!genuine) throw malformed(`the key is not the one of fingerprint ${found.fingerprint}`)
    return bytes
  } catch (error) {
    if (!(error instanceof OpenError)) throw error
    throw new RootKeyError(
      'passphrase',
      `Cannot import the root key: the passphrase does not open the export of ${found.fingerprint}`,
    )
  } finally {
    key.fill(0)
  }
}

/** The same passphrase typed on another system may come as other code points; NFKC makes them one. */
function deriveKey(passphrase: string, { salt, cost }: Pick<Export, 'salt' | 'cost'>): Promise<Buffer> {
  // OpenSSL counts a little more than the formula says.
  const maxmem = scryptBytes(cost) + 128 * cost.r * cost.p + 1024 * 1024
  return new Promise((resolve, reject) => {
    scrypt(passphrase.normalize('NFKC'), salt, KEY_BYTES, { ...cost, maxmem }, (error, key) =>
      error ? reject(error) : resolve(key),
    )
  })
}

function scryptBytes({ N, r }: Cost): number {
  return 128 * N * r
}

function placeOf({ fingerprint, cost, salt }: Omit<Export, 'sealed'>): Place {
  return [LABEL, VERSION, fingerprint, cost.N, cost.r, cost.p, salt]
}

function formatExport({ fingerprint, cost, salt, sealed }: Export): string {
  const fields = [
    `version: ${VERSION}`,
    `fingerprint: ${fingerprint}`,
    `scrypt: N=${cost.N} r=${cost.r} p=${cost.p}`,
    `salt: ${salt.toString('base64url')}`,
    `key: ${sealed.toString('base64url')}`,
  ].join('\n')
  return `${BEGIN}\n${fields}\nchecksum: ${checksum(fields)}\n${END}\n`
}

/**
 * Against accidents, not malice: it tells a slip in copying from a wrong passphrase, which the seal cannot. It covers
 * what is readable anyway.
 */
function checksum(fields: string): string {
  return createHash('sha256').update(fields).digest('hex').slice(0, 16)
}

const FIELDS = new RegExp(
  [
    '^version: 1',
    'fingerprint: (?<fingerprint>[0-9a-f]{16})',
    'scrypt: N=(?<N>[0-9]{1,10}) r=(?<r>[0-9]{1,5}) p=(?<p>[0-9]{1,5})',
    'salt: (?<salt>[\\w-]{43})',
    'key: (?<key>[\\w-]{1,200})$',
  ].join('\n'),
)

function parseExport(text: string): Export {
  const lines = text.length <= MAX_TEXT_CHARACTERS ? text.trim().split(/[ \t]*\r?\n[ \t]*/) : []
  if (lines.shift() !== BEGIN || lines.pop() !== END) {
    throw malformed(`the text is not an export, wanted ${BEGIN} … ${END}`)
  }
  const version = /^version: ([0-9]{1,9})$/.exec(lines[0] ?? '')?.[1]
  if (version !== undefined && version !== String(VERSION)) {
    throw new RootKeyError(
      'unknown-version',
      `Cannot import the root key: the export has version ${version}, wanted ${VERSION}`,
    )
  }
  const sum = lines.pop()
  const fields = lines.join('\n')
  const groups = FIELDS.exec(fields)?.groups
  if (!groups || sum !== `checksum: ${checksum(fields)}`) throw malformed('the text was altered, wanted it as exported')
  return readFields(groups)
}

function readFields(groups: Record<string, string>): Export {
  const cost = { N: Number(groups.N), r: Number(groups.r), p: Number(groups.p) }
  assertCost(cost)
  return {
    fingerprint: groups.fingerprint!,
    cost,
    salt: Buffer.from(groups.salt!, 'base64url'),
    sealed: Buffer.from(groups.key!, 'base64url'),
  }
}

/** Runs before scrypt does, so that a hostile text costs nothing. */
function assertCost(cost: Cost): void {
  const { N, r, p } = cost
  const valid = N > 1 && Number.isInteger(Math.log2(N)) && r >= MIN_BLOCK && p >= 1
  if (!valid || scryptBytes(cost) > MAX_SCRYPT_BYTES || p > MAX_PARALLEL) {
    throw malformed(`the scrypt parameters N=${N} r=${r} p=${p}, wanted like N=${COST.N} r=${COST.r} p=${COST.p}`)
  }
}

function malformed(what: string): RootKeyError {
  return new RootKeyError('malformed', `Cannot import the root key: ${what}`)
}
