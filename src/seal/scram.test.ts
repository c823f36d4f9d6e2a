import assert from 'node:assert/strict'
import { createHash, createHmac } from 'node:crypto'
import { test } from 'node:test'
import { scramVerifier } from './scram.ts'

test('a verifier proves the exchange of RFC 7677, section 3', async () => {
  const salt = 'W22ZaJ0SNY7soEsUEjb6gQ=='
  const server = 'r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0'
  const exchange = `n=user,r=rOprNGfwEbeRWgbNEkqO,${server},s=${salt},i=4096,c=biws,${server}`
  const proof = Buffer.from('dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=', 'base64')

  const verifier = await scramVerifier('pencil', Buffer.from(salt, 'base64'))
  const [, storedKey = '', serverKey = ''] = /^SCRAM-SHA-256\$4096:[^$]+\$(.+):(.+)$/.exec(verifier) ?? []
  const signature = (key: string) => createHmac('sha256', Buffer.from(key, 'base64')).update(exchange).digest()
  const clientSignature = signature(storedKey)
  const clientKey = proof.map((byte, index) => byte ^ (clientSignature[index] ?? 0))
  assert.equal(createHash('sha256').update(clientKey).digest('base64'), storedKey)
  assert.equal(signature(serverKey).toString('base64'), '6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=')
})

test('each verifier has a salt of its own', async () => {
  assert.notEqual(await scramVerifier('pencil'), await scramVerifier('pencil'))
})
