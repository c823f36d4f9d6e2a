import assert from 'node:assert/strict'
import { test } from 'node:test'
import { signatureErrors } from './errors.ts'
import { checkCurrent, MAX_EXPIRES_SECONDS, parseExpires, parseRequestTime } from './request-time.ts'

const NOON = Date.UTC(2015, 7, 30, 12, 36)
const TIME = { timestamp: '20150830T123600Z', milliseconds: NOON }

test('the basic format is read', () => {
  assert.deepEqual(parseRequestTime('20150830T123600Z', false), TIME)
  assert.equal(parseRequestTime('20160229T235959Z', false).milliseconds, Date.UTC(2016, 1, 29, 23, 59, 59))
})

for (const zone of ['GMT', '+0000', '-0000'])
  test(`a Date header as HTTP writes it, with the zone ${zone}, is signed in the basic format`, () => {
    assert.deepEqual(parseRequestTime(`Sun, 30 Aug 2015 12:36:00 ${zone}`, true), TIME)
  })

test('a Date header may be in the basic format too', () => {
  assert.deepEqual(parseRequestTime('20150830T123600Z', true), TIME)
})

const wrong = [
  '',
  'x',
  '2015-08-30T12:36:00Z',
  '20150830T123600',
  '20150830T123600z',
  '20150830T123600.000Z',
  '20150830 123600Z',
  '20151330T123600Z',
  '20150030T123600Z',
  '20150230T123600Z',
  '20150229T123600Z',
  '20150431T123600Z',
  '20150800T123600Z',
  '20150832T123600Z',
  '20150830T243600Z',
  '20150830T126000Z',
  '20150830T123660Z',
  ' 20150830T123600Z',
  '20150830T123600Z\n',
  'Sun, 30 Foo 2015 12:36:00 GMT',
  'Sun, 30 Aug 2015 12:36:00 CET',
  'Sun, 30 Aug 2015 12:36:00 +0100',
  'Sun, 31 Feb 2015 12:36:00 GMT',
  'Sunday, 30-Aug-15 12:36:00 GMT',
]

for (const text of wrong)
  test(`the date ${JSON.stringify(text)} is refused`, () => {
    const { message } = signatureErrors.dateSyntax(text)
    assert.throws(() => parseRequestTime(text, true), { code: 'IncompleteSignatureException', message })
  })

test('only a Date header may be written as HTTP does', () => {
  assert.throws(() => parseRequestTime('Sun, 30 Aug 2015 12:36:00 GMT', false), /basic format/)
})

test('a time on either edge of the window is current', () => {
  for (const minutes of [-5, 0, 5]) checkCurrent(TIME, { now: NOON + minutes * 60_000, windowMinutes: 5 }, undefined)
  checkCurrent(TIME, { now: NOON + 5 * 60_000 + 999, windowMinutes: 5 }, undefined)
})

test('a time beyond the window is refused with the window that is really used', () => {
  assert.throws(() => checkCurrent(TIME, { now: NOON + 301_000, windowMinutes: 5 }, undefined), {
    code: 'InvalidSignatureException',
    message: 'Signature expired: 20150830T123600Z is now earlier than 20150830T123601Z (20150830T124101Z - 5 min.)',
  })
  assert.throws(() => checkCurrent(TIME, { now: NOON - 901_000, windowMinutes: 15 }, undefined), {
    code: 'InvalidSignatureException',
    message:
      'Signature not yet current: 20150830T123600Z is still later than 20150830T123559Z (20150830T122059Z + 15 min.)',
  })
})

test('a presigned URL is valid for the time that it asks for, longer or shorter than the window', () => {
  checkCurrent(TIME, { now: NOON + 3_600_000, windowMinutes: 5 }, 3600)
  assert.throws(() => checkCurrent(TIME, { now: NOON + 3_601_000, windowMinutes: 5 }, 3600), {
    message: 'Signature expired: 20150830T123600Z is now earlier than 20150830T123601Z (20150830T133601Z - 3600 sec.)',
  })
  assert.throws(() => checkCurrent(TIME, { now: NOON + 61_000, windowMinutes: 5 }, 60), /Signature expired/)
  assert.throws(() => checkCurrent(TIME, { now: NOON - 301_000, windowMinutes: 5 }, 3600), /not yet current/)
})

test('a presigned URL may ask for a second to a week', () => {
  assert.equal(parseExpires('1'), 1)
  assert.equal(parseExpires('604800'), MAX_EXPIRES_SECONDS)
  for (const text of ['', '0', '-1', '1.5', '1e3', '0x10', ' 1', '604801', '9999999'])
    assert.throws(() => parseExpires(text), {
      code: 'IncompleteSignatureException',
      message: signatureErrors.expires(MAX_EXPIRES_SECONDS, text).message,
    })
})
