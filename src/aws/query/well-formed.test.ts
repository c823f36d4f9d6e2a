import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { AwsError } from '../error.ts'
import { list, map, string, structure } from '../shape.ts'
import { encodeXmlOutput } from './encode-xml.ts'
import { encodeXmlError } from './encode-xml-error.ts'

// Harm prevented: a text that a caller chose (a name, a description, a parameter that a refusal quotes) breaks the document, or adds elements
// to it, and clients read credentials or decisions that were never given.

interface Element {
  readonly name: string
  readonly text: string
  readonly children: readonly Element[]
}

/** Every character that XML 1.0 allows (its production 2). */
const CHARACTERS = /^[\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]*$/u
const TOKEN = /<(\/?)([A-Za-z]\w*)((?: xmlns="[^"<&]*")?)(\/?)>|([^<>&]+)|&(amp|lt|gt|quot|#xD);/y
const ENTITIES: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', '#xD': '\r' }

/** Reads the little of XML that we write; throws for everything else. */
function readXml(xml: string): Element {
  assert.match(xml, CHARACTERS)
  const document = { name: '', text: '', children: [] as Element[] }
  const open = [document]
  for (let index = 0; index < xml.length; ) {
    TOKEN.lastIndex = index
    const match = TOKEN.exec(xml)
    assert.ok(match, `no XML: ${JSON.stringify(xml.slice(index, index + 20))}`)
    index = TOKEN.lastIndex
    const [, end, name, , empty, text, entity] = match
    const parent = open.at(-1)
    assert.ok(parent)
    if (name === undefined) {
      // What a parser makes of line ends.
      parent.text += entity === undefined ? (text ?? '').replace(/\r\n?/g, '\n') : ENTITIES[entity]
    } else if (end) {
      assert.equal(open.pop()?.name, name)
    } else {
      const child = { name, text: '', children: [] }
      parent.children.push(child)
      if (!empty) open.push(child)
    }
  }
  assert.equal(open.length, 1, 'an element stays open')
  assert.deepEqual([document.children.length, document.text], [1, ''], 'one element is the root')
  return document.children[0]!
}

const leaf = (name: string, text: string): Element => ({ name, text, children: [] })
const node = (name: string, ...children: Element[]): Element => ({ name, text: '', children })

/** The same text as XML can hold it. */
const readable = (text: string) =>
  [...text].map((character) => (CHARACTERS.test(character) && character.isWellFormed() ? character : '\ufffd')).join('')

/** Any UTF-16 at all: control characters, lone surrogates, noncharacters, markup. */
const texts = fc.oneof(
  fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code)) }),
  fc.string({ unit: 'binary' }),
  fc.string({
    unit: fc.constantFrom(
      '<',
      '>',
      '&',
      '"',
      "'",
      ']]>',
      '<![CDATA[',
      '<!--',
      '<?',
      '/>',
      '&amp;',
      '\r',
      '\n',
      '\0',
      '\ud800',
      '\udc00',
      '\ufffe',
      '\uffff',
      '\u0085',
      '🔑',
      '</Name>',
    ),
  }),
)

const frame = { namespace: 'https://iam.amazonaws.com/doc/2010-05-08/', requestId: 'id' }

describe('XML stays well-formed and says what was meant', () => {
  const shape = structure({
    Name: string(),
    Keys: list(string()),
    Tags: map(string(), structure({ Value: string() })),
  })

  test('in every answer', () => {
    const outputs = fc.record({
      Name: texts,
      Keys: fc.array(texts, { maxLength: 5 }),
      Tags: fc.dictionary(texts, fc.record({ Value: texts }), { maxKeys: 5 }),
    })
    fc.assert(
      fc.property(outputs, (output) => {
        const xml = encodeXmlOutput({ ...frame, operation: 'GetX' }, shape, output)
        const entry = ([key, { Value }]: [string, { Value: string }]) =>
          node('entry', leaf('key', readable(key)), node('value', leaf('Value', readable(Value))))
        const result = node(
          'GetXResult',
          leaf('Name', readable(output.Name)),
          node('Keys', ...output.Keys.map((key) => leaf('member', readable(key)))),
          node('Tags', ...Object.entries(output.Tags).map(entry)),
        )
        assert.deepEqual(readXml(xml), node('GetXResponse', result, node('ResponseMetadata', leaf('RequestId', 'id'))))
      }),
      { numRuns: 500 },
    )
  })

  test('in every error', () => {
    fc.assert(
      fc.property(texts, texts, (code, message) => {
        const { body } = encodeXmlError(new AwsError(code, message), frame)
        const error = node(
          'Error',
          leaf('Type', 'Sender'),
          leaf('Code', readable(code)),
          leaf('Message', readable(message)),
        )
        assert.deepEqual(readXml(body), node('ErrorResponse', error, leaf('RequestId', 'id')))
      }),
      { numRuns: 500 },
    )
  })

  test('and the reader of this test refuses what is not', () => {
    for (const xml of [
      '',
      'a',
      '<a>',
      '</a>',
      '<a></b>',
      '<a/><b/>',
      '<a>&b;</a>',
      '<a>]]></a>',
      '<a>\0</a>',
      '<a>\ud800</a>',
    ])
      assert.throws(() => readXml(xml), assert.AssertionError, xml)
    assert.deepEqual(readXml('<a xmlns="x">1&amp;\r2<b/></a>'), { name: 'a', text: '1&\n2', children: [leaf('b', '')] })
  })
})
