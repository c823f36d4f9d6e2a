import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { parseRules } from '../alerts/parse-rules.ts'
import type { ServeConfig } from '../config.ts'
import type { Log } from '../log.ts'
import { FileKeys } from '../sts/file-keys.ts'
import { reasonOf } from './command-error.ts'
import { printable } from './printable.ts'
import { mistakesOf } from './read-alert-rules.ts'
import { readOrganization } from './read-organization.ts'
import { readTls } from './read-tls.ts'
import type { ReloadParts } from './run-server.ts'

/** Files that are read at the start and again at SIGHUP. */
interface ReloadStep {
  /** As the log names them. */
  readonly name: string
  readonly paths: readonly string[]
  /** Reads the files and puts what they hold in force. Where it rejects, nothing has changed. */
  apply(): void | Promise<void>
}

/** Texts of the files in force, as fingerprints by path. */
type InForce = Map<string, string>

/**
 * What SIGHUP does to `coffer serve`: it reads certificates, service control policies, key files of issuers and alert rules again, and puts in
 * force those whose text has changed. The log names what changed. Files that cannot be used change nothing, and the log says why; the next SIGHUP
 * tries them again. Reloads that are asked for meanwhile run one after the other.
 *
 * Call it before the files are read for the first time: a file that changes while the server starts then counts as changed.
 */
export async function reloadOf(config: ServeConfig, log: Log): Promise<(parts: ReloadParts) => () => Promise<void>> {
  const inForce: InForce = new Map()
  for (const path of pathsOf(config)) inForce.set(path, await fingerprint(path))
  return (parts) => {
    const steps = stepsOf(config, parts)
    let last = Promise.resolve()
    return () => {
      last = last.then(() => reload(steps, inForce, log))
      return last
    }
  }
}

async function reload(steps: readonly ReloadStep[], inForce: InForce, log: Log): Promise<void> {
  let changed = 0
  for (const { name, paths, apply } of steps) {
    const found = await Promise.all(paths.map(fingerprint))
    if (paths.every((path, index) => found[index] === inForce.get(path))) continue
    try {
      await apply()
      for (const [index, path] of paths.entries()) inForce.set(path, found[index] ?? '')
      changed++
      log.info({ files: paths }, `reloaded the ${name}`)
    } catch (error) {
      const reason = printable((error as Error).message)
      log.error({ files: paths, reason }, `cannot reload the ${name}: those from before stay in force`)
    }
  }
  log.info({ changed }, 'reloaded')
}

function pathsOf({ tls, trust, sinks }: ServeConfig): string[] {
  const { alerts } = sinks
  const ofTls = tls ? [tls.cert, tls.key] : []
  return [...ofTls, ...trust.serviceControlPolicies, ...trust.oidcKeys.values(), ...(alerts ? [alerts.rules] : [])]
}

function stepsOf({ tls, trust, sinks }: ServeConfig, { running, server, certificate }: ReloadParts): ReloadStep[] {
  const steps: ReloadStep[] = []
  if (tls)
    steps.push({
      name: 'TLS certificate',
      paths: [tls.cert, tls.key],
      apply() {
        const texts = readTls(tls)
        server.replaceTls(texts)
        certificate?.replace(texts.cert)
      },
    })
  if (trust.serviceControlPolicies.length > 0)
    steps.push({
      name: 'service control policies',
      paths: trust.serviceControlPolicies,
      apply: () => running.replaceOrganization(readOrganization(trust)),
    })
  for (const [issuer, path] of trust.oidcKeys)
    steps.push({
      name: `keys of the issuer ${issuer}`,
      paths: [path],
      // The server reads the file by itself once it has changed: here it is only checked.
      apply: () => checkKeys(issuer, path),
    })
  const { alerts } = sinks
  if (alerts)
    steps.push({
      name: 'alert rules',
      paths: [alerts.rules],
      apply: async () => running.delivery?.replaceAlertRules(await readRules(alerts.rules)),
    })
  return steps
}

async function checkKeys(issuer: string, path: string): Promise<void> {
  try {
    await new FileKeys(new Map([[issuer, path]]), { now: Date.now }).keysOf(issuer, undefined)
  } catch (error) {
    throw (error as Error).cause ?? error
  }
}

async function readRules(path: string) {
  try {
    return parseRules(await readFile(path, 'utf8'))
  } catch (error) {
    throw new Error(mistakesOf(error).join('; '), { cause: error })
  }
}

/** Text that differs when a file's content does; the reason where the file cannot be read. */
async function fingerprint(path: string): Promise<string> {
  try {
    return createHash('sha256')
      .update(await readFile(path))
      .digest('hex')
  } catch (error) {
    return reasonOf(error)
  }
}
