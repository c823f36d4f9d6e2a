export interface ShareLimits {
  /** All connections together. */
  readonly connections: number
  /** Connections of one network. */
  readonly connectionsPerAddress: number
}

/** Where a connection comes from. */
export interface Origin {
  /** The client's address, or its network where one client has many addresses. */
  readonly network: string
  /** False for a proxy, which brings the connections of many clients. */
  readonly bounded: boolean
}

/** Whether a new connection is taken, and the connection that must be closed for it. */
export type Admission<C> = { readonly admitted: false } | { readonly admitted: true; readonly evicted: C | undefined }

interface Holder<C> extends Origin {
  open: number
  /** Connections without a request, the longest idle first. */
  readonly idle: Set<C>
}

/**
 * Shares the connections that a server can have among networks, so that one client cannot take them all. A new connection takes the place of
 * an idle one: of its own network where that has its share, else of the network that has most. It is refused when no connection is idle.
 */
export class ConnectionShares<C> {
  readonly #limits: ShareLimits
  readonly #holders = new Map<string, Holder<C>>()
  readonly #holderOf = new Map<C, Holder<C>>()

  constructor(limits: ShareLimits) {
    this.#limits = limits
  }

  open(connection: C, origin: Origin): Admission<C> {
    const own = this.#holders.get(origin.network)
    const hasShare = origin.bounded && (own?.open ?? 0) >= this.#limits.connectionsPerAddress
    let evicted: C | undefined
    if (hasShare || this.#holderOf.size >= this.#limits.connections) {
      evicted = hasShare ? longestIdle(own) : this.#idleOfLargest()
      if (evicted === undefined) return { admitted: false }
      this.close(evicted)
    }
    const holder = this.#holders.get(origin.network) ?? { ...origin, open: 0, idle: new Set() }
    this.#holders.set(origin.network, holder)
    this.#holderOf.set(connection, holder)
    holder.open++
    holder.idle.add(connection)
    return { admitted: true, evicted }
  }

  /** Notes that a connection has a request. */
  busy(connection: C): void {
    this.#holderOf.get(connection)?.idle.delete(connection)
  }

  /** Notes that a connection waits for its next request. */
  idle(connection: C): void {
    this.#holderOf.get(connection)?.idle.add(connection)
  }

  close(connection: C): void {
    const holder = this.#holderOf.get(connection)
    if (!holder) return
    this.#holderOf.delete(connection)
    holder.idle.delete(connection)
    if (--holder.open === 0) this.#holders.delete(holder.network)
  }

  /** Idle connections of proxies are closed last: they serve many clients. */
  #idleOfLargest(): C | undefined {
    const rank = ({ bounded, open }: Holder<C>) => (bounded ? open : 0)
    let largest: Holder<C> | undefined
    for (const holder of this.#holders.values())
      if (holder.idle.size > 0 && (!largest || rank(holder) > rank(largest))) largest = holder
    return longestIdle(largest)
  }
}

function longestIdle<C>(holder: Holder<C> | undefined): C | undefined {
  return holder?.idle.values().next().value
}
