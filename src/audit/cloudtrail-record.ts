export type Members = Readonly<Record<string, unknown>>

/** A record as CloudTrail writes it (security facts 6.1–6.5). */
export interface CloudTrailRecord {
  readonly eventVersion: string
  readonly userIdentity: Members
  /** UTC, in whole seconds. */
  readonly eventTime: string
  readonly eventSource: string
  readonly eventName: string
  readonly awsRegion: string
  readonly sourceIPAddress: string
  readonly userAgent: string
  readonly errorCode?: string
  readonly errorMessage?: string
  readonly requestParameters: Members | null
  readonly responseElements: Members | null
  readonly additionalEventData?: Members
  readonly requestID: string
  readonly eventID: string
  readonly readOnly: boolean
  readonly resources?: readonly Members[]
  readonly serviceEventDetails?: Members
  readonly eventType: 'AwsApiCall' | 'AwsServiceEvent'
  readonly managementEvent: true
  readonly recipientAccountId: string
  /** The same in the records that several accounts have of one call. */
  readonly sharedEventID?: string
  readonly eventCategory: 'Management'
  readonly tlsDetails?: Members
}
