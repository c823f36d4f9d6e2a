import { join } from 'node:path'
import { SecurityLogFile } from '../audit/security-log-file.ts'
import type { ServeConfig } from '../config.ts'
import { writeCredentialsFile } from '../identity/credentials-file.ts'
import { standardLog } from '../log.ts'
import { startCoffer } from '../start-coffer.ts'
import { attempt, reasonOf } from './command-error.ts'
import { firstUse, madeFiles } from './notes.ts'
import { readSinks } from './read-alert-rules.ts'
import { readOrganization } from './read-organization.ts'
import { reloadOf } from './reload.ts'
import { runServer } from './run-server.ts'

/** The environment makes an installation; it never changes an existing one. */
const UNUSED = {
  account: (given: string | undefined) => `The account ${given} was not used: the installation has one already`,
  administrator: () =>
    "The administrator's access key of the environment was not used: the installation exists already. To replace its key, run: coffer admin reset-key",
}

/** Serves a durable installation until it is stopped. */
export async function serve(config: ServeConfig, warnings: readonly string[]): Promise<void> {
  const log = standardLog('info')
  for (const warning of warnings) log.warn({}, warning)
  const {
    dataDir,
    rootKey,
    account,
    administrator,
    credentialsFile,
    besideOldFiles,
    trust,
    rateFactor,
    rotation,
    trail,
    confirmClock,
  } = config
  const makeReload = await reloadOf(config, log)
  const organization = readOrganization(trust)
  const sinks = readSinks(config.sinks)
  const refusals = new SecurityLogFile(join(dataDir, 'security.log'), (error) =>
    log.error({ reason: reasonOf(error) }, 'the security log cannot be written: lines are lost'),
  )
  let credentialsAt: string | undefined
  await runServer({
    config,
    log,
    async start() {
      const start = () =>
        startCoffer({
          dataDir,
          rootKey,
          verify: true,
          enforce: true,
          organization,
          oidcKeys: trust.oidcKeys,
          rateFactor,
          rotation,
          trail,
          sinks,
          confirmClock,
          account,
          firstStart: { besideOldFiles, credentialsFile, option: '--new' },
          administrator,
          async keepCredentials(of, credentials) {
            // What came from the environment is kept there.
            if (administrator) return
            await writeCredentialsFile(credentialsFile, of, credentials)
            credentialsAt = credentialsFile
          },
          onContradiction: (what, existing) => log.warn({ account: existing }, UNUSED[what](account)),
          log,
          onRefused: (line) => refusals.write(line),
        })
      const running = await attempt(`Cannot open the data directory: ${dataDir}`, start)
      // Before anything else can go wrong: this is said only once.
      if (running.credentials) process.stderr.write(madeFiles(running, credentialsAt))
      return running
    },
    onListening(running, url) {
      const { dataDir: path, rootKey: root } = running.installation
      log.info({ url, dataDir: path, account: running.account, rootKey: root.fingerprint }, 'started')
      if (running.credentials) process.stderr.write(firstUse(url, credentialsAt))
    },
    makeReload,
    onStopped: () => refusals.close(),
  })
}
