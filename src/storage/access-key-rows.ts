import { ForgedRowError } from '../aws/damaged-row.ts'
import type { AccessKey } from '../identity/identity-store.ts'
import { type Covered, macFits, macOf, type RowMac } from './row-mac.ts'
import type { Row } from './sql.ts'

export const ACCESS_KEYS: Covered = {
  table: 'access_keys',
  named: ['access_key_id'],
  columns: ['access_key_id', 'account', 'user_name', 'sealed_secret', 'active', 'created_at'],
}

/** Columns of an access key, its MAC included. */
export function toAccessKeyRow(key: AccessKey, mac: RowMac) {
  const row = {
    access_key_id: key.accessKeyId,
    account: key.account,
    user_name: key.userName,
    sealed_secret: key.sealedSecret,
    active: key.active ? 1 : 0,
    created_at: key.createdAt,
  }
  return { ...row, mac: macOf(mac, ACCESS_KEYS, row) }
}

/** Throws ForgedRowError for a row whose MAC does not fit. */
export function toAccessKey(row: Row, mac: RowMac): AccessKey {
  if (!macFits(mac, ACCESS_KEYS, row)) throw new ForgedRowError('access_keys', String(row.access_key_id))
  return {
    accessKeyId: String(row.access_key_id),
    account: String(row.account),
    userName: String(row.user_name),
    sealedSecret: row.sealed_secret as Uint8Array,
    active: row.active === 1,
    createdAt: Number(row.created_at),
  }
}
