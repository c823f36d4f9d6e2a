import { type FileHandle, open } from 'node:fs/promises'
import type { JWK } from 'jose'
import { IssuerFault, MAX_DOCUMENT_BYTES } from './fetch-json.ts'
import { type IssuerKeys, KeysUnavailableError } from './issuer-keys.ts'
import { keysWithId, readKeySet } from './key-set.ts'

/** What a file held, and by what one sees that it was changed. */
interface Read {
  readonly stamp: string
  readonly keys: readonly JWK[]
}

/** Keys of issuers from files, for sites that reach no issuer: each file a JSON Web Key Set, read again when it was changed. */
export class FileKeys implements IssuerKeys {
  readonly #files: ReadonlyMap<string, string>
  readonly #onFault: (issuer: string, fault: Error) => void
  readonly #read = new Map<string, Read>()

  /**
   * @param files path of the key set, by issuer with its scheme
   * @param onFault told why a file cannot be used, each time it cannot
   */
  constructor(files: ReadonlyMap<string, string>, onFault: (issuer: string, fault: Error) => void = () => {}) {
    this.#files = files
    this.#onFault = onFault
  }

  has(issuer: string): boolean {
    return this.#files.has(issuer)
  }

  async keysOf(issuer: string, kid: string | undefined): Promise<readonly JWK[]> {
    const path = this.#files.get(issuer)
    if (path === undefined) throw new KeysUnavailableError(`There is no file with keys of ${issuer}`)
    try {
      await using file = await open(path)
      return keysWithId(await this.#keysIn(file, path), kid)
    } catch (error) {
      this.#onFault(issuer, error as Error)
      throw new KeysUnavailableError(`The file with keys of ${issuer} cannot be used`, { cause: error })
    }
  }

  async #keysIn(file: FileHandle, path: string): Promise<readonly JWK[]> {
    const { mtimeMs, size, ino } = await file.stat()
    const stamp = `${mtimeMs} ${size} ${ino}`
    const before = this.#read.get(path)
    if (before?.stamp === stamp) return before.keys
    if (size > MAX_DOCUMENT_BYTES) throw new IssuerFault('The document is too long')
    const keys = readKeySet(JSON.parse(await file.readFile('utf8')))
    this.#read.set(path, { stamp, keys })
    return keys
  }
}

/** An issuer that has a file has no other source; of the others `otherwise` knows. */
export function filesFirst(files: FileKeys, otherwise: IssuerKeys): IssuerKeys {
  return { keysOf: (issuer, kid) => (files.has(issuer) ? files : otherwise).keysOf(issuer, kid) }
}
