import type { AnyOperation } from '../../aws/operation.ts'
import type { CloudTrailContext } from '../context.ts'
import { describeTrails } from './describe-trails.ts'
import { listTrails } from './list-trails.ts'
import { lookupEvents } from './lookup-events.ts'

/** Every operation of CloudTrail that is here. */
export const operations: readonly AnyOperation<CloudTrailContext>[] = [describeTrails, listTrails, lookupEvents]
