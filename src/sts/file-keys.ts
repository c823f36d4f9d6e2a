import { type FileHandle, open } from 'node:fs/promises'
import { IssuerFault, MAX_DOCUMENT_BYTES } from './fetch-json.ts'
import { COOL_DOWN_MS, type IssuerKeys, KeysUnavailableError } from './issuer-keys.ts'
import { type IssuerKey, keysWithId, readKeySet } from './key-set.ts'

/** What a file held, and by what one sees that it was changed. */
interface Read {
  readonly stamp: string
  /** Rejected for a file that holds no key set: it is not read again before it was changed. */
  readonly keys: Promise<readonly IssuerKey[]>
}

export interface FileKeysOptions {
  /** Milliseconds since the epoch. */
  readonly now: () => number
  /** Told why a file cannot be used, at most once in a cool-down for each issuer: anybody can send tokens. */
  readonly onFault?: ((issuer: string, fault: Error) => void) | undefined
}

/** Keys of issuers from files, for sites that reach no issuer: each file a JSON Web Key Set, read again when it was changed. */
export class FileKeys implements IssuerKeys {
  readonly #files: ReadonlyMap<string, string>
  readonly #now: () => number
  readonly #onFault: (issuer: string, fault: Error) => void
  readonly #read = new Map<string, Read>()
  /** When a fault was last told, by issuer. */
  readonly #toldAt = new Map<string, number>()

  /** @param files path of the key set, by issuer with its scheme */
  constructor(files: ReadonlyMap<string, string>, { now, onFault = () => {} }: FileKeysOptions) {
    this.#files = files
    this.#now = now
    this.#onFault = onFault
  }

  has(issuer: string): boolean {
    return this.#files.has(issuer)
  }

  async keysOf(issuer: string, kid: string | undefined): Promise<readonly IssuerKey[]> {
    const path = this.#files.get(issuer)
    if (path === undefined) throw new KeysUnavailableError(`There is no file with keys of ${issuer}`)
    try {
      await using file = await open(path)
      return keysWithId(await this.#keysIn(file, path), kid)
    } catch (error) {
      this.#tell(issuer, error as Error)
      throw new KeysUnavailableError(`The file with keys of ${issuer} cannot be used`, { cause: error })
    }
  }

  async #keysIn(file: FileHandle, path: string): Promise<readonly IssuerKey[]> {
    const { mtimeMs, size, ino } = await file.stat()
    const stamp = `${mtimeMs} ${size} ${ino}`
    const before = this.#read.get(path)
    if (before?.stamp === stamp) return before.keys
    if (size > MAX_DOCUMENT_BYTES) throw new IssuerFault('The document is too long')
    const keys = readText(await file.readFile('utf8'))
    this.#read.set(path, { stamp, keys })
    return keys
  }

  #tell(issuer: string, fault: Error): void {
    const now = this.#now()
    const passed = now - (this.#toldAt.get(issuer) ?? Number.NEGATIVE_INFINITY)
    // Negative when the clock was set back.
    if (passed >= 0 && passed < COOL_DOWN_MS) return
    this.#toldAt.set(issuer, now)
    this.#onFault(issuer, fault)
  }
}

const readText = async (text: string) => readKeySet(JSON.parse(text))

/** An issuer that has a file has no other source; of the others `otherwise` knows. */
export function filesFirst(files: FileKeys, otherwise: IssuerKeys): IssuerKeys {
  return { keysOf: (issuer, kid) => (files.has(issuer) ? files : otherwise).keysOf(issuer, kid) }
}
