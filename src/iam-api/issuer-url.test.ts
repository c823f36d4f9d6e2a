import assert from 'node:assert/strict'
import { test } from 'node:test'
import { providerName } from './issuer-url.ts'

const names: readonly [url: string, name: string][] = [
  ['https://issuer.example', 'issuer.example'],
  ['https://localhost', 'localhost'],
  ['https://Issuer.Example:8443/Path', 'issuer.example:8443/Path'],
  ['HTTPS://Issuer.Example/Realms/Coffer', 'issuer.example/Realms/Coffer'],
  ['https://tenant.example/', 'tenant.example/'],
  [
    'https://oidc.eks.eu-central-1.amazonaws.com/id/0123456789ABCDEF',
    'oidc.eks.eu-central-1.amazonaws.com/id/0123456789ABCDEF',
  ],
  ['https://issuer.example/~user/a_b/v2.0/', 'issuer.example/~user/a_b/v2.0/'],
  ['https://127.0.0.1', '127.0.0.1'],
]
for (const [url, name] of names)
  test(`the provider for ${url} is ${name}`, () => {
    assert.equal(providerName(url), name)
  })

const refused = [
  '',
  'issuer.example',
  'http://issuer.example',
  'ftp://issuer.example',
  'https:issuer.example',
  'https://',
  'https:///path',
  'https://issuer.example:443',
  'https://issuer.example:',
  'https://issuer.example:0',
  'https://issuer.example:08443',
  'https://issuer.example:65536',
  'https://issuer.example:84a',
  'https://issuer.example:8443:1',
  'https://user@issuer.example',
  'https://user:password@issuer.example',
  'https://issuer.example?x=1',
  'https://issuer.example/path?',
  'https://issuer.example/path#fragment',
  'https://issuer.example#',
  'https://issuer.example//path',
  'https://issuer.example/path//',
  'https://issuer.example/../other',
  'https://issuer.example/./path',
  'https://issuer.example/%70ath',
  'https://issuer.example/pa th',
  'https://issuer.example/path\n',
  'https://issuer.example\\path',
  ' https://issuer.example',
  'https://issuer..example',
  'https://-issuer.example',
  'https://issuer.example.',
  'https://issuer_1.example',
  'https://bücher.example',
  'https://[::1]',
  'https://*.example',
]
for (const url of refused)
  test(`no issuer has the URL ${JSON.stringify(url)}`, () => {
    assert.throws(() => providerName(url), { code: 'ValidationError', message: 'Invalid Open ID Connect Provider URL' })
  })
