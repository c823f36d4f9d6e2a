import type { Failure } from './failure.ts'
import type { Known, Lifetime } from './freshness.ts'
import type { ReadSecret } from './secret-value.ts'

/** A value as it is kept. The cache owns its bytes. */
export interface HeldSecret extends ReadSecret {
  readonly life: Lifetime
}

/** What is known under one key. */
interface Entry extends Known {
  held?: HeldSecret
  life?: Lifetime
  failed?: { readonly failure: Failure; readonly until: number; readonly sentAt: number }
  refreshedAt?: number
  /** When the newest call was sent that the server refused. */
  refusedAt?: number
  /** Names and partial ARNs that lead here. */
  readonly aliases: Set<string>
}

export interface CacheLimits {
  readonly maxEntries: number
  readonly maxBytes: number
}

/**
 * Values and failures by key, bounded in number and bytes: those not read for longest go first. Values are held under their ARN once it is
 * known, so that a name and an ARN of one secret are one entry. What leaves, or is replaced, is overwritten if it is binary.
 */
export class SecretCache {
  readonly #limits: CacheLimits
  /** In the order of their last use. */
  readonly #entries = new Map<string, Entry>()
  readonly #aliases = new Map<string, string>()
  #bytes = 0

  constructor(limits: CacheLimits) {
    this.#limits = limits
  }

  /** The key that an id leads to. A name stays with its ARN for as long as that can be read: until then nothing else can bear it. */
  resolve(key: string): string {
    return this.#aliases.get(key) ?? key
  }

  /** What is known under a key; counts as a use. */
  find(key: string): { readonly held?: HeldSecret } & Known {
    const entry = this.#entries.get(key)
    if (!entry) return {}
    this.#entries.delete(key)
    this.#entries.set(key, entry)
    return entry
  }

  /**
   * Keeps a value that was read for `key` under `storedAs`, unless a newer one is there.
   * @returns the newest value that is known, and what is not kept: to be overwritten once it has been handed out
   */
  keep(key: string, storedAs: string, held: HeldSecret): { newest: HeldSecret; unkept: HeldSecret | undefined } {
    const { sentAt } = held.life
    const refusedAt = Math.max(...[key, storedAs].map((one) => this.#entries.get(one)?.refusedAt ?? sentAt))
    if (refusedAt > sentAt) return { newest: held, unkept: held }
    const entry = this.#entryOf(storedAs)
    if (key !== storedAs) this.#bind(key, storedAs, entry)
    if (entry.held && entry.held.life.sentAt > sentAt) return { newest: entry.held, unkept: held }
    if (entry.failed && entry.failed.sentAt <= sentAt) delete entry.failed
    this.#drop(entry)
    if (sizeOf(held) > this.#limits.maxBytes || this.#limits.maxEntries < 1) {
      this.#evict()
      return { newest: held, unkept: held }
    }
    entry.held = held
    entry.life = held.life
    this.#bytes += sizeOf(held)
    this.#evict()
    return { newest: held, unkept: undefined }
  }

  /** Remembers a failure; one that the server meant drops the value. */
  fail(key: string, failure: Failure, sentAt: number, until: number): void {
    const entry = this.#entryOf(key)
    const newest = Math.max(entry.held?.life.sentAt ?? sentAt, entry.refusedAt ?? sentAt)
    if (newest > sentAt) return
    if (failure.kind === 'refused') {
      this.#drop(entry)
      entry.refusedAt = sentAt
    } else if ((entry.failed?.sentAt ?? sentAt) > sentAt) return
    entry.failed = { failure, until, sentAt }
    this.#evict()
  }

  /** A name that no longer leads to its ARN. */
  unbind(alias: string): void {
    const key = this.#aliases.get(alias)
    if (key === undefined) return
    this.#aliases.delete(alias)
    this.#entries.get(key)?.aliases.delete(alias)
  }

  /** When `refresh` asked. */
  refreshed(key: string, at: number): void {
    this.#entryOf(key).refreshedAt = at
    this.#evict()
  }

  /** Forgets everything, and overwrites what is binary. */
  clear(): void {
    for (const entry of this.#entries.values()) this.#drop(entry)
    this.#entries.clear()
    this.#aliases.clear()
  }

  get size(): number {
    return this.#entries.size
  }

  get bytes(): number {
    return this.#bytes
  }

  #entryOf(key: string): Entry {
    const entry = this.#entries.get(key) ?? { aliases: new Set() }
    this.#entries.delete(key)
    this.#entries.set(key, entry)
    return entry
  }

  #bind(alias: string, key: string, entry: Entry): void {
    this.unbind(alias)
    this.#aliases.set(alias, key)
    entry.aliases.add(alias)
    // What was known under the name alone, before its ARN was.
    const before = this.#entries.get(alias)
    if (!before) return
    if (before.refreshedAt !== undefined)
      entry.refreshedAt = Math.max(before.refreshedAt, entry.refreshedAt ?? Number.NEGATIVE_INFINITY)
    this.#remove(alias, before)
  }

  #drop(entry: Entry): void {
    if (!entry.held) return
    this.#bytes -= sizeOf(entry.held)
    overwrite(entry.held)
    delete entry.held
    delete entry.life
  }

  #remove(key: string, entry: Entry): void {
    this.#drop(entry)
    for (const alias of entry.aliases) this.#aliases.delete(alias)
    this.#entries.delete(key)
  }

  #evict(): void {
    for (const [key, entry] of this.#entries) {
      if (this.#entries.size <= this.#limits.maxEntries && this.#bytes <= this.#limits.maxBytes) return
      this.#remove(key, entry)
    }
  }
}

/** Overwrites bytes; text cannot be overwritten in JavaScript. */
export function overwrite({ content }: ReadSecret): void {
  if (typeof content !== 'string') content.fill(0)
}

/** Bytes that a value takes: text at its longest in memory. */
function sizeOf({ content }: ReadSecret): number {
  return typeof content === 'string' ? content.length * 2 : content.byteLength
}
