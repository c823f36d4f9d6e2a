import { parseAnyRootKey, type RootKeyMaterial } from '../root-key-material.ts'

/** The variable that holds a root key. */
export const ROOT_KEY_VARIABLE = 'COFFER_ROOT_KEY'

/** The root key in the value of an environment variable, in any form that `parseAnyRootKey` reads. The value is never shown. */
export function parseRootKeyVariable(value: string, variable = ROOT_KEY_VARIABLE): RootKeyMaterial {
  return parseAnyRootKey(value, `Cannot use the root key of the environment: ${variable}`)
}
