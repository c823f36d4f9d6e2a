import { cpSync, existsSync, readdirSync, rmSync, statSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import type { SeededRandom } from '../trail/tamper.ts'
import type { Life } from './lives.ts'

/** What somebody did to the files of a killed server. */
export interface Damage {
  readonly text: string
  /** True when nothing that was answered can be missing, so that a report would be a false alarm. */
  readonly isHarmless: boolean
}

/** Files that hold nothing which is not in another one. */
const HARMLESS = /^(store\.db-shm|trail\.db-shm|trail-index\.db.*|high-water|lock|trail\.reserve)$/
const DATABASES = ['store.db', 'trail.db']

/** Truncates, removes or exchanges a file of a data directory, or a database with its log. */
export function damage(dataDir: string, { older }: Life, random: SeededRandom): Damage {
  const files = readdirSync(dataDir).toSorted()
  const file = files[random.between(0, files.length - 1)]!
  const copy = older[random.between(0, older.length - 1)]!
  const path = join(dataDir, file)
  const isHarmless = HARMLESS.test(file)
  const put = (name: string) => {
    rmSync(join(dataDir, name), { force: true })
    if (existsSync(join(copy, name))) cpSync(join(copy, name), join(dataDir, name))
  }
  const kinds: (() => Damage)[] = [
    () => {
      const bytes = random.between(0, 1) * random.between(0, statSync(path).size)
      truncateSync(path, bytes)
      return { text: `truncates ${file} to ${bytes} bytes`, isHarmless }
    },
    () => {
      rmSync(path)
      return { text: `removes ${file}`, isHarmless }
    },
    () => {
      put(file)
      return { text: `exchanges ${file} for that of ${copy}`, isHarmless }
    },
    () => {
      const database = DATABASES[random.between(0, 1)]!
      for (const suffix of ['', '-wal', '-shm']) put(`${database}${suffix}`)
      return { text: `exchanges ${database} and its log for those of ${copy}`, isHarmless: false }
    },
    () => {
      const database = DATABASES[random.between(0, 1)]!
      for (const suffix of ['', '-wal', '-shm']) rmSync(join(dataDir, `${database}${suffix}`), { force: true })
      return { text: `removes ${database} and its log`, isHarmless: false }
    },
    () => ({ text: 'does nothing', isHarmless: true }),
  ]
  return kinds[random.between(0, kinds.length - 1)]!()
}
