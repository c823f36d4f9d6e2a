/** Text that others wrote, with nothing in it that may steer a terminal or turn the direction of text. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Co}]/gu, '\u{FFFD}')
}

export const graphemes = new Intl.Segmenter()
const WIDE_TEXT =
  /[\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}\p{Emoji_Presentation}\u3000-\u303e\uff01-\uff60]/u

/** Columns of a terminal that a text takes. */
export function cells(text: string): number {
  let count = 0
  for (const { segment } of graphemes.segment(text)) count += WIDE_TEXT.test(segment) ? 2 : 1
  return count
}
