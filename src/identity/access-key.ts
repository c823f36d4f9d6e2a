import { randomBytes, randomInt } from 'node:crypto'

/** An access key as its owner holds it. */
export interface Credentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
}

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

/** Prefixes of unique ids (security facts 5.2); `OIDC` is our own, AWS shows none for providers. */
export type IdPrefix = 'AKIA' | 'ASIA' | 'AIDA' | 'AGPA' | 'AROA' | 'ANPA' | 'OIDC' | 'AIPA'

/** A unique id as IAM makes them: a prefix that tells the kind (`AKIA` access key, `AIDA` user …) and 16 characters. */
export function uniqueId(prefix: IdPrefix): string {
  return prefix + Array.from({ length: 16 }, () => BASE32.charAt(randomInt(BASE32.length))).join('')
}

/** A fresh access key: 40 characters of secret, as AWS has it. */
export function newCredentials(): Credentials {
  return { accessKeyId: uniqueId('AKIA'), secretAccessKey: randomBytes(30).toString('base64') }
}

/** A random account id that does not begin with 0, so that nobody takes it for a number and shortens it. */
export function newAccountId(): string {
  return String(randomInt(100_000_000_000, 999_999_999_999))
}

/** Why given credentials cannot be used, in words that repeat none of them; undefined when they can. */
export function credentialsFault({ accessKeyId, secretAccessKey }: Credentials): string | undefined {
  // IAM's bounds of an access key id; ids in the wild are at least this long.
  if (!/^[A-Za-z0-9_]{16,128}$/.test(accessKeyId))
    return 'the access key id must have 16 to 128 letters, digits or underscores'
  if (!/^[\x21-\x7e]{16,128}$/.test(secretAccessKey))
    return 'the secret access key must have 16 to 128 printable characters without blanks'
  return undefined
}
