import { operation } from '../../aws/operation.ts'
import { required, structure, timestamp } from '../../aws/shape.ts'
import type { KmsContext } from '../context.ts'
import { MAX_WINDOW_DAYS, MIN_WINDOW_DAYS, scheduled } from '../deletion.ts'
import { errors } from '../errors.ts'
import { ownKey, trusting } from '../find-key.ts'
import type { KmsKey } from '../key-store.ts'
import * as shapes from '../shapes.ts'

export const scheduleKeyDeletion = operation({
  name: 'ScheduleKeyDeletion',
  access: 'write',
  input: structure({ KeyId: required(shapes.keyId), PendingWindowInDays: shapes.pendingWindow }),
  output: structure({
    KeyId: shapes.keyId,
    DeletionDate: timestamp(),
    KeyState: shapes.keyState,
    PendingWindowInDays: shapes.pendingWindow,
  }),
  recordsAnswer: true,
  check({ PendingWindowInDays: days = MAX_WINDOW_DAYS }) {
    if (days < MIN_WINDOW_DAYS || days > MAX_WINDOW_DAYS) throw errors.pendingWindow(MIN_WINDOW_DAYS, MAX_WINDOW_DAYS)
  },
  target: ownKey('ScheduleKeyDeletion', 'change'),
  conditions: ({ PendingWindowInDays = MAX_WINDOW_DAYS }) => ({
    'kms:ScheduleKeyDeletionPendingWindowInDays': String(PendingWindowInDays),
  }),
  async run({ PendingWindowInDays = MAX_WINDOW_DAYS }, key: KmsKey, context: KmsContext) {
    const { keys, now, change } = context
    const isPrimary = key.primaryRegion === key.region
    const relatives = isPrimary ? await trusting(() => keys.relatives(key.keyId), context) : []
    const updated = scheduled(key, PendingWindowInDays, relatives.length > 1, now)
    change(keys.update(updated))
    const at = updated.deletion?.at
    return {
      KeyId: key.arn,
      DeletionDate: at === undefined ? undefined : new Date(at),
      KeyState: updated.state,
      PendingWindowInDays,
    }
  },
})
