import { runCoffer } from './server.ts'

/** What the demo shows of a record of CloudTrail's shape. */
export interface TrailRecord {
  readonly eventTime: string
  readonly eventName: string
  readonly requestID: string
  readonly userIdentity: { readonly userName?: string }
  readonly sourceIPAddress: string
  readonly requestParameters: Readonly<Record<string, unknown>> | null
  readonly errorCode?: string
}

/** All records that the demo left, as `coffer trail` prints them. */
export async function readTrail(dataDir: string): Promise<TrailRecord[]> {
  const lines = await runCoffer(['trail', '--data-dir', dataDir, '--limit', '1000', '--json'])
  return lines
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as TrailRecord)
}
