/** Bits of a word, and so characters of a segment that one step compares. */
const WORD = 32

/** By the code of a character, where the masks of one segment are. Shared by all searches; each leaves it empty. */
const masks = new Uint32Array(0x1_0000)

/** The place where a search has found the codes, negative for none; and how many words each character of the text was compared with. */
export interface GapSearch {
  readonly at: number
  readonly words: number
}

/**
 * Finds the first place in a text, from the given one on, where each code equals that of the character or is negative, which accepts any character
 * (shift-and; Baeza-Yates and Gonnet). Bit i of the state says that the last i + 1 characters are the first i + 1 of the segment. The time is the
 * number of characters read, times one word for every 32 codes.
 */
export function findWithGaps(codes: readonly number[], text: string, from: number): GapSearch {
  const words = Math.ceil(codes.length / WORD)
  const at = from + codes.length > text.length ? -1 : (words === 1 ? findShort : findLong)(codes, text, from)
  return { at, words }
}

function findShort(codes: readonly number[], text: string, from: number): number {
  const { length } = codes
  let gaps = 0
  for (let index = 0; index < length; index += 1) {
    const code = codes[index] ?? 0
    if (code < 0) gaps |= 1 << index
    else masks[code] = (masks[code] ?? 0) | (1 << index)
  }
  const last = 1 << (length - 1)
  let state = 0
  let at = from
  for (; at < text.length; at += 1) {
    state = ((state << 1) | 1) & ((masks[text.charCodeAt(at)] ?? 0) | gaps)
    if ((state & last) !== 0) break
  }
  for (const code of codes) if (code >= 0) masks[code] = 0
  return at < text.length ? at + 1 - length : -1
}

/** The same with several words: `masks` then has the row of each character, and row 0 is that of all others. */
function findLong(codes: readonly number[], text: string, from: number): number {
  const words = Math.ceil(codes.length / WORD)
  const rows = rowsOf(codes, words)
  const last = 1 << ((codes.length - 1) % WORD)
  const state = new Uint32Array(words)
  let at = from
  for (; at < text.length; at += 1) {
    const row = (masks[text.charCodeAt(at)] ?? 0) * words
    let carry = 1
    for (let word = 0; word < words; word += 1) {
      const bits = state[word] ?? 0
      state[word] = ((bits << 1) | carry) & (rows[row + word] ?? 0)
      carry = bits >>> (WORD - 1)
    }
    if (((state[words - 1] ?? 0) & last) !== 0) break
  }
  for (const code of codes) if (code >= 0) masks[code] = 0
  return at < text.length ? at + 1 - codes.length : -1
}

/** Numbers the characters of a segment from 1 in `masks`; returns for each the places where it may stand, one bit each. */
function rowsOf(codes: readonly number[], words: number): Uint32Array {
  let count = 1
  for (const code of codes) if (code >= 0 && masks[code] === 0) masks[code] = count++
  const rows = new Uint32Array(count * words)
  const setBit = (row: number, index: number) => {
    const at = row * words + Math.floor(index / WORD)
    rows[at] = (rows[at] ?? 0) | (1 << (index % WORD))
  }
  for (const [index, code] of codes.entries()) if (code < 0) setBit(0, index)
  // A gap accepts every character.
  for (let row = 1; row < count; row += 1) rows.copyWithin(row * words, 0, words)
  for (const [index, code] of codes.entries()) if (code >= 0) setBit(masks[code] ?? 0, index)
  return rows
}
