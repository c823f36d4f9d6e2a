import { ConfigError } from './config-error.ts'

/** How the trail is kept. */
export interface TrailConfig {
  /** Days after which records are removed; undefined for never. */
  readonly retentionDays: number | undefined
  /** What of the disk is kept for records alone; 0 for nothing. */
  readonly reserveBytes: number
}

/** CloudTrail's event history reaches as far back. */
export const DEFAULT_RETENTION_DAYS = 90
const MAX_RETENTION_DAYS = 36_500
/** Records of some 50,000 reads. */
export const DEFAULT_RESERVE_MEGABYTES = 64
const MAX_RESERVE_MEGABYTES = 100_000
const MEGABYTE = 1024 * 1024

export interface GivenTrail {
  readonly retention: string | undefined
  readonly reserve: string | undefined
}

/** Throws ConfigError. */
export function trailConfig({ retention, reserve }: GivenTrail): TrailConfig {
  return { retentionDays: retentionOf(retention), reserveBytes: reserveOf(reserve) * MEGABYTE }
}

function retentionOf(text = `${DEFAULT_RETENTION_DAYS}`): number | undefined {
  if (text === 'forever') return undefined
  const days = wholeNumber(text)
  if (!(days >= 1 && days <= MAX_RETENTION_DAYS))
    throw new ConfigError(
      `Cannot keep the trail for ${text}: wanted a number of days from 1 to ${MAX_RETENTION_DAYS}, or forever`,
    )
  return days
}

function reserveOf(text = `${DEFAULT_RESERVE_MEGABYTES}`): number {
  const megabytes = wholeNumber(text)
  if (!(megabytes <= MAX_RESERVE_MEGABYTES))
    throw new ConfigError(
      `Cannot use the reserve of the trail: ${text}: wanted a number of megabytes from 0 to ${MAX_RESERVE_MEGABYTES}`,
    )
  return megabytes
}

const wholeNumber = (text: string) => (/^\d{1,6}$/.test(text) ? Number(text) : Number.NaN)
