import { type Verification, verifyTrail } from '../../src/audit/verify-trail.ts'
import { openTrail } from '../../src/storage/read-chain.ts'
import type { TestApp } from '../start-app.ts'

/** What its keyring, or the given public keys, prove of the trail of a running Coffer. */
export function verified({ running }: TestApp, given?: ReadonlyMap<number, Uint8Array>): Verification {
  const { dataDir, id: installation, keyring } = running.installation
  using trail = openTrail(dataDir)
  const publicKeys = given ?? keyring.current.publicKeys('trail')
  return verifyTrail(trail, { installation, publicKeys, isWholeKeyring: given === undefined, heads: [] })
}
