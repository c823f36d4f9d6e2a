import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { canonicalPath, canonicalQuery, parseQuery, splitTarget } from './canonical-uri.ts'
import { signatureErrors } from './errors.ts'

const paths: Record<string, string> = {
  '': '/',
  '/': '/',
  '//': '/',
  '/./': '/',
  '/..': '/',
  '/../..//': '/',
  '/a//b/': '/a/b/',
  '/a/./b/../c': '/a/c',
  '/a/..': '/',
  '/a b': '/a%20b',
  '/a%20b': '/a%2520b',
  '/%2e%2E/a': '/%252e%252E/a',
  '/a%2Fb': '/a%252Fb',
  '/-._~': '/-._~',
  "/!'()*$&+,;=:@#": '/%21%27%28%29%2A%24%26%2B%2C%3B%3D%3A%40%23',
  '/\u00e1\u0088\u00b4': '/%E1%88%B4',
}

for (const [path, canonical] of Object.entries(paths))
  test(`the path '${path}' is signed as '${canonical}'`, () => {
    assert.equal(canonicalPath(path), canonical)
  })

const queries: Record<string, string> = {
  '': '',
  a: 'a=',
  'a=': 'a=',
  '=': '=',
  '=a': '=a',
  'a=b=c': 'a=b%3Dc',
  'b=1&a=2': 'a=2&b=1',
  'a=2&a=1&a': 'a=&a=1&a=2',
  'a-=1&a=1': 'a=1&a-=1',
  'B=1&a=2': 'B=1&a=2',
  '&&a=1&': 'a=1',
  'a=%7e%2d%41': 'a=~-A',
  'a=%2f': 'a=%2F',
  'a=b+c': 'a=b%20c',
  'a=b%20c': 'a=b%20c',
  'a=b%2Bc': 'a=b%2Bc',
  'a=%': 'a=%25',
  'a=%zz%4': 'a=%25zz%254',
  'a=%ff': 'a=%FF',
  'a=?': 'a=%3F',
  '%E1%88%B4=1': '%E1%88%B4=1',
  '\u00e1\u0088\u00b4=1': '%E1%88%B4=1',
}

for (const [query, canonical] of Object.entries(queries))
  test(`the query '${query}' is signed as '${canonical}'`, () => {
    assert.equal(canonicalQuery(parseQuery(query)), canonical)
  })

test('a target is cut at its first question mark', () => {
  assert.deepEqual(splitTarget('/a?b?c'), { path: '/a', query: 'b?c' })
  assert.deepEqual(splitTarget('/a'), { path: '/a', query: '' })
})

test('text that can not have been on a wire fits no signature', () => {
  assert.throws(() => canonicalPath('/\u0141'), { message: signatureErrors.mismatch().message })
  assert.throws(() => canonicalQuery(parseQuery('\u0141')), { message: signatureErrors.mismatch().message })
})

test('queries that sign alike mean the same to whoever reads them as a form', () => {
  const piece = fc.constantFrom('a', 'b', '=', '&', '+', '%20', '%2B', '%', '%2', '%3D', '%26', '2', '0', 'B')
  const query = fc.array(piece, { maxLength: 6 }).map((pieces) => pieces.join(''))
  const meaning = (text: string) => JSON.stringify([...new URLSearchParams(text)].sort())
  const seen = new Map<string, string>()
  fc.assert(
    fc.property(query, (text) => {
      const canonical = canonicalQuery(parseQuery(text))
      const meant = seen.get(canonical) ?? meaning(text)
      seen.set(canonical, meant)
      assert.equal(meaning(text), meant)
    }),
    { numRuns: 5000 },
  )
})

test('reading a canonical query gives the same canonical query', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary-ascii' }), (text) => {
      const canonical = canonicalQuery(parseQuery(text))
      assert.equal(canonicalQuery(parseQuery(canonical)), canonical)
    }),
  )
})
