import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { ConfigError } from './config-error.ts'
import { type GivenSinks, sinkConfig } from './sink-config.ts'

const KEY = 'k'.repeat(32)
const NONE: GivenSinks = {
  file: undefined,
  keep: undefined,
  standardOutput: false,
  webhook: undefined,
  webhookKey: undefined,
  alertRules: undefined,
  alertWebhook: undefined,
  alertWebhookKey: undefined,
}

describe('what makes no sense is refused by one line', () => {
  const cases: readonly [given: Partial<GivenSinks>, expected: RegExp][] = [
    [{ file: '' }, /^Cannot use --trail-file: it is empty$/],
    [{ keep: '3' }, /^Cannot keep files of the trail without one: give --trail-file too$/],
    [{ file: 'f', keep: '0' }, /^Cannot use the number of trail files: 0: wanted a whole number from 1 to 100000$/],
    [{ file: 'f', keep: 'all' }, /^Cannot use the number of trail files: all: /],
    [{ webhook: 'nowhere', webhookKey: KEY }, /^Cannot use the trail webhook: wanted an http or https URL /],
    [{ webhook: 'ftp://x/', webhookKey: KEY }, /^Cannot use the trail webhook: wanted an http or https URL /],
    [{ webhook: 'https://u:p@x.example/', webhookKey: KEY }, /^Cannot use the trail webhook: .* without credentials$/],
    [
      { webhook: 'http://x.example/a-token', webhookKey: KEY },
      /^Cannot use the trail webhook at x\.example: wanted https:\/\/ beyond this machine$/,
    ],
    [{ webhook: 'https://x.example/' }, /^Cannot use the trail webhook without a key to sign with: set COFFER_TRAIL_/],
    [
      { webhook: 'https://x.example/', webhookKey: 'short' },
      /^Cannot use COFFER_TRAIL_WEBHOOK_KEY: it is shorter than 32 characters$/,
    ],
    [{ alertRules: 'r.json' }, /^Cannot use alert rules without somebody to tell: give --alert-webhook too$/],
    [
      { alertWebhook: 'https://x.example/', alertWebhookKey: KEY },
      /^Cannot use an alert webhook without rules: give --alert-rules too$/,
    ],
    [
      { alertRules: 'r.json', alertWebhook: 'https://x.example/', webhookKey: KEY },
      /^Cannot use the alert webhook without a key to sign with: set COFFER_ALERT_WEBHOOK_KEY$/,
    ],
  ]
  for (const [given, expected] of cases)
    test(JSON.stringify(given), () => {
      const refused = (error: unknown) => {
        assert.ok(error instanceof ConfigError)
        assert.match(error.message, expected)
        assert.doesNotMatch(error.message, /a-token|u:p|short$|kkk/)
        return true
      }
      assert.throws(() => sinkConfig({ ...NONE, ...given }), refused)
    })
})

test('a webhook on this machine needs no TLS', () => {
  for (const webhook of ['http://localhost:1/', 'http://127.0.0.1/', 'http://[::1]:9/'])
    assert.equal(sinkConfig({ ...NONE, webhook, webhookKey: KEY }).webhook?.url.href, webhook)
})
