import assert from 'node:assert/strict'
import { hash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { canonicalRequest, stringToSign } from './canonical-request.ts'
import { readSignature, type SignedRequestHead, verifySignature } from './verify.ts'

/** AWS's own vectors are not ours to copy: they lie beside the checkout, where they lie at all. */
const FOLDER = fileURLToPath(new URL('../../../../shared/vectors/sigv4', import.meta.url))
const SECRET = 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY'
const OPTIONS = { service: 'service', now: Date.UTC(2015, 7, 30, 12, 36), windowMinutes: 5, allowQuery: false }

const vectors = existsSync(FOLDER)
  ? readdirSync(FOLDER, { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.sreq'))
      .map((path) => join(FOLDER, path.slice(0, -'.sreq'.length)))
      .sort()
  : []

test('the official vectors are where they are looked for', { skip: skipReason() }, () => {
  assert.ok(vectors.length >= 30, `found ${vectors.length} vectors in ${FOLDER}`)
  assert.ok(vectors.some((path) => basename(path) === 'post-sts-header-after'))
})

for (const path of vectors)
  test(`the official vector ${basename(path)} verifies, with AWS's canonical request and string to sign`, () => {
    const { head, body } = parseRequest(readFileSync(`${path}.sreq`, 'latin1'), readFileSync(`${path}.authz`, 'latin1'))
    const presented = readSignature(head, OPTIONS)
    const canonical = canonicalRequest(head, presented, hash('sha256', body, 'hex'))
    assert.equal(canonical, readFileSync(`${path}.creq`, 'latin1'))
    assert.equal(stringToSign(presented.timestamp, presented, canonical), readFileSync(`${path}.sts`, 'latin1'))
    verifySignature(presented, head, body, SECRET)
    assert.throws(() => verifySignature(presented, head, Buffer.concat([body, Buffer.from('!')]), SECRET))
    assert.throws(() => verifySignature(presented, head, body, `${SECRET}x`))
  })

/**
 * Cuts a signed request into its parts as a server that allows folded lines would, leaving white space to the verifier.
 * The Authorization header comes from its own file: get-vanilla-with-session-token has another vector's signature in
 * the request.
 */
function parseRequest(text: string, authorization: string): { head: SignedRequestHead; body: Buffer } {
  const [beginning = '', body = ''] = text.split('\n\n')
  const [requestLine = '', ...lines] = beginning.replaceAll('\n ', '\r ').split('\n')
  const rawHeaders = lines
    .filter((line) => line.includes(':') && !line.startsWith('Authorization:'))
    .flatMap((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).replaceAll('\r', '\r\n')])
  const method = requestLine.slice(0, requestLine.indexOf(' '))
  const url = requestLine.slice(method.length + 1, requestLine.lastIndexOf(' '))
  return {
    head: { method, url, rawHeaders: [...rawHeaders, 'Authorization', authorization] },
    body: Buffer.from(body, 'latin1'),
  }
}

function skipReason(): string | false {
  return vectors.length === 0 && `AWS's vectors are not part of the project, and ${FOLDER} does not exist`
}
