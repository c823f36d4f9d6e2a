import { readFileSync } from 'node:fs'
import { createSecureContext } from 'node:tls'
import type { TlsFiles } from '../config.ts'
import { CommandError, reasonOf } from './command-error.ts'

/** The PEM texts of certificate and key, which belong together; throws CommandError. */
export function readTls(files: TlsFiles): { readonly cert: string; readonly key: string } {
  const cert = read('certificate', files.cert)
  const key = read('key', files.key)
  check({ cert }, `Cannot use the TLS certificate: ${files.cert}: wanted a certificate in PEM form`)
  check({ key }, `Cannot use the TLS key: ${files.key}: wanted a private key in PEM form, without a passphrase`)
  check({ cert, key }, `Cannot use the TLS key: ${files.key}: it does not belong to the certificate ${files.cert}`)
  return { cert, key }
}

function read(what: string, path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw new CommandError(`Cannot read the TLS ${what}: ${path}: ${reasonOf(error)}`)
  }
}

function check(parts: { cert?: string; key?: string }, message: string): void {
  try {
    createSecureContext(parts)
  } catch {
    throw new CommandError(message)
  }
}
