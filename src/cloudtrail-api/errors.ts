import { AwsError } from '../aws/error.ts'

/** Every error text of CloudTrail, once. The codes are the model's; the texts are ours, AWS's are not published (security facts 6.8). */
export const errors = {
  lookupAttributes: () =>
    new AwsError(
      'InvalidLookupAttributesException',
      'The lookup attributes are not valid: at most one, with a known key and a value of 1 to 2000 characters.',
    ),
  timeRange: () => new AwsError('InvalidTimeRangeException', 'The end time must not be before the start time.'),
  maxResults: () => new AwsError('InvalidMaxResultsException', 'MaxResults must be between 1 and 50.'),
  nextToken: () =>
    new AwsError('InvalidNextTokenException', 'The token is not valid, has expired, or belongs to another request.'),
  eventCategory: () => new AwsError('InvalidEventCategoryException', 'The only event category is insight.'),
}
