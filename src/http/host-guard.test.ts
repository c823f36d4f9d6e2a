import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { isOwnHost } from './host-guard.ts'

describe('a Host header that no foreign web page can send', () => {
  for (const host of [
    'localhost',
    'LOCALHOST:4566',
    'localhost.',
    'app.localhost:4566',
    '127.0.0.1:4566',
    '10.0.0.7',
    '[::1]:4566',
    '[fd00::7]',
    'coffer:4566',
    'host.docker.internal:4566',
    'laptop.local',
    'dev.example.com:4566',
  ])
    test(`passes: ${host}`, () => assert.ok(isOwnHost(host, 'dev.example.com')))
})

describe('a Host header of a name on the internet', () => {
  for (const host of [
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
  ])
    test(`does not pass: "${host}"`, () => assert.ok(!isOwnHost(host, '127.0.0.1')))
})
