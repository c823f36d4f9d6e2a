import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { errors } from './errors.ts'
import {
  type Alternative,
  compileFilters,
  type Driver,
  drivers,
  type Filter,
  type FilterKey,
  matches,
  type SearchableSecret,
  searchWords,
} from './filters.ts'

const only = (Key: FilterKey, ...Values: string[]): Filter => ({ Key, Values })
const found = (secrets: readonly SearchableSecret[], ...filters: Filter[]) =>
  secrets.filter((secret) => matches(compileFilters(filters), secret)).map((secret) => secret.name)

describe('recorded on AWS: name and description', () => {
  const secrets = [
    { name: 'testing1/one-N', description: 'a secret' },
    { name: '/testing2/two-N', description: 'an secret' },
    { name: 'testing3/three-N', description: 'asecret' },
    { name: '/testing4/four-N', description: 'thesecret' },
  ]
  const vectors: [Filter[], number[]][] = [
    [[only('name', '/')], [2, 4]],
    [[only('name', '!/')], [1, 3]],
    [[only('name', 'testing1 one')], []],
    [[only('description', 'a')], [1, 2, 3]],
    [[only('description', '!a')], [4]],
    [[only('description', 'a secret')], [1, 2]],
    [[only('description', '!c')], [1, 2, 3, 4]],
    [[only('description', 'a'), only('name', 'secret')], []],
    [[only('description', 'a'), only('name', 'an')], []],
  ]
  for (const [filters, numbers] of vectors) {
    test(`${JSON.stringify(filters)} finds ${JSON.stringify(numbers)}`, () => {
      const expected = numbers.map((number) => secrets[number - 1]?.name)
      assert.deepEqual(found(secrets, ...filters), expected)
    })
  }
})

describe('recorded on AWS: words of descriptions', () => {
  const secrets = [
    { name: 'foo', description: 'one two' },
    { name: 'bar', description: 'one and two' },
    { name: 'baz', description: 'one' },
    { name: 'qux', description: 'two' },
    { name: 'none', description: 'unrelated' },
  ]
  test('one two', () => assert.deepEqual(found(secrets, only('description', 'one two')), ['foo', 'bar']))
  test('o t', () => assert.deepEqual(found(secrets, only('description', 'o t')), ['foo', 'bar']))
  test('t', () => assert.deepEqual(found(secrets, only('description', 't')), ['foo', 'bar', 'qux']))
  test('one, and two in another filter', () => {
    const others = [
      { name: 'foo', description: 'one two' },
      { name: 'bar', description: 'one' },
      { name: 'baz', description: 'two' },
    ]
    assert.deepEqual(found(others, only('description', 'one'), only('description', 'two')), ['foo'])
  })
})

const suffix = fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: 6, maxLength: 6 })

test('recorded on AWS: all, whatever the unique suffix of the names is', () => {
  const vectors: [string, string[]][] = [
    ['SecretOne', ['SecretOne']],
    ['foo', ['SecretFTag', 'SecretFValue']],
    ['Secret', ['SecretOne', 'SecretTwo', 'SecretFTag', 'SecretFValue']],
    ['secret', ['SecretOne', 'SecretTwo', 'SecretFTag', 'SecretFValue']],
    ['sec', ['SecretOne', 'SecretTwo', 'SecretFTag', 'SecretFValue']],
    ['ret', []],
    ['SomeSecret', []],
    ['d', ['SecretTwo']],
    ['d t', ['SecretTwo']],
    ['t', ['SecretTwo', 'Thirdsecret', 'SecretFTag']],
  ]
  fc.assert(
    fc.property(suffix, (unique) => {
      const secrets = [
        { name: `SecretOne${unique}` },
        { name: `SecretTwo${unique}`, description: 'DescTwo' },
        { name: `Thirdsecret${unique}` },
        { name: `SecretFTag${unique}`, tags: [{ Key: '1', Value: 'foo' }] },
        { name: `SecretFValue${unique}`, tags: [{ Key: 'foo', Value: 'v' }] },
        { name: `none${unique}` },
      ]
      for (const [value, names] of vectors) {
        const expected = names.map((name) => `${name}${unique}`)
        assert.deepEqual(found(secrets, only('all', value)), expected, value)
      }
    }),
  )
})

test('recorded on AWS: all with separators, whatever the unique suffix of the names is', () => {
  fc.assert(
    fc.property(suffix, (unique) => {
      const prod = ['/', '_', '+', '=', '.', '@', '-'].map((sign) => `prod${sign}AppBeta${sign}${unique}`)
      const uat = [`uat/COMPANY/${unique}`, `uat/COMPANYthings/${unique}`]
      const secrets = [...prod, ...uat].map((name) => ({ name }))
      assert.deepEqual(found(secrets, only('all', 'AppBeta')), prod)
      assert.deepEqual(found(secrets, only('all', 'Beta')), prod)
      assert.deepEqual(found(secrets, only('all', 'AppBeta', 'prod')), prod)
      assert.deepEqual(found(secrets, only('all', '+')), [])
      assert.deepEqual(found(secrets, only('all', unique)), [...prod, ...uat])
      assert.deepEqual(found(secrets, only('all', 'company')), [uat[0]])
      assert.deepEqual(found(secrets, only('all', 'Ythings')), [uat[1]])
      for (const value of ['things', 'N', 'pany']) assert.deepEqual(found(secrets, only('all', value)), [], value)
    }),
  )
})

describe('examples of the guide', () => {
  test('a description is found by its words in any order and any case', () => {
    const descriptions = ['My Description', 'my description', 'My basic description', 'Description of my secret']
    const secrets = [...descriptions, 'Describe mine'].map((description) => ({ name: description, description }))
    assert.deepEqual(found(secrets, only('description', 'My Description')), descriptions)
  })

  test('a name is found by its beginning in the same case', () => {
    const secrets = [{ name: 'DatabaseSecret' }, { name: 'databaseSecret' }, { name: 'MyData' }]
    assert.deepEqual(found(secrets, only('name', 'Data')), ['DatabaseSecret'])
  })
})

const full: SearchableSecret = {
  name: 'prod/Db',
  description: 'read-only. Do NOT share',
  tags: [
    { Key: 'Team', Value: 'Blue' },
    { Key: 'env', Value: 'Prod' },
  ],
  primaryRegion: 'eu-west-1',
  owningService: 'rds',
}
const bare: SearchableSecret = { name: 'bare' }
const finds = (secret: SearchableSecret, ...filters: Filter[]) => matches(compileFilters(filters), secret)

describe('each key', () => {
  test('tag keys and values are found by their beginning in the same case, on whichever tag', () => {
    assert.ok(finds(full, only('tag-key', 'en')))
    assert.ok(finds(full, only('tag-value', 'Pr')))
    assert.ok(finds(full, only('tag-key', 'Team'), only('tag-value', 'Prod')))
    for (const filter of [only('tag-key', 'team'), only('tag-value', 'blue'), only('tag-key', 'nv')]) {
      assert.equal(finds(full, filter), false)
    }
  })

  test('the primary Region and the owning service are found by their beginning in the same case', () => {
    assert.ok(finds(full, only('primary-region', 'eu-')))
    assert.ok(finds(full, only('owning-service', 'rd')))
    assert.equal(finds(full, only('primary-region', 'EU')), false)
    assert.equal(finds(full, only('owning-service', 'RDS')), false)
    assert.equal(finds(bare, only('owning-service', 'rds')), false)
  })

  test('a description is also found by its beginning where its words stay whole', () => {
    assert.ok(finds(full, only('description', 'READ-ONLY. do')))
    assert.equal(finds(full, only('description', 'share')), false)
  })

  test('all looks at every attribute, but at one at a time', () => {
    const seen = { ...full, description: 'shared secret' }
    for (const value of ['prod', 'db', 'SECRET shared', 'team', 'blue', 'env', 'west eu', 'rds']) {
      assert.ok(finds(seen, only('all', value)), value)
    }
    assert.equal(finds(seen, only('all', 'team blue')), false)
    assert.equal(finds(seen, only('all', 'db shared')), false)
  })
})

describe('combination', () => {
  test('values of a filter are alternatives, filters must all hold', () => {
    assert.ok(finds(bare, only('name', 'x', 'ba')))
    assert.equal(finds(bare, only('name', 'ba'), only('name', 'x')), false)
    assert.ok(finds(bare, only('name', 'x', '!y')))
    assert.ok(finds(bare))
  })

  test('a negated value holds when the attribute is missing', () => {
    for (const key of ['description', 'tag-key', 'tag-value', 'primary-region', 'owning-service', 'all'] as const) {
      assert.ok(finds(bare, only(key, '!x')), key)
    }
  })

  test('a negated tag filter holds when no tag matches', () => {
    assert.equal(finds(full, only('tag-key', '!Te')), false)
    assert.ok(finds(full, only('tag-key', '!te')))
  })

  test('only the first exclamation mark negates', () => {
    assert.ok(finds({ name: '!x' }, only('name', '!x', '!!y')))
    assert.equal(finds({ name: '!x' }, only('name', '!!x')), false)
  })

  test('an empty value matches everything where beginnings are compared, nothing where words are', () => {
    for (const key of ['name', 'tag-key', 'tag-value', 'primary-region', 'owning-service'] as const) {
      assert.ok(finds(bare, only(key, '')), key)
    }
    for (const key of ['description', 'all'] as const) assert.equal(finds(full, only(key, '')), false, key)
  })

  test('a lone exclamation mark matches nothing', () => {
    for (const key of [
      'name',
      'description',
      'tag-key',
      'tag-value',
      'primary-region',
      'owning-service',
      'all',
    ] as const) {
      assert.equal(finds(bare, only(key, '!')), false, key)
    }
  })
})

describe('compileFilters', () => {
  test('a filter without a key, or with an unknown one, is refused', () => {
    assert.throws(() => compileFilters([{ Values: ['a'] }]), errors.filterKey())
    for (const Key of ['', 'Name', 'constructor', '__proto__']) {
      assert.throws(() => compileFilters([{ Key, Values: ['a'] }]), errors.filterKey())
    }
  })

  test('a filter without values is refused', () => {
    assert.throws(() => compileFilters([{ Key: 'tag-key' }]), errors.filterValues('tag-key'))
    assert.throws(() => compileFilters([{ Key: 'name', Values: [] }]), errors.filterValues('name'))
  })
})

describe('drivers', () => {
  const driversOf = (...filters: Filter[]) => drivers(compileFilters(filters))

  test('beginnings are told as they are, those of descriptions lower-cased', () => {
    assert.deepEqual(driversOf(only('name', 'A', 'b'), only('description', 'My Database')), [
      { kind: 'name', alternatives: [{ prefix: 'A' }, { prefix: 'b' }] },
      { kind: 'description', alternatives: [{ prefix: 'my database', word: 'database' }] },
      { kind: 'description', alternatives: [{ prefix: 'my database', word: 'my' }] },
    ])
  })

  test('all is driven by any of its words, the longest first', () => {
    assert.deepEqual(driversOf(only('all', 'my Database', 'x')), [
      { kind: 'all', alternatives: [{ word: 'database' }, { word: 'x' }] },
      { kind: 'all', alternatives: [{ word: 'my' }, { word: 'x' }] },
    ])
  })

  test('no more than four words of a value are tried', () => {
    assert.equal(driversOf(only('all', 'a bb ccc dddd eeeee ffffff')).length, 4)
  })

  test('a value without words has no alternative, in a description only its beginning', () => {
    assert.deepEqual(driversOf(only('all', '+')), [{ kind: 'all', alternatives: [] }])
    assert.deepEqual(driversOf(only('description', '+')), [{ kind: 'description', alternatives: [{ prefix: '+' }] }])
  })

  test('filters with a negated or an empty value do not drive', () => {
    assert.deepEqual(
      driversOf(only('name', 'a', '!b'), only('name', ''), only('all', '!'), only('tag-key', 'x', '')),
      [],
    )
  })
})

describe('searchWords', () => {
  test('words are distinct, and taken from where the filters look', () => {
    const secret = { name: 'one/two', description: 'Two three two', tags: [{ Key: 'four', Value: 'Five' }] }
    const words = searchWords({ ...secret, primaryRegion: 'eu-west-1', owningService: 'rds' })
    assert.deepEqual(words.description, ['two', 'three'])
    assert.deepEqual(words.all, ['one', 'two', 'three', 'four', 'five', 'eu', 'west', '1', 'rds'])
    assert.deepEqual(searchWords(bare).description, [])
  })

  test('long words are cut, alike in secrets and in drivers', () => {
    const long = 'x'.repeat(200)
    const [word] = searchWords({ name: long }).all
    assert.equal(word?.length, 64)
    assert.deepEqual(drivers(compileFilters([only('all', `${long}yz`)])), [{ kind: 'all', alternatives: [{ word }] }])
  })

  test('no word ends within a character', () => {
    for (const word of searchWords({ name: 'n', description: `${'x'.repeat(63)}🔑` }).all)
      assert.ok(word.isWellFormed())
  })
})

/** What a store does with an alternative. */
function fits(kind: Driver['kind'], { prefix, word }: Alternative, secret: SearchableSecret): boolean {
  const texts: Record<Driver['kind'], (string | undefined)[]> = {
    name: [secret.name],
    description: [secret.description?.toLowerCase()],
    'tag-key': (secret.tags ?? []).map((tag) => tag.Key),
    'tag-value': (secret.tags ?? []).map((tag) => tag.Value),
    'primary-region': [secret.primaryRegion],
    'owning-service': [secret.owningService],
    all: [],
  }
  const { description, all } = searchWords(secret)
  const words = kind === 'description' ? description : all
  const byPrefix = prefix !== undefined && texts[kind].some((text) => text?.startsWith(prefix))
  return byPrefix || (word !== undefined && words.some((known) => known.startsWith(word)))
}

const text = (alphabet: string, minLength = 0) =>
  fc.oneof(
    { weight: 9, arbitrary: fc.string({ unit: fc.constantFrom(...alphabet), minLength, maxLength: 6 }) },
    { weight: 1, arbitrary: fc.integer({ min: 62, max: 70 }).map((length) => 'ab'.repeat(length)) },
  )
const someSecret: fc.Arbitrary<SearchableSecret> = fc.record(
  {
    name: text('abAB1-/', 1),
    description: text('abABé🔑1 -.'),
    tags: fc.array(fc.record({ Key: text('abAé ', 1), Value: text('abA1-.') }), { maxLength: 3 }),
    primaryRegion: text('ab-1', 1),
    owningService: text('abA', 1),
  },
  { requiredKeys: ['name'] },
)
const someFilter: fc.Arbitrary<Filter> = fc.record({
  Key: fc.constantFrom('name', 'description', 'tag-key', 'tag-value', 'primary-region', 'owning-service', 'all'),
  Values: fc.array(
    fc.tuple(fc.constantFrom('', '', '', '!'), text('abAB1 -/.')).map((parts) => parts.join('')),
    { minLength: 1, maxLength: 3 },
  ),
})

test('every match fits an alternative of every driver', () => {
  let driven = 0
  fc.assert(
    fc.property(fc.array(someFilter, { maxLength: 3 }), fc.array(someSecret, { maxLength: 10 }), (filters, secrets) => {
      const compiled = compileFilters(filters)
      for (const secret of secrets.filter((candidate) => matches(compiled, candidate))) {
        for (const { kind, alternatives } of drivers(compiled)) {
          driven++
          assert.ok(alternatives.some((alternative) => fits(kind, alternative, secret)))
        }
      }
    }),
    { numRuns: 5000 },
  )
  assert.ok(driven > 500, 'the property must have met matches to prove anything')
})

test('a filter whose every value is negated finds what the filters of its values do not', () => {
  fc.assert(
    fc.property(someFilter, someSecret, ({ Key, Values = [] }, secret) => {
      for (const value of Values.filter((candidate) => candidate !== '' && !candidate.startsWith('!'))) {
        const filter = { Key, Values: [value] }
        assert.notEqual(finds(secret, filter), finds(secret, { Key, Values: [`!${value}`] }))
      }
    }),
  )
})

test('words of a value that repeat, or begin others, change nothing', () => {
  const found = (value: string, description: string) =>
    matches(compileFilters([only('description', value)]), { name: 'n', description })
  assert.equal(found('z a a ab', 'zz abc'), true)
  assert.equal(found('z a a ab', 'zz ac'), false)
  assert.equal(found('a b', 'c b a'), true)
})
