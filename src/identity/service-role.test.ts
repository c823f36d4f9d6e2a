import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { rootOf } from './principal.ts'
import { isKeptForServices, serviceOf, serviceOfPath } from './service-role.ts'

describe('serviceOfPath', () => {
  const longest = 'x'.repeat(128)
  for (const name of ['rds', 'aws-datasync', 'x', 'redshift2', longest])
    test(`a role below /coffer-service/${name}/ is the service`, () => {
      assert.equal(serviceOfPath(`/coffer-service/${name}/`), name)
    })

  for (const name of [
    '',
    'Rds',
    '2rds',
    '-rds',
    'r.ds',
    'r_ds',
    'rds!',
    'rds/eu',
    'rds//',
    '__proto__/x',
    `${longest}x`,
  ])
    test(`a path of ${name || 'no name'} is kept for services and is none`, () => {
      const path = `/coffer-service/${name}${name === '' ? '' : '/'}`
      assert.equal(serviceOfPath(path), undefined)
      assert.ok(isKeptForServices(path))
    })

  for (const path of [
    '/',
    '/rds/',
    '/service/rds/',
    '/x/coffer-service/rds/',
    '/Coffer-service/rds/',
    '/coffer-services/rds/',
  ])
    test(`${path} is an ordinary path`, () => {
      assert.equal(serviceOfPath(path), undefined)
      assert.equal(isKeptForServices(path), false)
    })
})

describe('serviceOf', () => {
  const root = rootOf('111122223333')
  const session = { issuedAt: 0, expiresAt: 1, transitiveTagKeys: [], tags: [] }
  const role = (arn: string) => ({ ...root, session: { ...session, role: { id: 'AROA', arn, name: 'r' } } })

  test('a session of a role below the path is the service', () => {
    assert.equal(serviceOf(role('arn:aws:iam::111122223333:role/coffer-service/rds/r')), 'rds')
  })

  test('sessions of other roles, of users and of the account are none', () => {
    assert.equal(serviceOf(role('arn:aws:iam::111122223333:role/r')), undefined)
    assert.equal(serviceOf({ ...root, session }), undefined)
    assert.equal(serviceOf(root), undefined)
    const arn = 'arn:aws:iam::111122223333:user/coffer-service/rds/u'
    assert.equal(serviceOf({ ...root, type: 'IAMUser', arn }), undefined)
  })
})
