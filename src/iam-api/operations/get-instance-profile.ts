import { operation } from '../../aws/operation.ts'
import { required, structure } from '../../aws/shape.ts'
import type { InstanceProfile } from '../../identity/entities.ts'
import type { IamContext } from '../context.ts'
import { findNamed } from '../find-entity.ts'
import * as shapes from '../shapes.ts'
import { showInstanceProfiles } from '../show-instance-profiles.ts'

export const getInstanceProfile = operation({
  name: 'GetInstanceProfile',
  access: 'read',
  input: structure({ InstanceProfileName: required(shapes.instanceProfileName) }),
  output: structure({ InstanceProfile: required(shapes.instanceProfile) }),
  target: ({ InstanceProfileName }, context: IamContext) => findNamed('instance-profile', InstanceProfileName, context),

  async run(_input, profile: InstanceProfile, context) {
    const [shown] = await showInstanceProfiles([profile], context)
    return { InstanceProfile: shown! }
  },
})
