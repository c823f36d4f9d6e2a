import { setTimeout as sleep } from 'node:timers/promises'
import { TrailFiles } from '../storage/trail-files.ts'
import { stopSignal } from './stop-signals.ts'
import type { TrailFilter } from './trail-filter.ts'
import { News } from './trail-news.ts'
import { type TrailFormat, TrailOutput } from './trail-output.ts'
import { newestFirst } from './trail-search.ts'

export interface TrailTailOptions {
  readonly dataDir: string
  readonly filter: TrailFilter
  /** Records that are there already. */
  readonly limit: number
  readonly follow: boolean
  readonly format: TrailFormat
}

/** How often it is looked whether there is something new. */
const LOOK_EVERY_MS = 200

/** Prints the newest records that fit and, if wanted, those that come, until a signal or until nobody reads any more. */
export async function tailTrail({ dataDir, filter, limit, follow, format }: TrailTailOptions): Promise<void> {
  const stop = new AbortController()
  if (follow) void stopSignal().then(() => stop.abort())
  using files = new TrailFiles(dataDir)
  const output = new TrailOutput(format, false)
  const news = new News(files)
  await output.write(newestFirst(files, filter, limit, news.start))
  while (follow && !stop.signal.aborted && !output.isGone) {
    for (const entries of news.read()) {
      const records = entries.flatMap((entry) => filter.of(entry).map(({ record }) => record))
      if (records.length > 0) await output.write(records)
      if (output.isGone) return
    }
    await sleep(LOOK_EVERY_MS, undefined, { signal: stop.signal }).catch(() => {})
  }
}
