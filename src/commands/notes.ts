import { isInKms } from '../seal/root-keys/external-kms.ts'
import type { RunningCoffer } from '../start-coffer.ts'

/** Short lines: they are read in narrow terminals too. */

/** What the first start made, and what to do about it. */
export function madeFiles({ account, installation }: RunningCoffer, credentialsAt: string | undefined): string {
  const { dataDir, firstStart, rootKey } = installation
  const credentials = credentialsAt ?? 'from the environment'
  return `
This is the first start. Coffer made

  account      ${account}
  data         ${dataDir}
  root key     ${firstStart?.madeRootKey ?? 'the one you gave'}
  credentials  ${credentials}

Without the root key, nothing can be
read. ${isInKms(rootKey.fingerprint) ? KEEP_KMS_KEY : KEEP_ROOT_KEY}
`
}

const KEEP_ROOT_KEY = `Keep a copy of it elsewhere: run

  coffer root-key export
`
const KEEP_KMS_KEY = `It never leaves its KMS: see to
it that nobody deletes it there.
`

/** How to use the administrator's credentials. */
export function firstUse(url: string, credentialsAt: string | undefined): string {
  const credentials =
    credentialsAt === undefined ? '' : `  export AWS_SHARED_CREDENTIALS_FILE=${quoted(credentialsAt)}\n`
  return `To use it with any AWS tool or SDK:

${credentials}${endpointVariables(url)}  export AWS_REGION=us-east-1 AWS_DEFAULT_REGION=us-east-1
  aws secretsmanager list-secrets

${WHY_STS}
`
}

/** The variables that direct AWS SDKs to this server. */
function endpointVariables(url: string): string {
  return `  export AWS_ENDPOINT_URL=${url}
  export AWS_ENDPOINT_URL_STS=${url}
`
}

/** The Go SDK makes its STS client for web identities and role profiles before it reads AWS_ENDPOINT_URL. */
const WHY_STS = `Without AWS_ENDPOINT_URL_STS, the Go SDK
sends the tokens of roles to AWS.
`

/** What a person must know of a server that is open. */
export function devBanner(url: string, { host, loopback }: { host: string; loopback: boolean }): string {
  const callers = loopback ? 'every program on this machine' : `everyone who can reach this machine at\n${host}`
  return `
THIS COFFER IS OPEN. It takes any
credentials: ${callers}
may read and change all secrets.
All data is thrown away at the end.

${endpointVariables(url)}
${WHY_STS}
`
}

/** What a person must know of a server that verifies, and forgets. */
export function verifiedDevBanner(url: string, credentialsAt: string | undefined): string {
  return `
This Coffer verifies signatures.
All data is thrown away at the end${credentialsAt === undefined ? '.' : ',\nand so are the credentials.'}

${firstUse(url, credentialsAt)}`
}

/** A path as a shell takes it. */
export function quoted(path: string): string {
  return /^[\w@%+=:,./-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`
}
