import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { devBanner, firstUse, verifiedDevBanner } from '../src/commands/notes.ts'

// The AWS SDK for Go makes its STS client for web identities and role profiles before it reads AWS_ENDPOINT_URL. A reader who copies that variable
// alone sends tokens to AWS: test/clients/go shows it.

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const URL_SET = /\bAWS_ENDPOINT_URL=(\S+)/
const STS_SET = /\bAWS_ENDPOINT_URL_STS=(\S+)/

/** Lines that set the one variable without setting the other to the same value in the next line. */
function linesWithoutSts(text: string): string[] {
  const lines = text.split('\n')
  return lines.filter((line, index) => {
    const [, url] = URL_SET.exec(line) ?? []
    return url !== undefined && STS_SET.exec(lines[index + 1] ?? '')?.[1] !== url
  })
}

test('every page and example that sets AWS_ENDPOINT_URL sets AWS_ENDPOINT_URL_STS in the next line', () => {
  const files = globSync(['*.md', 'docs/**/*.md', 'examples/**/*', 'src/**/*.ts'], { cwd: ROOT, withFileTypes: true })
  const texts = files
    .filter((file) => file.isFile())
    .map((file) => readFileSync(`${file.parentPath}/${file.name}`, 'utf8'))
  assert.ok(texts.filter((text) => URL_SET.test(text)).length >= 3, 'the search finds the pages that there are')
  assert.deepEqual(texts.flatMap(linesWithoutSts), [])
})

test('every banner sets AWS_ENDPOINT_URL_STS and says why', () => {
  const url = 'http://127.0.0.1:4566'
  const banners = {
    serve: firstUse(url, '/srv/data.credentials'),
    dev: devBanner(url, { host: '127.0.0.1', loopback: true }),
    verifiedDev: verifiedDevBanner(url, undefined),
  }
  for (const [name, banner] of Object.entries(banners)) {
    assert.match(banner, URL_SET, name)
    assert.deepEqual(linesWithoutSts(banner), [], name)
    assert.match(banner, /Without AWS_ENDPOINT_URL_STS, the Go SDK\nsends the tokens of roles to AWS\.\n/, name)
  }
})
