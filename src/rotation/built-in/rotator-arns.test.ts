import assert from 'node:assert/strict'
import { test } from 'node:test'
import { rotatorOf } from './rotator-arns.ts'

const place = { account: '111122223333', region: 'eu-central-1' }
const arn = (name: string) => `arn:aws:lambda:eu-central-1:111122223333:function:${name}`

test('a rotator is named as the function of AWS that does the same', () => {
  const named = ['PostgreSQL', 'MySQL', 'MariaDB'].flatMap((engine) =>
    ['SingleUser', 'MultiUser'].map((users) => rotatorOf(arn(`SecretsManagerRDS${engine}Rotation${users}`), place)),
  )
  assert.deepEqual(named, [
    { engine: 'postgres', users: 'single' },
    { engine: 'postgres', users: 'alternating' },
    { engine: 'mysql', users: 'single' },
    { engine: 'mysql', users: 'alternating' },
    { engine: 'mariadb', users: 'single' },
    { engine: 'mariadb', users: 'alternating' },
  ])
})

test('a rotator is there for secrets of its account and Region', () => {
  const name = arn('SecretsManagerRDSPostgreSQLRotationSingleUser')
  assert.ok(rotatorOf(name, place))
  assert.equal(rotatorOf(name, { ...place, account: '444455556666' }), undefined)
  assert.equal(rotatorOf(name, { ...place, region: 'eu-west-1' }), undefined)
  assert.equal(rotatorOf(`${name}:1`, place), undefined)
  assert.equal(rotatorOf(arn('constructor'), place), undefined)
})
