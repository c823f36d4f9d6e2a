import { rate, requestRates } from '../aws/request-rates.ts'

/** AWS's quotas of requests (CloudTrail user guide, "Quotas"; security facts 6.8). */
export const rateOf = requestRates([rate(2, 'LookupEvents')], { read: 10, write: 1 })
