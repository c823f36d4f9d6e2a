// Names of files as CloudTrail gives them (security facts 6.6, 6.7).

export const HOUR_MS = 3_600_000

/** Whose records stand together in a file. */
export interface Place {
  readonly account: string
  readonly region: string
}

/** Name of the trail in file names; an installation has one. */
const TRAIL_NAME = 'coffer'
/** The Region to which that trail would belong. */
const HOME_REGION = 'us-east-1'

export const hourOf = (at: number): number => Math.floor(at / HOUR_MS) * HOUR_MS

/** `2026-01-02T03:04:05Z`. */
export const secondsOf = (at: number): string => new Date(at).toISOString().replace(/\.\d+Z$/, 'Z')

/**
 * A file of records.
 *
 * @param mark 16 characters that tell files of one hour apart
 */
export function logFileKey({ account, region }: Place, hour: number, mark: string): string {
  const minutes = compact(hour).replace(/\d\dZ$/, 'Z')
  return `AWSLogs/${account}/CloudTrail/${region}/${folderOf(hour)}/${account}_CloudTrail_${region}_${minutes}_${mark}.json.gz`
}

export function digestKey({ account, region }: Place, end: number): string {
  const name = `${account}_CloudTrail-Digest_${region}_${TRAIL_NAME}_${HOME_REGION}_${compact(end)}.json.gz`
  return `AWSLogs/${account}/CloudTrail-Digest/${region}/${folderOf(end)}/${name}`
}

const folderOf = (at: number) => secondsOf(at).slice(0, 10).replaceAll('-', '/')
const compact = (at: number) => secondsOf(at).replace(/[-:]/g, '')
