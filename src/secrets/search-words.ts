const SEPARATORS = ['/', '-', '_', '+', '=', '.', '@']

/**
 * The words by which the filters `description` and `all` find a text, lower-cased.
 *
 * This reproduces what was observed on AWS (facts 6.4, 6.5), not what its guide says: a text that mixes kinds of separators
 * stays whole, and digits begin a word only when a lower-case letter follows.
 */
export function wordsOf(text: string): string[] {
  const kinds = SEPARATORS.filter((separator) => text.includes(separator))
  if (kinds.length > 1) return [text.toLowerCase()]
  const parts = kinds[0] === undefined ? [text] : text.split(kinds[0])
  return parts.flatMap(splitByCase)
}

/**
 * `AppBeta` is `app`, `beta`; `COMPANYthings` is `compan`, `ythings`. Blanks always separate (facts 6.4); the pattern alone would
 * leave `API KEY` whole. It takes code points, so that no surrogate pair is torn.
 */
function splitByCase(part: string): string[] {
  return part
    .split(/([^a-z][a-z]+)/u)
    .flatMap((piece) => piece.split(/\s+/))
    .filter((piece) => piece !== '')
    .map((piece) => piece.toLowerCase())
}
