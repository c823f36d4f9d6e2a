import { noResource, operation } from '../../aws/operation.ts'
import { required, structure } from '../../aws/shape.ts'
import type { IamContext } from '../context.ts'
import { findPolicySource } from '../find-policy-source.ts'
import type { Grantee } from '../grantees.ts'
import { contextKeysOfAll } from '../simulate.ts'
import { inputPolicies, policiesOfGrantee, type Source } from '../simulated-policies.ts'
import { checkPolicyInput } from '../simulation-input.ts'
import * as shapes from '../simulation-shapes.ts'

const output = structure({ ContextKeyNames: shapes.contextKeyNames })

const answer = (sources: readonly Source[]) => ({ ContextKeyNames: [...contextKeysOfAll(sources)] })

export const getContextKeysForPrincipalPolicy = operation({
  name: 'GetContextKeysForPrincipalPolicy',
  access: 'read',
  input: structure({
    PolicySourceArn: required(shapes.policySourceArn),
    PolicyInputList: shapes.policyInputs,
  }),
  output,
  check: ({ PolicyInputList = [] }) => checkPolicyInput(PolicyInputList),
  target: ({ PolicySourceArn }, context: IamContext) => findPolicySource(PolicySourceArn, context),

  async run({ PolicyInputList = [] }, entity: Grantee, context) {
    const { identity } = await policiesOfGrantee(entity, context)
    return answer([...identity, ...inputPolicies(PolicyInputList, 'PolicyInputList')])
  },
})

export const getContextKeysForCustomPolicy = operation({
  name: 'GetContextKeysForCustomPolicy',
  access: 'read',
  input: structure({ PolicyInputList: required(shapes.policyInputs) }),
  output,
  check: ({ PolicyInputList }) => checkPolicyInput(PolicyInputList),
  target: (_input, { account }: IamContext) => noResource(account),

  run({ PolicyInputList }) {
    return answer(inputPolicies(PolicyInputList, 'PolicyInputList'))
  },
})
