import { noResource, operation } from '../../aws/operation.ts'
import { list, string, structure } from '../../aws/shape.ts'
import type { CloudTrailContext } from '../context.ts'

/** A trail delivers to a bucket. Coffer has none: what it exports, the operator asks for on the machine. */
export const listTrails = operation({
  name: 'ListTrails',
  access: 'read',
  input: structure({ NextToken: string() }),
  output: structure({
    Trails: list(structure({ TrailARN: string(), Name: string(), HomeRegion: string() }, 'TrailInfo')),
    NextToken: string(),
  }),
  target: (_input, { scope }: CloudTrailContext) => noResource(scope.account),
  run: (_input, _value: undefined) => ({ Trails: [], NextToken: undefined }),
})
