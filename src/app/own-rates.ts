import { requestRates } from '../aws/request-rates.ts'

/** Of the operations that AWS does not have, all of them in one service: `coffer readers` asks for at most 100 pages in a row. */
export const ownRateOf = requestRates([], { read: 100, write: 1 })
