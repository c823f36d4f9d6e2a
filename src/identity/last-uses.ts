import type { LastUse } from './identity-store.ts'

/** A use is remembered again when the last one that was is this old, or of another service or Region. AWS is no finer. */
const REMEMBER_AFTER_MS = 5 * 60_000
/** Keys and roles whose last use is at hand here: ours, a few megabytes. Beyond it all are forgotten, and each is remembered once more than need be. */
const MAX_KNOWN = 10_000

/** Decides which uses of access keys and roles are worth a change of the store. */
export class LastUses {
  readonly #known = new Map<string, LastUse>()

  /** True at most once in five minutes for one service and Region: also while the change that remembers the use is on its way. */
  isDue(use: LastUse): boolean {
    const before = this.#known.get(use.id)
    if (before && before.service === use.service && before.region === use.region)
      if (use.at < before.at + REMEMBER_AFTER_MS) return false
    if (!before && this.#known.size >= MAX_KNOWN) this.#known.clear()
    this.#known.set(use.id, use)
    return true
  }

  /** To be called when a use that was due could not be remembered: the next one is due then. */
  failed(use: LastUse): void {
    if (this.#known.get(use.id) === use) this.#known.delete(use.id)
  }
}
