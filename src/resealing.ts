import { accessKeyPlace } from './identity/authenticate.ts'
import { resealMaterial } from './kms/material.ts'
import { headerOf, reseal } from './seal/keyring.ts'
import type { KeyringUse } from './seal/keyring-holder.ts'
import type { RowMac } from './storage/row-mac.ts'
import type { Resealing } from './storage/sealed-tables.ts'

/** What the store needs to put everything under the newest versions of a keyring: each of its owners knows the place of its own. */
export function resealingWith(keyring: KeyringUse, mac: RowMac = keyring.authenticator('row-mac')): Resealing {
  const accessKeys = keyring.sealer('access-key')
  const materials = keyring.sealer('kms')
  return {
    mac,
    accessKey: (sealed, key) => reseal(accessKeys, sealed, accessKeyPlace(key)),
    material: (sealed, { version, ...key }) => resealMaterial(key, version, sealed, materials),
    prefixOf: headerOf,
  }
}
