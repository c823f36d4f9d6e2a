import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { CheckedStore } from '../check-store.ts'
import { checkText, outcomeOf, progressText } from './check-text.ts'

const none = { count: 0, first: [] }
const INTACT: CheckedStore = { rows: { secrets: 2, versions: 3 }, structure: [], damaged: none, unopened: none }
const ARN = 'arn:aws:secretsmanager:eu-central-1:111122223333:secret:a-AbCdEf'

test('an intact store is said to be intact, with how much was checked', () => {
  assert.equal(outcomeOf(INTACT), 'intact')
  assert.equal(
    checkText(INTACT, 200),
    'The store is intact: 5 rows checked, 3 values opened. Check the trail with: coffer trail verify\n',
  )
})

test('every finding has a line that names its row', () => {
  const checked: CheckedStore = {
    ...INTACT,
    structure: [{ table: 'secrets', fault: 'row 3 missing from index secrets_by_name' }],
    damaged: {
      count: 2,
      first: [
        { table: 'secrets', row: ARN, damage: 'mac' },
        { table: 'versions', row: `${ARN} v`, damage: 'missing' },
      ],
    },
    unopened: { count: 1, first: [`${ARN} w`] },
  }
  assert.equal(outcomeOf(checked), 'damaged')
  assert.equal(
    checkText(checked, 200),
    `table secrets: row 3 missing from index secrets_by_name
secrets ${ARN}: its MAC does not fit: something other than Coffer wrote it
versions ${ARN} v: it is missing, although another row names it
versions ${ARN} w: its KMS key is gone
The store is DAMAGED: 1 fault of its file, 2 damaged rows; 5 rows checked, 2 values opened. Restore a backup, or delete what the rows belong to.
`,
  )
})

test('values whose KMS key is gone are neither intact nor damaged', () => {
  const checked: CheckedStore = { ...INTACT, unopened: { count: 1, first: [`${ARN} w`] } }
  assert.equal(outcomeOf(checked), 'unopened')
  assert.match(checkText(checked, 400), /^Nothing is damaged: .* Nothing can be said of 1 value, because the KMS key/m)
})

test('of many findings the first hundred are shown, and the others are counted', () => {
  const first = Array.from(
    { length: 150 },
    (_, index) => ({ table: 'secrets', row: `${index}`, damage: 'mac' }) as const,
  )
  const lines = checkText({ ...INTACT, damaged: { count: 20_000, first } }, 200).split('\n')
  assert.equal(lines.length, 103)
  assert.equal(lines[100], 'and 19900 more')
})

test('the name of a forged row does not steer the terminal', () => {
  const first = [{ table: 'secrets', row: 'a\x1b[2Jb', damage: 'mac' } as const]
  assert.ok(!checkText({ ...INTACT, damaged: { count: 1, first } }, 80).includes('\x1b'))
})

test('progress is a percentage of the rows', () => {
  assert.equal(progressText({ step: 'structure', table: 'secrets' }), 'Checking the structure of secrets')
  assert.equal(progressText({ step: 'rows', done: 1, total: 3 }), 'Checked 33% of 3 rows')
  assert.equal(progressText({ step: 'rows', done: 0, total: 0 }), 'Checked 100% of 0 rows')
})
