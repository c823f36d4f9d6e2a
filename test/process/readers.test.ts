import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { assertRefused } from './assert-refused.ts'
import { REGION, runCoffer } from './coffer.ts'
import { fits, type StaffedCoffer, staffedCoffer } from './staffed-coffer.ts'
import { noTerminal, runOnTerminal } from './terminal.ts'

let coffer: StaffedCoffer
before(async () => {
  coffer = await staffedCoffer()
})
after(() => coffer[Symbol.asyncDispose]())

describe('coffer readers', { concurrency: 2 }, () => {
  test('says who may read a secret, and by which statement', async () => {
    const { code, stdout, stderr } = await coffer.ask(['readers', '--secret', coffer.secret])
    assert.deepEqual({ code, stderr }, { code: 0, stderr: '' })
    assert.match(stdout, /user\/administrator\n {2}Allow: statement 1 of policy AdministratorAccess\n/)
    assert.match(stdout, /user\/alice\n {2}Allow: statement ReadProd of policy policy-of-alice\n/)
    assert.match(stdout, /user\/carol only where conditions hold\n {2}Allow: statement 1 of policy policy-of-carol\n/)
    assert.doesNotMatch(stdout, /user\/(dave|erin)/)
  })

  test('finds the secret by its name in a Region', async () => {
    const { stdout } = await coffer.ask(['readers', '--secret', 'prod/db', '--region', REGION])
    assert.equal(stdout, (await coffer.ask(['readers', '--secret', coffer.secret])).stdout)
  })

  test('prints the pages of the server as lines of JSON', async () => {
    const { code, stdout } = await coffer.ask(['readers', '--secret', coffer.secret, '--json'])
    assert.equal(code, 0)
    const pages = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    assert.ok(pages.every(({ ARN }) => ARN === coffer.secret))
    assert.equal(pages.at(-1).NextToken, undefined)
    const alice = pages
      .flatMap(({ Readers }) => Readers)
      .find(({ PrincipalArn }) => PrincipalArn.endsWith('user/alice'))
    assert.deepEqual([alice.Access, alice.Through[0].Sid], ['allowed', 'ReadProd'])
  })

  test('prints into a pipe what a terminal of 80 columns shows', { skip: noTerminal }, async () => {
    const env = coffer.environmentOf(coffer.administrator)
    const args = ['readers', '--secret', coffer.secret]
    const shown = await runOnTerminal(args, { columns: 80, env })
    assert.equal(shown.stdout, (await coffer.ask(args)).stdout)
  })

  test('can be read on a terminal of 40 columns, its help too', { skip: noTerminal }, async () => {
    const env = coffer.environmentOf(coffer.administrator)
    for (const args of [
      ['readers', '--secret', coffer.secret],
      ['readers', '--help'],
    ]) {
      const { code, stdout } = await runOnTerminal(args, { columns: 40, env })
      assert.equal(code, 0)
      assert.ok(fits(stdout, 40), stdout)
    }
  })
})

describe('coffer readers says in one sentence', { concurrency: 2 }, () => {
  const refused: readonly [what: string, args: readonly string[], sentence: RegExp, code?: 3][] = [
    [
      'that there is no such secret in the Region',
      ['--secret', 'prod/db'],
      /There is no secret prod\/db \(asked in us-east-1\)/,
      3,
    ],
    ['that an ARN is none', ['--secret', 'arn:aws:secretsmanager:prod/db'], /Cannot use the ARN: arn:aws:/],
    ['that an option is missing', [], /required option '--secret <id>' not specified/],
    ['what was typed wrong', ['--secret', 'prod/db', '--jsn'], /unknown option '--jsn' \(Did you mean --json\?\)/],
  ]
  for (const [what, args, sentence, code = 2] of refused)
    test(what, async () => assertRefused(await coffer.ask(['readers', ...args]), sentence, code))

  test('that the caller may not ask', async () => {
    const ended = await runCoffer(['readers', '--secret', coffer.secret], { env: coffer.environmentOf(coffer.bob) })
    assertRefused(ended, /user\/bob is not authorized to perform: iam:GetAccountAuthorizationDetails/, 3)
  })
})
