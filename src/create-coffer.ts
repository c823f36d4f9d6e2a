import { resolve } from 'node:path'
import type { App } from './app/create-app.ts'
import { type SdkRequestHandler, sdkRequestHandler } from './app/sdk-request-handler.ts'
import { type Credentials, credentialsFault } from './identity/access-key.ts'
import { writeCredentialsFile } from './identity/credentials-file.ts'
import { inProcessRotation, type RotationOptions } from './in-process-rotation.ts'
import { standardLog } from './log.ts'
import { startCoffer } from './start-coffer.ts'
import { DEFAULT_RATE_FACTOR, rateFactorOf } from './throttle-config.ts'
import { trailConfig } from './trail-config.ts'

export type { App } from './app/create-app.ts'
export type { Refusal } from './app/refusal.ts'
export type { RequestHead, Response } from './app/request.ts'
export type { SdkRequestHandler } from './app/sdk-request-handler.ts'
export type { Credentials } from './identity/access-key.ts'
export type { RotationOptions } from './in-process-rotation.ts'
export type { RotationHandler } from './rotation/function-target.ts'
export type { RotationEvent } from './rotation/rotation-functions.ts'

export interface CofferOptions extends RotationOptions {
  /**
   * Folder that keeps the data. With it, every request must carry a valid signature. Without it, the data lives in a temporary folder and is
   * gone with `close`, and any credentials are taken.
   */
  readonly dataDir?: string | undefined
  /** Root key as text (32 bytes in base64 or hex, or the line of a root key file). */
  readonly rootKey?: string | undefined
  /** File with the root key; made with a new data directory. Default: `<dataDir>.key`. */
  readonly rootKeyFile?: string | undefined
  /** Access key of the first administrator of a new data directory; otherwise a new one is made. An existing directory must know it. */
  readonly administrator?: Credentials | undefined
  /** Where the first administrator's access key is written. Default: `<dataDir>.credentials`. */
  readonly credentialsFile?: string | undefined
  /** Account id of a new installation, 12 digits; random when absent. Where any credentials are taken, the account of callers whose key id is none. */
  readonly account?: string | undefined
  /** Make a new installation beside files of an earlier one. For one start: an installation that exists is refused. Default: `false`. */
  readonly new?: boolean | undefined
  /** Verify signatures also without a data directory. */
  readonly verify?: boolean | undefined
  /** Enforce policies also without a data directory; verifies signatures too. */
  readonly enforce?: boolean | undefined
  /** How many times AWS's rates each caller may have, or `off`. Default: 10 with a data directory, else `off`. */
  readonly throttle?: number | 'off' | undefined
  /** Days after which records are removed from the trail of a data directory, or `forever`. Default: 90. */
  readonly trailRetention?: number | 'forever' | undefined
  /** Today's date in UTC, as 2026-01-31: confirms that the clock is right after it jumped ahead. Only with a data directory. */
  readonly confirmClock?: string | undefined
}

/** A Coffer in this process. Close it, or use it with `await using`. */
export interface Coffer extends AsyncDisposable {
  /** Goes into any client of the AWS SDK for JavaScript v3: `new SecretsManager({ requestHandler, … })`. */
  readonly requestHandler: SdkRequestHandler
  /** Requests to responses, for servers of your own. */
  readonly app: App
  readonly account: string
  /** The administrator's access key, when this start made it. */
  readonly credentials: Credentials | undefined
  /** Begins rotations that are due, and resolves when none is under way. They begin by themselves, too. */
  rotate(): Promise<void>
  close(): Promise<void>
}

/** Starts a Coffer in this process, without any port. Throws an Error with one clear line when it cannot start. */
export async function createCoffer(options: CofferOptions = {}): Promise<Coffer> {
  refuseUnknown(options)
  const { administrator, account } = options
  const dataDir = options.dataDir === undefined ? undefined : resolve(options.dataDir)
  const fault = administrator && credentialsFault(administrator)
  if (fault) throw new Error(`Cannot use the given administrator: ${fault}`)
  if (account !== undefined && !/^\d{12}$/.test(account))
    throw new Error(`Cannot use the given account: ${account}: an account has 12 digits`)
  const enforce = options.enforce ?? dataDir !== undefined
  const throttle = options.throttle ?? (dataDir === undefined ? 'off' : DEFAULT_RATE_FACTOR)
  const credentialsFile = options.credentialsFile ?? (dataDir === undefined ? undefined : `${dataDir}.credentials`)
  const running = await startCoffer({
    dataDir,
    rootKey: rootKeySource(options, dataDir),
    verify: options.verify ?? (enforce || dataDir !== undefined),
    enforce,
    rateFactor: rateFactorOf(`${throttle}`),
    trail:
      dataDir === undefined ? undefined : trailConfig({ retention: options.trailRetention?.toString(), reserve: '0' }),
    account,
    firstStart: { besideOldFiles: options.new ?? false, credentialsFile, option: 'new: true' },
    administrator,
    confirmClock: options.confirmClock,
    rotation: inProcessRotation(options),
    keepCredentials: async (of, credentials) => {
      if (dataDir !== undefined && credentialsFile !== undefined && !administrator)
        await writeCredentialsFile(credentialsFile, of, credentials)
    },
    onContradiction(what, existing) {
      throw new Error(`Cannot use the given ${what}: ${CONTRADICTED[what](`${dataDir}`, existing)}`)
    },
    log: standardLog('warn'),
  })
  const requests = new Set<Promise<unknown>>()
  let closed: Promise<void> | undefined
  const refuseWhenClosed = () => {
    if (closed) throw new Error('This Coffer is closed')
  }
  const app: App = {
    ...running.app,
    admit(head) {
      refuseWhenClosed()
      return running.app.admit(head)
    },
    async handle(head, body) {
      refuseWhenClosed()
      const answer = running.app.handle(head, body)
      requests.add(answer)
      return answer.finally(() => requests.delete(answer))
    },
  }
  // Requests in progress get their answers first.
  const close = () => {
    closed ??= Promise.allSettled(requests).then(() => running.close())
    return closed
  }
  return {
    requestHandler: sdkRequestHandler(app),
    app,
    account: running.account,
    credentials: running.credentials,
    rotate: () => running.rotate(),
    close,
    [Symbol.asyncDispose]: close,
  }
}

function rootKeySource({ rootKey, rootKeyFile }: CofferOptions, dataDir: string | undefined) {
  if (rootKey !== undefined) return { kind: 'value', text: rootKey } as const
  if (rootKeyFile !== undefined) return { kind: 'file', path: resolve(rootKeyFile), chosen: true } as const
  return dataDir === undefined
    ? ({ kind: 'memory' } as const)
    : ({ kind: 'file', path: `${dataDir}.key`, chosen: false } as const)
}

/** Every option, for callers without types. */
const OPTIONS: { readonly [O in keyof CofferOptions]-?: true } = {
  dataDir: true,
  rootKey: true,
  rootKeyFile: true,
  administrator: true,
  credentialsFile: true,
  account: true,
  new: true,
  verify: true,
  enforce: true,
  throttle: true,
  trailRetention: true,
  confirmClock: true,
  rotationFunctions: true,
  rotationHosts: true,
  rotationRoles: true,
}

/** Throws Error for a member that is no option, such as a misspelt one, which would otherwise have no effect. */
function refuseUnknown(options: CofferOptions): void {
  const unknown = Object.keys(options).find((name) => !Object.hasOwn(OPTIONS, name))
  if (unknown === undefined) return
  throw new Error(`Cannot use the option ${unknown}: createCoffer knows ${Object.keys(OPTIONS).join(', ')}`)
}

/** Why a value for a new installation does not fit the one in the data directory. Holds nothing of an access key. */
const CONTRADICTED = {
  account: (dataDir: string, existing: string) => `${dataDir} holds the account ${existing}`,
  administrator: (dataDir: string, existing: string) =>
    `${dataDir} holds the account ${existing}, which has no such access key. Leave the option out, or replace the key with: coffer admin reset-key`,
}
