import type { SecurityEvent } from './app/handle.ts'
import { THROTTLED } from './app/throttle.ts'
import { DamageLog } from './audit/damage-log.ts'
import { type LineRate, SecurityLog } from './audit/security-log.ts'
import type { ReportDamage } from './aws/damaged-row.ts'
import type { StartOptions } from './start-coffer.ts'
import type { StructureCheckOptions } from './storage/structure-check.ts'

type Receivers = Pick<StartOptions, 'onRefused' | 'log' | 'now'>

/** Lines on throttled requests: enough to see which caller it is. */
const THROTTLED_LINES: LineRate = { burst: 10, perSecond: 1 }

/** Faults of one table that a line shows. */
const SHOWN_FAULTS = 10

/** Where refusals go. Throttled requests have a rate of their own, so that a busy caller does not hide attempts to guess keys. */
export function refusalsTo({ onRefused, log }: Receivers): (event: SecurityEvent) => void {
  const write = (text: string) => onRefused ?? ((line: object) => log.warn(line, text))
  const unproven = new SecurityLog(write('authentication failed'))
  const throttled = new SecurityLog(write('request throttled'), THROTTLED_LINES)
  return (event) => (event.code === THROTTLED ? throttled : unproven).refused(event)
}

/** Where damaged rows go: to the log, and to the security log where there is one. */
export function damageTo({ onRefused, log, now = Date.now }: Receivers): ReportDamage {
  const damage = new DamageLog((line) => {
    log.error(line, 'a row of the store is damaged')
    onRefused?.({ at: new Date(now()).toISOString(), code: 'DamagedRow', ...line })
  }, now)
  return (damaged) => damage.report(damaged)
}

/** Where damage to the structure of the store goes: to the same places. */
export function structureDamageTo({ onRefused, log, now = Date.now }: Receivers): StructureCheckOptions {
  return {
    onDamage({ table, faults }) {
      const shown = { table, faults: faults.slice(0, SHOWN_FAULTS), count: faults.length }
      log.error(shown, 'the file of the store is damaged: run coffer check, and restore a backup')
      onRefused?.({ at: new Date(now()).toISOString(), code: 'DamagedStore', table, count: faults.length })
    },
    onFailure: ({ message }) => log.error({ reason: message }, 'the file of the store could not be checked'),
  }
}
