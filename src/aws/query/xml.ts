const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\r': '&#xD;',
}

const TO_ESCAPE = /[&<>"\r]/g

/** What no XML 1.0 document can hold, not even escaped. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what it is about
const UNSPEAKABLE = /[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/g

/**
 * An element, its content already XML.
 *
 * @param name from a shape or a constant, never from a request: it is not escaped
 */
export function element(name: string, content: string, namespace?: string): string {
  const start = namespace === undefined ? name : `${name} xmlns="${escapeText(namespace)}"`
  return content === '' ? `<${start}/>` : `<${start}>${content}</${name}>`
}

/**
 * Any text as the content of an element. Characters that XML cannot hold become U+FFFD: a refusal that quotes them must still be readable. A
 * carriage return is escaped, because parsers make it a line feed.
 */
export function escapeText(text: string): string {
  return text
    .toWellFormed()
    .replace(UNSPEAKABLE, '\ufffd')
    .replace(TO_ESCAPE, (character) => ENTITIES[character] ?? '')
}
