import { openTrail } from '../storage/read-chain.ts'
import { attempt, CommandError } from './command-error.ts'
import { type KeyringPlace, readKeyring } from './trail-anchor.ts'

/** Prints the public keys by which a trail can be verified where its root key is not. */
export async function printPublicKeys(place: KeyringPlace): Promise<void> {
  using trail = openTrail(place.dataDir)
  const { installation } = trail
  if (!installation) throw new CommandError(`Cannot print the public keys: ${place.dataDir}: there is no keyring in it`)
  const keyring = await attempt('Cannot print the public keys', () => readKeyring(place, installation))
  for (const [version, key] of keyring.publicKeys('trail'))
    process.stdout.write(`${version}:${Buffer.from(key).toString('base64')}\n`)
}
