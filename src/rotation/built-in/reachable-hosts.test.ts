import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { isReachable, parseReachableHost } from './reachable-hosts.ts'

describe('a host is read', () => {
  const read: readonly [text: string, host: object | undefined][] = [
    ['db.example.com', { host: 'db.example.com' }],
    ['DB.Example.com:5432', { host: 'db.example.com', port: 5432 }],
    ['10.0.0.7:3306', { host: '10.0.0.7', port: 3306 }],
    ['::1', { host: '::1' }],
    ['[::1]', { host: '::1' }],
    ['[2001:db8::7]:5432', { host: '2001:db8::7', port: 5432 }],
    ['', undefined],
    ['db:0', undefined],
    ['db:65536', undefined],
    ['db:', undefined],
    ['*.example.com', undefined],
    ['/var/run/postgresql', undefined],
    ['https://db', undefined],
    ['[db]', undefined],
    ['user@db', undefined],
  ]
  for (const [text, host] of read) test(`'${text}'`, () => assert.deepEqual(parseReachableHost(text), host))
})

test('a database is reachable at a host that is named, at its port where one is named', () => {
  const hosts = [{ host: 'any.example' }, { host: 'one.example', port: 5432 }]
  assert.ok(isReachable(hosts, 'ANY.example', 1))
  assert.ok(isReachable(hosts, 'one.example', 5432))
  assert.ok(!isReachable(hosts, 'one.example', 5433))
  assert.ok(!isReachable(hosts, 'x.any.example', 1))
  assert.ok(!isReachable(hosts, 'any.example.', 1))
  assert.ok(!isReachable([], 'any.example', 1))
})
