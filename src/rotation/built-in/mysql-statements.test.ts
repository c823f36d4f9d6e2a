import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { accountName, create, grantTo, setOther, setOwn, splitAccount } from './mysql-statements.ts'

describe('a grant is given to another account', () => {
  const grants: readonly [line: string, given: string | undefined][] = [
    ['GRANT USAGE ON *.* TO `app`@`%`', "GRANT USAGE ON *.* TO 'x'@'%'"],
    ["GRANT USAGE ON *.* TO `app`@`%` IDENTIFIED BY PASSWORD '*94BDCEBE' REQUIRE SSL", "GRANT USAGE ON *.* TO 'x'@'%'"],
    [
      'GRANT SELECT, INSERT (`a`) ON `shop`.* TO `app`@`%` WITH GRANT OPTION',
      "GRANT SELECT, INSERT (`a`) ON `shop`.* TO 'x'@'%'",
    ],
    ['GRANT SELECT ON `a TO b`.`c`` TO d` TO `app`@`%`', "GRANT SELECT ON `a TO b`.`c`` TO d` TO 'x'@'%'"],
    ["GRANT PROXY ON 'a TO \\' b'@'%' TO 'app'@'%'", "GRANT PROXY ON 'a TO \\' b'@'%' TO 'x'@'%'"],
    ['GRANT `reader`@`%` TO `app`@`%`', "GRANT `reader`@`%` TO 'x'@'%'"],
    ['SET DEFAULT ROLE `reader` FOR `app`@`%`', undefined],
    ['REVOKE INSERT ON `mysql`.* FROM `app`@`%`', undefined],
  ]
  for (const [line, given] of grants) test(line, () => assert.equal(grantTo(line, "'x'@'%'"), given))

  test('one that cannot be understood is refused', () => {
    assert.throws(() => grantTo('GRANT SELECT ON `a TO `app`@`%`', "'x'@'%'"), { name: 'FunctionError' })
  })
})

test('names and passwords are escaped', () => {
  const account = accountName("o'neill\\", '10.%')
  assert.equal(account, "'o\\'neill\\\\'@'10.%'")
  assert.equal(create(account, "a'b"), `CREATE USER ${account} IDENTIFIED BY 'a\\'b'`)
  assert.equal(setOther(account, 'b'), `ALTER USER ${account} IDENTIFIED BY 'b'`)
})

test('each server has its own statement for one’s own password', () => {
  assert.equal(setOwn('a\\', true), "SET PASSWORD = PASSWORD('a\\\\')")
  assert.equal(setOwn('a', false), "ALTER USER CURRENT_USER() IDENTIFIED BY 'a'")
})

test('an account is a user, and a host behind the last @', () => {
  assert.deepEqual(splitAccount('app@10.0.0.%'), { user: 'app', from: '10.0.0.%' })
  assert.deepEqual(splitAccount('a@b@%'), { user: 'a@b', from: '%' })
})
