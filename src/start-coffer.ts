import type { FirstStartRequest } from './allow-set-up.ts'
import { type App, createApp } from './app/create-app.ts'
import { ResourceLocks } from './app/resource-locks.ts'
import { serviceEntry } from './app/service-entry.ts'
import { createServices } from './app/services.ts'
import { Throttle } from './app/throttle.ts'
import { DamagedRowError } from './aws/damaged-row.ts'
import { configuredRotation } from './configured-rotation.ts'
import { firstAccount } from './first-account.ts'
import { PolicyCache } from './iam/policy-cache.ts'
import type { Credentials } from './identity/access-key.ts'
import { signedAuthenticator } from './identity/authenticate.ts'
import { Authorizer, type Organization } from './identity/authorize.ts'
import type { LastUse } from './identity/identity-store.ts'
import { LastUses } from './identity/last-uses.ts'
import { openAuthenticator } from './identity/open-authenticator.ts'
import { SessionTokens } from './identity/temporary-credentials.ts'
import { maintainKeys } from './jobs/maintain-keys.ts'
import { purgeDeletedSecrets, type RecordPurge } from './jobs/purge-deleted-secrets.ts'
import { JobRunner } from './jobs/runner.ts'
import type { Log } from './log.ts'
import { openDestructionClock } from './open-destruction-clock.ts'
import { type Installation, openInstallation } from './open-installation.ts'
import { reportTooMuchWork } from './report-too-much-work.ts'
import { resealJob } from './reseal-job.ts'
import type { RootKeySource } from './root-key-source.ts'
import { noFunctions, type RotationFunctions } from './rotation/rotation-functions.ts'
import type { RotationConfig } from './rotation-config.ts'
import { rotationJob } from './rotation-job.ts'
import { type Authenticator, wrapNewest } from './seal/keyring.ts'
import { damageTo, refusalsTo, structureDamageTo } from './security-events.ts'
import { filesOf } from './storage/data-directory.ts'
import { FileKeys, filesFirst } from './sts/file-keys.ts'
import { DiscoveredKeys, type IssuerKeys } from './sts/issuer-keys.ts'
import type { TrailConfig } from './trail-config.ts'
import { TrailDelivery, type TrailSinks } from './trail-delivery.ts'
import { trailJobs } from './trail-jobs.ts'
import { TrailLookUp } from './trail-look-up.ts'

export interface StartOptions {
  /** Absent for data that is thrown away at the end. */
  readonly dataDir: string | undefined
  readonly rootKey: RootKeySource
  /** False takes any credentials; only for data that is thrown away. */
  readonly verify: boolean
  /** False allows everybody everything in their own account; only for data that is thrown away. Needs `verify`. */
  readonly enforce: boolean
  /** Steps of policy evaluation that one request may take; `MAX_REQUEST_STEPS` when absent. */
  readonly maxSteps?: number | undefined
  /** What holds for every account. */
  readonly organization?: Organization | undefined
  /** Files with the keys of OpenID Connect issuers; those of others are in their discovery documents. */
  readonly oidcKeys?: ReadonlyMap<string, string> | undefined
  /** Where keys of issuers come from, in place of all that. */
  readonly issuerKeys?: IssuerKeys | undefined
  /** Account of a new installation; random when absent. Without `verify` also that of callers whose access key id is no account number. */
  readonly account?: string | undefined
  /** How an empty store is set up; beside files of an earlier installation it is refused when this is absent. */
  readonly firstStart?: FirstStartRequest | undefined
  /** Access key of the first administrator; random when absent. */
  readonly administrator?: Credentials | undefined
  /** Keeps the first administrator's access key before the account exists. */
  readonly keepCredentials: (account: string, credentials: Credentials) => Promise<void>
  /** Told of each of the two that an existing installation contradicts, with its account. What it throws ends the start. */
  readonly onContradiction?: ((what: 'account' | 'administrator', account: string) => void) | undefined
  /** What the ARNs of rotation functions mean; nothing when absent. */
  readonly rotationFunctions?: RotationFunctions | undefined
  /** The same as an operator says it. */
  readonly rotation?: RotationConfig | undefined
  /** How the trail is kept; for ever when absent. */
  readonly trail?: TrailConfig | undefined
  /** Where the trail is delivered to; nowhere when absent. */
  readonly sinks?: TrailSinks | undefined
  readonly log: Log
  /** How many times a service's rates each caller may have; as much as they like when absent. */
  readonly rateFactor?: number | undefined
  /** Receives failed authentication, throttled requests and damaged rows, each bounded in rate; when absent, only the log has them. */
  readonly onRefused?: ((line: Record<string, unknown>) => void) | undefined
  readonly now?: (() => number) | undefined
  /** Milliseconds that have passed since some moment, whatever becomes of the wall clock; those since the machine was started when absent. */
  readonly elapsed?: (() => number) | undefined
  /** Today's date, as 2026-01-31: the operator confirms that the wall clock is right. Only for a data directory. */
  readonly confirmClock?: string | undefined
}

/** Coffer at work, without sockets. */
export interface RunningCoffer {
  readonly app: App
  readonly installation: Installation
  /** Oldest account of the installation. */
  readonly account: string
  /** The administrator's access key, when it was made by this start. */
  readonly credentials: Credentials | undefined
  /** Rejects when the store does not answer. */
  ping(): Promise<void>
  /** Where clients on this machine reach it: rotation functions wait to be told. */
  listensAt(url: string): void
  /** Begins rotations that are due, and resolves when none is under way in this process. */
  rotate(): Promise<void>
  /** Decides by other service control policies from the next request on. */
  replaceOrganization(organization: Organization): void
  /** Deliveries of the trail to its sinks; absent without any. */
  readonly delivery: TrailDelivery | undefined
  close(): Promise<void>
}

/** How often the store is asked for secrets whose recovery window has ended. */
const PURGE_EVERY_MS = 60_000

/** How often the store is asked for keys with something due. */
const KEYS_EVERY_MS = 60_000

/** Joins the parts: opens the store, makes the first account where there is none, starts the jobs. */
export async function startCoffer(options: StartOptions): Promise<RunningCoffer> {
  const { log, now = Date.now } = options
  if (!options.verify && options.dataDir !== undefined)
    throw new Error('A Coffer with a data directory always verifies signatures')
  if (!options.enforce && options.dataDir !== undefined)
    throw new Error('A Coffer with a data directory always enforces policies')
  if (options.enforce && !options.verify)
    throw new Error('Policies can only be enforced where signatures are verified: anybody could be anybody')
  const { firstStart = { besideOldFiles: false, option: '--new' } } = options
  const onDamage = damageTo(options)
  const installation = await openInstallation({
    ...options,
    firstStart,
    onDamage,
    structure: structureDamageTo(options),
  })
  const failed = (of: object, error: unknown, message: string) => {
    if (!(error instanceof DamagedRowError)) log.error({ ...of, err: describe(error) }, message)
    // A row whose MAC does not fit was reported when it was read.
    else if (error.damage !== 'mac') onDamage(error)
  }
  try {
    const first = await firstAccount(installation, options, now())
    const { secrets, keys, identities, trail, keyring } = installation
    // Data that is thrown away at the end needs no protection from its clock.
    const destruction =
      options.dataDir === undefined
        ? undefined
        : await openDestructionClock(installation, {
            ...options,
            account: first.account,
            confirmClock: options.confirmClock,
            now,
          })
    const destroyedBy = destruction?.now ?? now
    const policies = new PolicyCache()
    const accessKeys = keyring.sealer('access-key')
    const sessions = new SessionTokens(keyring.sealer('session'))
    const callers = { store: identities, policies, accessKeys, tokens: sessions }
    const uses = new LastUses()
    const endpoint = Promise.withResolvers<string>()
    const listening = endpoint.promise
    const rotationParts = { identities, sessions, policies, now, open: !options.verify, listening, app: () => app }
    const configured = options.rotation && configuredRotation(options.rotation, rotationParts)
    const functions = options.rotationFunctions ?? configured ?? noFunctions
    const events = new TrailLookUp(trail, filesOf(installation.dataDir))
    const stopped = new AbortController()
    const authorizer = new Authorizer({ ...options, policies })
    const app: App = createApp({
      services: createServices({
        secrets,
        keys,
        trail,
        events,
        identities,
        policies,
        authorizer,
        accessKeys,
        sessions,
        issuerKeys: options.issuerKeys ?? keysOfIssuers(options, now),
        material: keyring.sealer('kms'),
        // Held by clients like session tokens, under keys that outlive an import token by hours; the place keeps the two apart.
        keyTokens: keyring.sealer('session'),
        pageTokens: keyring.sealer('page-token'),
        rotations: {
          canInvoke: (arn, secret) => functions.canInvoke(arn, secret),
          wake: () => jobs.wake(rotations.job.name),
        },
        keyring: {
          owner: first.account,
          store: installation.keyringStore,
          holder: keyring,
          wrap: (of, purposes) => wrapNewest(of, purposes, installation.rootKey, installation.id),
          wake: () => jobs.wake(resealing.name),
        },
        warn: (message) => log.warn({}, message),
      }),
      authenticator: options.verify ? signedAuthenticator(callers) : openAuthenticator(callers, options.account),
      authorizer,
      remember: (use: LastUse) =>
        uses.isDue(use) ? { change: identities.recordUses([use]), failed: () => uses.failed(use) } : undefined,
      trail,
      fingerprint: fingerprints(keyring.authenticator('trail')),
      locks: new ResourceLocks(),
      now,
      onFailure: (error, requestId) => failed({ requestId }, error, 'request failed'),
      onTooMuchWork: reportTooMuchWork(log),
      onRefused: refusalsTo(options),
      throttle: options.rateFactor === undefined ? undefined : new Throttle(options.rateFactor),
    })
    const resealing = resealJob(installation, { account: first.account, now, log })
    const rotations = rotationJob(installation, { functions, now, log })
    const clocks = { now, destroyedBy }
    const all = [rotations.job, purgeJob(installation, clocks), keysJob(installation, clocks), resealing, events.job]
    const delivery = options.sinks && new TrailDelivery(options.sinks, installation, { now, log })
    await delivery?.start()
    const neededAfter = async () => delivery?.neededAfter()
    const ofTrail = trailJobs(installation, { trail: options.trail, now: destroyedBy, log, neededAfter })
    const ofClock = destruction ? [destruction.job] : []
    const jobs = new JobRunner([...all, ...ofTrail, ...ofClock], (job, error) => failed({ job }, error, 'job failed'))
    return {
      app,
      installation,
      ...first,
      delivery,
      listensAt: (url) => endpoint.resolve(url),
      replaceOrganization: (organization) => authorizer.replaceOrganization(organization),
      async rotate() {
        await rotations.rotator.start(stopped.signal)
        await rotations.rotator.settled()
      },
      ping: () => installation.engine.ping(),
      async close() {
        stopped.abort()
        await jobs.close()
        await rotations.rotator.settled()
        await destruction?.close().catch(() => {})
        // Before anybody who delivers it stops; what cannot be signed now is signed at the next start.
        await installation.heads.signHead().catch(() => {})
        await delivery?.close()
        await events.close()
        await installation.close()
      },
    }
  } catch (error) {
    await installation.close()
    throw error
  }
}

/** Keys in files, or as issuers publish them; the operator is told why those of one cannot be had. */
function keysOfIssuers({ oidcKeys = new Map(), log }: StartOptions, now: () => number): IssuerKeys {
  const onFault = (issuer: string, fault: Error) =>
    log.warn({ issuer, reason: fault.message }, 'the keys of a token issuer cannot be had')
  return filesFirst(new FileKeys(oidcKeys, { now, onFault }), new DiscoveredKeys({ now, onFault }))
}

/** The wall clock, for records, and the clock by which data is destroyed. */
interface Clocks {
  readonly now: () => number
  readonly destroyedBy: () => number
}

function purgeJob({ secrets, trail }: Installation, { now, destroyedBy }: Clocks) {
  const event = 'EndSecretVersionDelete'
  const record: RecordPurge = ({ account, region, arn }, ids, change) => {
    const by = 'secretsmanager'
    const entry = serviceEntry({ service: by, operation: event, by, account, region, at: now(), arn })
    return trail.append(ids.length > 0 ? { ...entry, versions: { event, ids } } : entry, [change])
  }
  return {
    name: 'purge deleted secrets',
    everyMs: PURGE_EVERY_MS,
    run: async (signal: AbortSignal) => {
      await purgeDeletedSecrets(secrets, destroyedBy(), record, signal)
    },
  }
}

function keysJob({ keys, keyring, trail }: Installation, { now, destroyedBy }: Clocks) {
  return {
    name: 'maintain keys',
    everyMs: KEYS_EVERY_MS,
    run: (signal: AbortSignal) =>
      maintainKeys({
        keys,
        material: keyring.sealer('kms'),
        now: destroyedBy(),
        record: ({ account, region, arn }, operation, changes) =>
          trail.append(
            serviceEntry({ service: 'kms', operation, by: 'kms', account, region, at: now(), arn }),
            changes,
          ),
        signal,
      }),
  }
}

/** Texts that open something, as records have them: whoever has the text and the keyring can tell that it is this one. */
function fingerprints(authenticator: Authenticator): (text: string) => string {
  return (text) => `hmac-sha256:${authenticator.tag(['recorded text', text]).toString('base64url')}`
}

/** What the log says of a failure: where it happened, in our words and the runtime's, never in a client's. */
function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}
