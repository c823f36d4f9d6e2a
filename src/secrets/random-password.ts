import { randomInt } from 'node:crypto'
import { errors } from './errors.ts'

/** Length when the request names none (facts 8.3). */
export const DEFAULT_PASSWORD_LENGTH = 32

/** Input of GetRandomPassword; lengths are within the bounds of its shape. */
export interface RandomPasswordOptions {
  readonly PasswordLength?: number | undefined
  readonly ExcludeCharacters?: string | undefined
  readonly ExcludeNumbers?: boolean | undefined
  readonly ExcludePunctuation?: boolean | undefined
  readonly ExcludeUppercase?: boolean | undefined
  readonly ExcludeLowercase?: boolean | undefined
  readonly IncludeSpace?: boolean | undefined
  readonly RequireEachIncludedType?: boolean | undefined
}

/** The types of characters (facts 8.3) and whether a request admits them. */
const TYPES: readonly { characters: string; admitted: (options: RandomPasswordOptions) => boolean }[] = [
  { characters: 'abcdefghijklmnopqrstuvwxyz', admitted: (options) => !options.ExcludeLowercase },
  { characters: 'ABCDEFGHIJKLMNOPQRSTUVWXYZ', admitted: (options) => !options.ExcludeUppercase },
  { characters: '0123456789', admitted: (options) => !options.ExcludeNumbers },
  { characters: '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~', admitted: (options) => !options.ExcludePunctuation },
]

/** A random password; every admitted type occurs unless that is declined. The blank is admitted but never required. */
export function randomPassword(options: RandomPasswordOptions): string {
  const { PasswordLength: length = DEFAULT_PASSWORD_LENGTH, RequireEachIncludedType: requireEach = true } = options
  const excluded = new Set(options.ExcludeCharacters)
  const remaining = (characters: string) => [...characters].filter((character) => !excluded.has(character))

  const types = TYPES.filter((type) => type.admitted(options)).map((type) => remaining(type.characters))
  const pool = [...types.flat(), ...(options.IncludeSpace ? remaining(' ') : [])]
  if (pool.length === 0) throw errors.passwordAllExcluded()

  const required = requireEach ? types : []
  if (required.some((type) => type.length === 0)) throw errors.passwordTypeExcluded()
  if (required.length > length) throw errors.passwordTooShort()

  const password = required.map(pick)
  while (password.length < length) password.push(pick(pool))
  return shuffle(password).join('')
}

function pick(characters: readonly string[]): string {
  return characters[randomInt(characters.length)]!
}

/** Fisher and Yates, in place: hides which characters were picked for their type. */
function shuffle(characters: string[]): string[] {
  for (let last = characters.length - 1; last > 0; last--) {
    const other = randomInt(last + 1)
    const held = characters[last]!
    characters[last] = characters[other]!
    characters[other] = held
  }
  return characters
}
