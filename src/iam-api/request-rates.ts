import { rate, requestRates } from '../aws/request-rates.ts'

/** Ours: AWS publishes no rates of IAM, and is known to throttle it early. */
export const rateOf = requestRates(
  [
    // Each looks at many policies.
    rate(
      5,
      'SimulatePrincipalPolicy',
      'SimulateCustomPolicy',
      'GetContextKeysForPrincipalPolicy',
      'GetContextKeysForCustomPolicy',
      'GetAccountAuthorizationDetails',
    ),
  ],
  { read: 100, write: 20 },
)
