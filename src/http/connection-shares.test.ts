import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { ConnectionShares, type Origin } from './connection-shares.ts'

const from = (network: string): Origin => ({ network, bounded: true })
const proxy: Origin = { network: '10.0.0.1', bounded: false }
const taken = (evicted?: string) => ({ admitted: true, evicted })
const refused = { admitted: false }

function shares(limits = { connections: 6, connectionsPerAddress: 2 }): ConnectionShares<string> {
  return new ConnectionShares(limits)
}

describe('a network that has its share of connections', () => {
  test('gets a further one in place of its longest idle one', () => {
    const of = shares()
    assert.deepEqual(of.open('a1', from('a')), taken())
    assert.deepEqual(of.open('a2', from('a')), taken())
    of.busy('a1')
    of.idle('a1')
    assert.deepEqual(of.open('a3', from('a')), taken('a2'))
    assert.deepEqual(of.open('a4', from('a')), taken('a1'))
  })

  test('gets no further one while all of them have requests', () => {
    const of = shares()
    for (const name of ['a1', 'a2']) {
      of.open(name, from('a'))
      of.busy(name)
    }
    assert.deepEqual(of.open('a3', from('a')), refused)
    assert.deepEqual(of.open('b1', from('b')), taken(), 'another network is not affected')
    of.close('a1')
    assert.deepEqual(of.open('a3', from('a')), taken())
  })

  test('has no bound when it is a proxy', () => {
    const of = shares()
    for (let count = 1; count <= 5; count++) assert.deepEqual(of.open(`p${count}`, proxy), taken())
  })
})

describe('a server that has all its connections', () => {
  test('closes the longest idle one of the network that has most', () => {
    const of = shares({ connections: 5, connectionsPerAddress: 3 })
    for (const name of ['b1', 'a1', 'a2', 'a3', 'b2']) of.open(name, from(name[0] ?? ''))
    assert.deepEqual(of.open('c1', from('c')), taken('a1'))
  })

  test('closes idle connections of a proxy only when no other is idle', () => {
    const of = shares({ connections: 4, connectionsPerAddress: 3 })
    for (const name of ['p1', 'p2', 'p3']) of.open(name, proxy)
    of.open('a1', from('a'))
    assert.deepEqual(of.open('b1', from('b')), taken('a1'))
    of.busy('b1')
    assert.deepEqual(of.open('c1', from('c')), taken('p1'))
  })

  test('takes no further one while all of them have requests', () => {
    const of = shares({ connections: 1, connectionsPerAddress: 1 })
    of.open('a1', from('a'))
    of.busy('a1')
    assert.deepEqual(of.open('b1', from('b')), refused)
    of.close('a1')
    of.close('a1')
    assert.deepEqual(of.open('b1', from('b')), taken())
  })
})
