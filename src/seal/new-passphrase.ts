import { randomBytes } from 'node:crypto'

/**
 * Fewest characters of a passphrase for an export of the root key. Whoever has the export can guess without limit, at half a second and 128 MB for
 * each guess. A text of 12 random small letters holds 56 bits.
 */
export const MIN_PASSPHRASE_CHARACTERS = 12

/** Why a passphrase cannot protect an export; undefined when it can. Repeats nothing of it. */
export function passphraseFault(passphrase: string): string | undefined {
  if (passphrase === '') return 'the passphrase is empty'
  if ([...passphrase].length >= MIN_PASSPHRASE_CHARACTERS) return undefined
  return `the passphrase has fewer than ${MIN_PASSPHRASE_CHARACTERS} characters`
}

const WORDS = 6
const CONSONANTS = 'bdfghjklmnprstvz'
const VOWELS = 'aiou'

/**
 * A new passphrase of six words that can be pronounced, such as `lusab-babad-…`, with 96 random bits. Each word spells 16 bits as D. Wilkerson's
 * "A Proposal for Proquints" does: consonants of 4 bits and vowels of 2 in turn.
 */
export function newPassphrase(): string {
  const bytes = randomBytes(2 * WORDS)
  return Array.from({ length: WORDS }, (_, index) => proquint(bytes.readUInt16BE(2 * index))).join('-')
}

/** Five letters that spell a number of 16 bits. */
export function proquint(number: number): string {
  const consonant = (shift: number) => CONSONANTS.charAt((number >> shift) & 0b1111)
  const vowel = (shift: number) => VOWELS.charAt((number >> shift) & 0b11)
  return consonant(12) + vowel(10) + consonant(6) + vowel(4) + consonant(0)
}
