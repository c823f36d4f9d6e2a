import type { CheckedStore, CheckProgress } from '../check-store.ts'
import { paragraph } from './paragraph.ts'

/** Findings of one kind that are printed one by one; JSON has more of them. */
const SHOWN = 100

export type CheckOutcome = 'intact' | 'damaged' | 'unopened'

/** `unopened` when nothing is damaged, but there are values of which nothing can be said because their KMS key is gone. */
export function outcomeOf({ structure, damaged, unopened }: CheckedStore): CheckOutcome {
  if (structure.length > 0 || damaged.count > 0) return 'damaged'
  return unopened.count > 0 ? 'unopened' : 'intact'
}

const DAMAGE = {
  mac: 'its MAC does not fit: something other than Coffer wrote it',
  seal: 'what is sealed in it does not open',
  missing: 'it is missing, although another row names it',
} as const

/** What was found, for a person: each finding a line of its own, then what it means. */
export function checkText(checked: CheckedStore, width: number): string {
  const { structure, damaged, unopened } = checked
  const lines = [
    ...structure.slice(0, SHOWN).map(({ table, fault }) => `table ${table}: ${fault}`),
    ...rest(structure.length),
    ...damaged.first.slice(0, SHOWN).map(({ table, row, damage }) => `${table} ${row}: ${DAMAGE[damage]}`),
    ...rest(damaged.count),
    ...unopened.first.slice(0, SHOWN).map((row) => `versions ${row}: its KMS key is gone`),
    ...rest(unopened.count),
    ...conclusion(checked),
  ]
  return lines.map((line) => paragraph(line, { width, hanging: 2 })).join('')
}

function conclusion(checked: CheckedStore): string[] {
  const { rows, structure, damaged, unopened } = checked
  const all = `${plural(sumOf(rows), 'row')} checked, ${plural((rows.versions ?? 0) - unopened.count, 'value')} opened`
  switch (outcomeOf(checked)) {
    case 'intact':
      return [`The store is intact: ${all}. Check the trail with: coffer trail verify`]
    case 'unopened':
      return [
        `Nothing is damaged: ${all}. Nothing can be said of ${plural(unopened.count, 'value')}, because the KMS key was deleted or its imported material is gone.`,
      ]
    case 'damaged':
      return [
        `The store is DAMAGED: ${plural(structure.length, 'fault')} of its file, ${plural(damaged.count, 'damaged row')}; ${all}. Restore a backup, or delete what the rows belong to.`,
      ]
  }
}

const rest = (count: number) => (count > SHOWN ? [`and ${count - SHOWN} more`] : [])
const plural = (count: number, what: string) => `${count} ${what}${count === 1 ? '' : 's'}`
const sumOf = (rows: CheckedStore['rows']) => Object.values(rows).reduce((sum, count) => sum + count, 0)

/** How far a check has come, as one short line. */
export function progressText(progress: CheckProgress): string {
  if (progress.step === 'structure') return `Checking the structure of ${progress.table}`
  const { done, total } = progress
  return `Checked ${total === 0 ? 100 : Math.floor((done / total) * 100)}% of ${plural(total, 'row')}`
}
