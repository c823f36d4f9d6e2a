import { rmSync } from 'node:fs'
import { type DevConfig, isLoopback } from '../config.ts'
import { writeCredentialsFile } from '../identity/credentials-file.ts'
import { standardLog } from '../log.ts'
import { type RunningCoffer, startCoffer } from '../start-coffer.ts'
import { devBanner, verifiedDevBanner } from './notes.ts'
import { readOrganization } from './read-organization.ts'
import { runServer } from './run-server.ts'

/** Serves data that is thrown away at the end, to anybody unless told to verify. */
export async function dev(config: DevConfig, warnings: readonly string[]): Promise<void> {
  const log = standardLog('warn')
  for (const warning of warnings) log.warn({}, warning)
  const { host, verify, enforce, account, administrator, trust, rateFactor, rotation } = config
  const organization = readOrganization(trust)
  let credentialsAt: string | undefined
  await runServer({
    config,
    log,
    hostGuard: verify ? undefined : { names: [host, ...config.allowedHosts], loopback: isLoopback(host) },
    start: () =>
      startCoffer({
        dataDir: undefined,
        rootKey: { kind: 'memory' },
        verify,
        enforce,
        organization,
        oidcKeys: trust.oidcKeys,
        rateFactor,
        rotation,
        account,
        administrator,
        keepCredentials: async () => {},
        log,
      }),
    async onListening(running, url) {
      if (verify && !administrator) credentialsAt = await keepWhileRunning(running)
      const banner = verify
        ? verifiedDevBanner(url, credentialsAt)
        : devBanner(url, { host, loopback: isLoopback(host) })
      process.stderr.write(banner)
    },
    async onStopped() {
      if (credentialsAt !== undefined) rmSync(credentialsAt, { force: true })
    },
  })
}

/** Writes the access key beside the data; both are gone when the process is, however it ends by itself. */
async function keepWhileRunning({ account, credentials, installation }: RunningCoffer): Promise<string | undefined> {
  if (!credentials) return undefined
  const path = `${installation.dataDir}.credentials`
  process.once('exit', () => rmSync(path, { force: true }))
  await writeCredentialsFile(path, account, credentials)
  return path
}
