import type * as sdk from '@aws-sdk/client-cloudtrail'
import type { describeTrails } from '../src/cloudtrail-api/operations/describe-trails.ts'
import type { listTrails } from '../src/cloudtrail-api/operations/list-trails.ts'
import type { lookupEvents } from '../src/cloudtrail-api/operations/lookup-events.ts'
import type { Agrees, FaultsIn, None } from './sdk-agreement.ts'

// Harm prevented: as of secrets-sdk-types.ts, for CloudTrail.

/** The SDK lets required members of nested structures be undefined. */
type Lookup = Omit<sdk.LookupEventsCommandInput, 'LookupAttributes'> & {
  LookupAttributes?: { AttributeKey: sdk.LookupAttributeKey; AttributeValue: string }[] | undefined
}

interface Operations {
  DescribeTrails: Agrees<typeof describeTrails, sdk.DescribeTrailsCommandInput, sdk.DescribeTrailsCommandOutput>
  ListTrails: Agrees<typeof listTrails, sdk.ListTrailsCommandInput, sdk.ListTrailsCommandOutput>
  LookupEvents: Agrees<typeof lookupEvents, Lookup, sdk.LookupEventsCommandOutput>
}

export type SdkAgreement = None<FaultsIn<Operations>>
