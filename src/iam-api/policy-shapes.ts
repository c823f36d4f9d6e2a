import { string } from '../aws/shape.ts'

// Types that operations on managed policies share, as IAM's service model has them.

export const versionId = string({ pattern: 'v[1-9][0-9]*(\\.[A-Za-z0-9-]*)?' })
export const policyUsage = string({ enum: ['PermissionsPolicy', 'PermissionsBoundary'] })
