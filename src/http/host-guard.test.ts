import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { isOwnHost } from './host-guard.ts'

const network = { names: ['0.0.0.0', 'Dev.example.com'], loopback: false }
const loopback = { names: ['127.0.0.1', 'host.docker.internal'], loopback: true }

const ALWAYS = [
  'localhost',
  'LOCALHOST:4566',
  'localhost.',
  'app.localhost:4566',
  '127.0.0.1:4566',
  '10.0.0.7',
  '[::1]:4566',
  '[fd00::7]',
]
const NEVER = [
  'attacker.example:4566',
  'attacker.example.',
  'localhost.attacker.example',
  '127.0.0.1.attacker.example',
  'notlocalhost.example',
  'internal.example',
  '[attacker.example]:4566',
  '[127.0.0.1]',
  '',
  ':4566',
  'a:b:c',
  '127.0.0.1@attacker.example',
]
const PRIVATE = ['coffer:4566', 'gateway.docker.internal:4566', 'laptop.local', 'coffer.default.svc.cluster.local']

describe('a server for other machines', () => {
  for (const host of [...ALWAYS, ...PRIVATE, 'dev.example.com:4566'])
    test(`answers to ${host}`, () => assert.ok(isOwnHost(host, network)))
  for (const host of NEVER) test(`does not answer to "${host}"`, () => assert.ok(!isOwnHost(host, network)))
})

describe('a server on loopback', () => {
  for (const host of [...ALWAYS, 'host.docker.internal:4566'])
    test(`answers to ${host}`, () => assert.ok(isOwnHost(host, loopback)))
  for (const host of [...NEVER, ...PRIVATE])
    test(`does not answer to "${host}"`, () => assert.ok(!isOwnHost(host, loopback)))
})
