import { KEY_BYTES } from '../mac.ts'
import { RootKeyError } from '../root-key-error.ts'
import { decodeKey, isRootKeyText, parseRootKey, ROOT_KEY_TEXT, RootKeyMaterial } from '../root-key-material.ts'

/** The variable that holds a root key. */
export const ROOT_KEY_VARIABLE = 'COFFER_ROOT_KEY'

const HEXADECIMAL = new RegExp(`^[0-9a-fA-F]{${2 * KEY_BYTES}}$`)

/**
 * The root key in the value of an environment variable: the text of a root key file, or 32 bytes as hexadecimal, base64
 * or base64url, which is what other tools produce. The encodings differ in length, so none is taken for another. The
 * value is never shown.
 */
export function parseRootKeyVariable(value: string, variable = ROOT_KEY_VARIABLE): RootKeyMaterial {
  const text = value.trim()
  const subject = `Cannot use the root key of the environment: ${variable}`
  if (isRootKeyText(text)) return parseRootKey(text, subject)

  const bytes = HEXADECIMAL.test(text) ? Buffer.from(text, 'hex') : decodeKey(text)
  if (bytes) return new RootKeyMaterial(bytes)
  const found = text === '' ? 'is empty' : 'is not a root key'
  throw new RootKeyError(
    'malformed',
    `${subject} ${found}, wanted ${ROOT_KEY_TEXT} or ${KEY_BYTES} bytes as hexadecimal, base64 or base64url`,
  )
}
