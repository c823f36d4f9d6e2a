/**
 * Who is at the rotation of a secret, among all processes that share a store. Takes effect at once and leaves no record: it decides only who does
 * the work.
 */
export interface RotationLeases {
  /** Takes a lease that nobody holds, whose time is over, or that the owner holds already; false when another one holds it. Times are milliseconds. */
  take(secretId: number, owner: string, now: number, until: number): Promise<boolean>
  /** Gives back what the owner holds. */
  release(secretId: number, owner: string): Promise<void>
}
