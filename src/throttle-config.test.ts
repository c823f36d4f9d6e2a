import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { ConfigError } from './config-error.ts'
import { rateFactorOf } from './throttle-config.ts'

describe('the throttle', () => {
  const read: readonly [text: string, factor: number | undefined][] = [
    ['off', undefined],
    ['1', 1],
    ['10', 10],
    ['0.5', 0.5],
    ['0.01', 0.01],
    ['1000', 1000],
  ]
  for (const [text, factor] of read) test(`${text} is understood`, () => assert.equal(rateFactorOf(text), factor))

  for (const text of ['', '0', '-1', '0.001', '1000.1', '1e3', 'on', 'aws', 'NaN', 'Infinity', ' 1', '1,5', '0x10'])
    test(`${JSON.stringify(text)} is refused in one sentence`, () =>
      assert.throws(() => rateFactorOf(text), {
        name: ConfigError.name,
        message: `Cannot use the throttle: ${text}: wanted off, or a number from 0.01 to 1000 that multiplies AWS's rates`,
      }))
})
