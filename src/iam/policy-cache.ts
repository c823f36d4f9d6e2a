import { type CompiledPolicy, compilePolicy } from './compile-policy.ts'
import { parseStoredPolicy } from './parse-policy.ts'
import type { PolicyKind } from './policy.ts'

/** Policies that are kept compiled when nobody says otherwise. */
const DEFAULT_CACHED_POLICIES = 2000
/** Characters of all documents kept. A compiled policy takes some twenty bytes for each, so this bounds the memory to about 40 MB. */
export const MAX_CACHED_CHARACTERS = 2_000_000

/** Compiled policies by document, bounded: the ones not used for longest go first. */
export class PolicyCache {
  readonly #limit: number
  /** By text first, so that looking up builds no long key; texts in the order of their last use. */
  readonly #byText = new Map<string, Map<string, CompiledPolicy>>()
  #count = 0
  #characters = 0

  constructor(limit: number = DEFAULT_CACHED_POLICIES) {
    this.#limit = limit
  }

  /** The compiled form of a document that was saved. Throws PolicyError for one that cannot be read, and does not remember it. */
  compile(text: string, kind: PolicyKind, bindings?: ReadonlyMap<string, string>): CompiledPolicy {
    const key = variantOf(kind, bindings)
    let variants = this.#byText.get(text)
    const known = variants?.get(key)
    if (variants) {
      this.#byText.delete(text)
      this.#byText.set(text, variants)
    }
    if (known) return known
    const compiled = compilePolicy(parseStoredPolicy(text, kind), bindings)
    if (!variants) {
      variants = new Map()
      this.#byText.set(text, variants)
    }
    variants.set(key, compiled)
    this.#count += 1
    this.#characters += text.length
    this.#evict()
    return compiled
  }

  /** Number of compiled policies held. */
  get size(): number {
    return this.#count
  }

  #evict(): void {
    for (const [text, variants] of this.#byText) {
      if (this.#count <= this.#limit && this.#characters <= MAX_CACHED_CHARACTERS) return
      this.#byText.delete(text)
      this.#count -= variants.size
      this.#characters -= variants.size * text.length
    }
  }
}

/** What beside the text makes a difference. */
function variantOf(kind: PolicyKind, bindings: ReadonlyMap<string, string> | undefined): string {
  if (!bindings || bindings.size === 0) return kind
  return JSON.stringify([kind, ...[...bindings].sort(([a], [b]) => (a < b ? -1 : 1))])
}
