import { comparison } from './comparison.ts'

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}(?:==)?|[A-Za-z0-9+/]{3}=?)?$/

/** Bytes as a text of one character each, so that equal bytes are equal whatever their padding was. */
const readBytes = (text: string) => (BASE64.test(text) ? Buffer.from(text, 'base64').toString('latin1') : undefined)

/** Bytes in base64, compared byte by byte. */
export const binaryOperators = [
  comparison<string>({
    name: 'BinaryEquals',
    negated: false,
    variables: false,
    wildcards: false,
    read: readBytes,
    prepare(text) {
      const wanted = readBytes(text)
      return wanted === undefined ? undefined : (value) => value === wanted
    },
  }),
]
