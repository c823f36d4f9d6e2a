import type { AwsError } from '../aws/error.ts'
import { errors } from './errors.ts'
import type { KeyMaterial, KeyState, KmsKey } from './key-store.ts'

/** The state of a key at a time: imported material that has expired is as if deleted (security facts 4.6). */
export function stateOf(key: Pick<KmsKey, 'state' | 'origin' | 'materials' | 'currentVersion'>, now: number): KeyState {
  const waits = key.state === 'PendingDeletion' || key.state === 'PendingReplicaDeletion'
  if (key.origin !== 'EXTERNAL' || waits) return key.state
  // AWS wants all material that a key ever encrypted under before it is used again.
  const missing = key.materials.some(
    ({ version, sealed, imported }) => version <= key.currentVersion && (!sealed || hasExpired(imported, now)),
  )
  return missing || key.materials.length === 0 ? 'PendingImport' : key.state
}

function hasExpired(imported: { readonly expiresAt?: number | undefined } | undefined, now: number): boolean {
  return imported?.expiresAt !== undefined && imported.expiresAt <= now
}

/** A key without imported material that has expired; the key itself where none has. */
export function withoutExpired(key: KmsKey, now: number): KmsKey {
  const gone = ({ sealed, imported }: KeyMaterial) => sealed !== undefined && hasExpired(imported, now)
  if (!key.materials.some(gone)) return key
  return { ...key, materials: key.materials.map((one) => (gone(one) ? { ...one, sealed: undefined } : one)) }
}

/**
 * Groups of operations by the states in which AWS refuses them (security facts 4.6). `cryptography` is also for rotation and new grants, `switch`
 * for enabling and disabling.
 */
export type Use = 'cryptography' | 'switch' | 'change' | 'cancel-deletion' | 'look'

type Refusal = ((arn: string, state: KeyState) => AwsError) | undefined
const waits: Refusal = (arn, state) => errors.invalidState(arn, state)
const disabled: Refusal = (arn) => errors.disabled(arn)

const REFUSALS: Readonly<Record<Use, Readonly<Partial<Record<KeyState, Refusal>>>>> = {
  cryptography: {
    Disabled: disabled,
    PendingDeletion: waits,
    PendingReplicaDeletion: waits,
    PendingImport: waits,
  },
  switch: { PendingDeletion: waits, PendingReplicaDeletion: waits, PendingImport: waits },
  change: { PendingDeletion: waits, PendingReplicaDeletion: waits },
  'cancel-deletion': {
    Enabled: (arn) => errors.notPendingDeletion(arn),
    Disabled: (arn) => errors.notPendingDeletion(arn),
    PendingImport: (arn) => errors.notPendingDeletion(arn),
  },
  look: {},
}

/** Why a key cannot be used in its state; undefined when it can. */
export function refusalOf(key: KmsKey, use: Use, now: number): AwsError | undefined {
  const state = stateOf(key, now)
  return REFUSALS[use][state]?.(key.arn, state)
}
