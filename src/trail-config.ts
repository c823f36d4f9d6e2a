import { ConfigError } from './config-error.ts'

/** How the trail is kept. */
export interface TrailConfig {
  /** Days after which records are removed; undefined for never. */
  readonly retentionDays: number | undefined
}

/** CloudTrail's event history reaches as far back. */
export const DEFAULT_RETENTION_DAYS = 90
const MAX_RETENTION_DAYS = 36_500

export interface GivenTrail {
  readonly retention: string | undefined
}

/** Throws ConfigError. */
export function trailConfig({ retention = `${DEFAULT_RETENTION_DAYS}` }: GivenTrail): TrailConfig {
  if (retention === 'forever') return { retentionDays: undefined }
  const days = /^\d{1,5}$/.test(retention) ? Number(retention) : 0
  if (!(days >= 1 && days <= MAX_RETENTION_DAYS))
    throw new ConfigError(
      `Cannot keep the trail for ${retention}: wanted a number of days from 1 to ${MAX_RETENTION_DAYS}, or forever`,
    )
  return { retentionDays: days }
}
