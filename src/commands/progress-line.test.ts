import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ProgressLine } from './progress-line.ts'

function terminal(isTTY = true, columns = 20) {
  const written: string[] = []
  return { isTTY, columns, written, write: (text: string) => written.push(text) > 0 }
}

test('a line replaces the one before it, and nothing is left of it at the end', () => {
  const stream = terminal()
  const line = new ProgressLine(stream)
  line.show('a longer one')
  line.show('short')
  line.show('short')
  line.clear()
  line.clear()
  assert.deepEqual(stream.written, ['\ra longer one', '\rshort       ', '\r     \r'])
})

test('nothing is written where there is no terminal, or where a line would not fit', () => {
  for (const stream of [terminal(false), terminal(true, 4)]) {
    const line = new ProgressLine(stream)
    line.show('text')
    line.clear()
    assert.deepEqual(stream.written, [])
  }
})

test('no character of a name steers the terminal', () => {
  const stream = terminal()
  new ProgressLine(stream).show('a\x1b[2Jb')
  assert.deepEqual(stream.written, ['\ra\u{FFFD}[2Jb'])
})
