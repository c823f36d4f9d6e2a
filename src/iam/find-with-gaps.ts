const WORD = 32

/**
 * First place in a text, from the given one on, where each code equals that of the character or is negative, which fits any; negative when
 * nowhere. All places are judged at once, 32 to a word: the time is bounded by the product of both lengths divided by 32.
 */
export function findWithGaps(codes: readonly number[], text: string, from: number): number {
  const places = text.length - from - codes.length + 1
  if (places <= 0) return -1
  const words = Math.ceil(places / WORD)
  const possible = new Uint32Array(words).fill(0xffff_ffff)
  possible[words - 1] = 0xffff_ffff >>> (words * WORD - places)
  // One word more than the text has, because the next one is always read.
  const present = new Uint32Array(Math.ceil((text.length - from) / WORD) + 1)
  const occurrences = occurrencesOf(codes, text, from)
  for (const [code, offsets] of offsetsOf(codes)) {
    const found = occurrences.get(code) ?? []
    for (const at of found) present[at >>> 5] = (present[at >>> 5] ?? 0) | (1 << (at & 31))
    for (const offset of offsets) if (!keepPresent(possible, present, offset)) return -1
    for (const at of found) present[at >>> 5] = 0
  }
  const word = possible.findIndex((bits) => bits !== 0)
  const bits = possible[word] ?? 0
  return word < 0 ? -1 : from + word * WORD + (WORD - 1 - Math.clz32(bits & -bits))
}

/** Leaves only the places that have the character at an offset; false when none is left. */
function keepPresent(possible: Uint32Array, present: Uint32Array, offset: number): boolean {
  const skipped = offset >>> 5
  const shift = offset & 31
  let left = 0
  for (let word = 0; word < possible.length; word += 1) {
    const low = present[word + skipped] ?? 0
    // Shifting by a whole word would not shift at all.
    const shifted = shift === 0 ? low : (low >>> shift) | ((present[word + skipped + 1] ?? 0) << (WORD - shift))
    const kept = (possible[word] ?? 0) & shifted
    possible[word] = kept
    left |= kept
  }
  return left !== 0
}

/** Places of each character that is wanted, counted from `from`. */
function occurrencesOf(codes: readonly number[], text: string, from: number): ReadonlyMap<number, readonly number[]> {
  const occurrences = new Map<number, number[]>(codes.map((code) => [code, []]))
  for (let at = from; at < text.length; at += 1) occurrences.get(text.charCodeAt(at))?.push(at - from)
  return occurrences
}

/** Where each character is wanted. */
function offsetsOf(codes: readonly number[]): ReadonlyMap<number, readonly number[]> {
  const offsets = new Map<number, number[]>()
  for (const [offset, code] of codes.entries()) {
    if (code < 0) continue
    const known = offsets.get(code)
    if (known) known.push(offset)
    else offsets.set(code, [offset])
  }
  return offsets
}
