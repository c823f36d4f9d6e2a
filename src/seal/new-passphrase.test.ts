import assert from 'node:assert/strict'
import { test } from 'node:test'
import { newPassphrase, passphraseFault, proquint } from './new-passphrase.ts'

test('words spell the addresses of "A Proposal for Proquints" as it does', () => {
  for (const [address, words] of [
    ['127.0.0.1', 'lusab-babad'],
    ['63.84.220.193', 'gutih-tugad'],
    ['140.98.193.141', 'mudof-sakat'],
    ['255.255.255.255', 'zuzuz-zuzuz'],
  ] as const) {
    const [a = 0, b = 0, c = 0, d = 0] = address.split('.').map(Number)
    assert.equal(`${proquint(a * 256 + b)}-${proquint(c * 256 + d)}`, words)
  }
})

test('every number of 16 bits has a word of its own', () => {
  assert.equal(new Set(Array.from({ length: 2 ** 16 }, (_, number) => proquint(number))).size, 2 ** 16)
})

test('a new passphrase has six words, differs from every other, and is long enough', () => {
  const made = Array.from({ length: 1000 }, newPassphrase)
  for (const passphrase of made) {
    assert.match(passphrase, /^[a-z]{5}(-[a-z]{5}){5}$/)
    assert.equal(passphraseFault(passphrase), undefined)
  }
  assert.equal(new Set(made).size, made.length)
})

test('a passphrase of fewer than 12 characters is refused in words that do not repeat it', () => {
  assert.equal(passphraseFault(''), 'the passphrase is empty')
  // The last has 22 code units, which are 11 characters.
  for (const short of ['x', 'elevenchars', '😀'.repeat(11)])
    assert.equal(passphraseFault(short), 'the passphrase has fewer than 12 characters')
  assert.equal(passphraseFault('twelve chars'), undefined)
})
