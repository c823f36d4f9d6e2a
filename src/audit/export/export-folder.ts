import { mkdir, open, readFile, rename } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'

/** A folder of exported files. What stands in it is whole: a file gets its name once it is on the disk. */
export class ExportFolder {
  readonly #root: string

  constructor(root: string) {
    this.#root = root
  }

  /** Writes a file that only its owner can read. */
  async write(key: string, content: string | Uint8Array): Promise<void> {
    const path = join(this.#root, key)
    await mkdir(dirname(path), { recursive: true, mode: 0o700 })
    const unfinished = `${path}.new`
    const file = await open(unfinished, 'w', 0o600)
    try {
      await file.chmod(0o600)
      await file.writeFile(content)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(unfinished, path)
  }

  async writeCompressed(key: string, text: string): Promise<void> {
    await this.write(key, await promisify(gzip)(text))
  }

  async writeJson(key: string, value: unknown): Promise<void> {
    await this.write(key, `${JSON.stringify(value, undefined, 2)}\n`)
  }

  /** Undefined for a file that is not there. Rejects for one that is no JSON. */
  async readJson(key: string): Promise<unknown> {
    try {
      return JSON.parse(await readFile(join(this.#root, key), 'utf8'))
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
      throw error
    }
  }
}
