// biome-ignore-all lint/suspicious/noTemplateCurlyInString: policies have variables of this form

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { parsePolicy, parseStoredPolicy } from './parse-policy.ts'
import { PolicyError } from './policy.ts'

const LEGACY = 'The policy failed legacy parsing'
const PATHS =
  'IAM resource path must either be "*" or start with user/, federated-user/, role/, group/, instance-profile/, mfa/, server-certificate/, ' +
  'policy/, sms-mfa/, saml-provider/, oidc-provider/, report/, access-report/.'

const withMembers = (members: object, Version = '2012-10-17') =>
  JSON.stringify({ Version, Statement: { Effect: 'Deny', Action: 's3:*', Resource: '*', ...members } })
const withResources = (...Resource: string[]) => withMembers({ Resource })
const withValue = (operator: string, value: unknown, version?: string) =>
  withMembers({ Condition: { [operator]: { 'a:x': value } } }, version)

const resources: readonly [patterns: readonly string[], message: string | undefined][] = [
  [['arn:aws:s3::bucket'], LEGACY],
  [['arn:aws:secretsmanager::111122223333'], LEGACY],
  [['arn:aws:iam::111122223333'], LEGACY],
  [['arn:aws::::bucket'], LEGACY],
  [['arn:aws::bucket'], LEGACY],
  [['arn:aws:s3:::bucket', 'arn:aws:s3::bucket'], LEGACY],
  [
    ['arn:aws:s3::bucket', 'arn:other:s3:::bucket'],
    'Partition "other" is not valid for resource "arn:other:s3:::bucket".',
  ],
  [['arn:other:s3::bucket'], 'Partition "other" is not valid for resource "arn:other:s3::bucket:*".'],
  [['arn:aws:s3'], undefined],
  [['arn:aws:secretsmanager:eu-central-1'], undefined],
  [['arn:aws:secretsmanager:eu-central-1:111122223333'], undefined],
  [['arn:aws:s3:::'], undefined],
  [['arn:aws:s3:eu-central-1::bucket'], 'Resource arn:aws:s3:eu-central-1::bucket can not contain region information.'],
  [['arn:aws:s3:bucket'], 'Resource arn:aws:s3:bucket can not contain region information.'],
  [
    ['arn:aws:s3:eu-*:111122223333:bucket'],
    'Resource arn:aws:s3:eu-*:111122223333:bucket can not contain region information.',
  ],
  [['arn:aws:s3:eu-central-1:111122223333:accesspoint/a'], undefined],
  [['arn:aws:s3:eu-central-1:111122223333:job/*'], undefined],
  [['arn:aws:s3:*:*:bucket'], undefined],
  [['arn:aws:ec2:eu-central-1::image/*'], undefined],
  [['arn:aws:iam:us-east-1::user/x'], 'IAM resource arn:aws:iam:us-east-1::user/x cannot contain region information.'],
  [['arn:aws:iam:us-east-1::x'], 'IAM resource arn:aws:iam:us-east-1::x cannot contain region information.'],
  [['arn:aws:iam:*:111122223333:role/x'], undefined],
  [['arn:aws:iam:::x'], PATHS],
  [['arn:aws:iam::111122223333:root'], PATHS],
  [['arn:aws:iam::111122223333:user'], PATHS],
  [['arn:aws:iam::111122223333:r*'], PATHS],
  [['arn:aws:iam::111122223333:*'], undefined],
  [['arn:aws:iam:::user/x'], undefined],
  [['arn:aws:iam::*:mfa/${aws:username}'], undefined],
  [['arn:aws:iam::aws:policy/AdministratorAccess'], undefined],
]

describe('a policy that is saved', () => {
  for (const [patterns, message] of resources)
    test(`with the resources ${patterns.join(', ')} ${message === undefined ? 'is taken' : `is refused: ${message}`}`, () => {
      for (const text of [withResources(...patterns), withMembers({ Resource: undefined, NotResource: patterns })]) {
        if (message === undefined) assert.doesNotThrow(() => parsePolicy(text, 'identity'))
        else assert.throws(() => parsePolicy(text, 'identity'), new PolicyError(message))
      }
    })

  test('has the same text for an ARN that lacks a part, though it has no action', () => {
    const text = JSON.stringify({ Statement: { Effect: 'Allow', Resource: 'arn:aws:s3::bucket' } })
    assert.throws(() => parsePolicy(text, 'identity'), new PolicyError(LEGACY))
  })
})

const ARN = 'arn:aws:iam::111122223333:role/x'
const values: Readonly<Record<string, { readonly read: readonly unknown[]; readonly unread: readonly unknown[] }>> = {
  Date: {
    read: [
      '2020',
      '2020-02',
      '2020-02-29',
      '2020-02-29T23:59:59Z',
      '2020-02-29T23:59Z',
      '2020-02-29T23:59:59.123456789+23:59',
      '2016-12-13t2:00:00.593194+23',
      '01T',
      '-292275054',
      '292278993-12-31',
      '2020-1-1T',
      '2020-01-01T10',
      0,
      1582934400,
      '1582934400.5',
      '9223372036854775807',
    ],
    unread: [
      '2020-13-45',
      '2020-02-30',
      '2021-02-29',
      '2020-00-01',
      '2020-01-00',
      '2020-01-01T24:00:00Z',
      '2020-01-01T10:60Z',
      '2020-01-01T10:00:60Z',
      '2020-01-01T10:00:00+24:00',
      '2020-01-01T10:00:00+1',
      '2020-01-01T10:00:00.1234567890Z',
      '2020-01-01T10Z',
      '234-13',
      '-292275055',
      '292278994-01',
      '9223372036854775808',
      '2020-01-01-01',
      '2020-01-01 10:00',
      'sdfdsf',
      '',
      '*',
      '1e9',
      true,
      '${aws:CurrentTime}',
    ],
  },
  Numeric: {
    read: [0, '7', '-7', '+7', '7.5', '.5', '1e3', ' 7 '],
    unread: ['', 'seven', '7,5', '0x7', '1e9999', 'Infinity', 'NaN', '*', '7 8', true, '${a:y}'],
  },
  Ip: {
    read: [
      '10.0.0.0/8',
      '10.1.2.3',
      '0.0.0.0/0',
      '::/0',
      '2001:DB8::/32',
      '2001:db8::1',
      '::ffff:10.0.0.0/104',
      '2001:db8::/128',
    ],
    unread: [
      '',
      '10.0.0.0/33',
      '10.0.0',
      '10.0.0.0/',
      '10.0.0.0/8/8',
      '10.0.0.*',
      '10.0.0.256',
      '2001:db8::/129',
      '2001:db8',
      '::/-1',
      'fe80::1%eth0',
      'localhost',
      '*',
      '${aws:SourceIp}',
      1,
    ],
  },
  Arn: {
    read: [
      '*',
      ARN,
      'arn:aws:iam::*:role/*',
      'arn:*:*:*:*:*',
      ':::::',
      'arn:aws:iam::${aws:PrincipalAccount}:role/x',
      '${a:y}',
    ],
    unread: ['', 'x', '**', 'arn:*', 'arn:aws:iam::111122223333', 'arn:aws:iam::*', 1],
  },
  Bool: { read: [true, false, 'true', 'FALSE', '${a:y}'], unread: ['', 'yes', '1', 1, ' true', '*'] },
  Binary: { read: ['', 'QQ==', 'QQ', 'QUJD'], unread: ['Q', 'QQ=', 'QQ===', 'Q_==', '*', '${a:y}'] },
  Null: { read: [true, 'false', 'TRUE'], unread: ['', 'null', 0, '${a:y}'] },
  String: { read: ['', '*', 1, true, '${a:y}'], unread: [] },
}
const operators: Readonly<Record<string, readonly string[]>> = {
  Date: ['DateEquals', 'DateNotEquals', 'DateLessThanIfExists', 'ForAllValues:DateGreaterThanEquals'],
  Numeric: ['NumericEquals', 'NumericNotEquals', 'NumericLessThanEqualsIfExists', 'ForAnyValue:NumericGreaterThan'],
  Ip: ['IpAddress', 'NotIpAddress', 'ForAnyValue:IpAddressIfExists'],
  Arn: ['ArnEquals', 'ArnLike', 'ArnNotEquals', 'ArnNotLikeIfExists', 'ForAllValues:ArnLike'],
  Bool: ['Bool', 'BoolIfExists', 'bool'],
  Binary: ['BinaryEquals', 'ForAnyValue:BinaryEquals'],
  Null: ['Null'],
  String: ['StringEquals', 'StringNotLike', 'ForAllValues:StringEqualsIgnoreCaseIfExists'],
}

describe('a value of a condition', () => {
  for (const [family, { read, unread }] of Object.entries(values))
    for (const operator of operators[family] ?? []) {
      test(`of ${operator} is taken when the operator can read it`, () => {
        for (const value of read)
          assert.doesNotThrow(() => parsePolicy(withValue(operator, value), 'identity'), `${value}`)
        assert.doesNotThrow(() => parsePolicy(withValue(operator, read), 'identity'))
        assert.doesNotThrow(() => parsePolicy(withValue(operator, []), 'identity'))
      })
      test(`of ${operator} is refused when the operator cannot read it, and read when it was stored before`, () => {
        for (const value of unread) {
          const text = withValue(operator, value)
          assert.throws(() => parsePolicy(text, 'identity'), new PolicyError(LEGACY), `${value}`)
          assert.throws(() => parsePolicy(withValue(operator, [read[0], value]), 'identity'), new PolicyError(LEGACY))
          assert.doesNotThrow(() => parseStoredPolicy(text, 'identity'))
        }
      })
    }

  test('with a variable of Bool or of an ARN is refused in the older version, which has no variables', () => {
    for (const operator of ['Bool', 'ArnLike'])
      assert.throws(() => parsePolicy(withValue(operator, '${a:y}', '2008-10-17'), 'identity'), new PolicyError(LEGACY))
  })
})
