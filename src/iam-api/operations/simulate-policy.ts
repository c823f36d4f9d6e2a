import { noResource, operation } from '../../aws/operation.ts'
import { required, structure } from '../../aws/shape.ts'
import { arnOf } from '../../identity/entities.ts'
import type { IamContext } from '../context.ts'
import { errors } from '../errors.ts'
import { findPolicySource } from '../find-policy-source.ts'
import type { Grantee } from '../grantees.ts'
import { pageOfItems } from '../list-entities.ts'
import { Simulation } from '../simulate.ts'
import { callerOf, callerWithArn, type SimulatedCaller, simulatedConditions } from '../simulated-caller.ts'
import {
  exclude,
  inputPolicies,
  policiesOfGrantee,
  type SimulatedPolicies,
  type Source,
} from '../simulated-policies.ts'
import { checkSimulation, type PolicyLists, type ScenarioInput } from '../simulation-input.ts'
import { pageSizeFor } from '../simulation-limits.ts'
import * as shapes from '../simulation-shapes.ts'

function boundaryOf({ PermissionsBoundaryPolicyInputList = [] }: PolicyLists): Source | undefined {
  return inputPolicies(PermissionsBoundaryPolicyInputList, 'PermissionsBoundaryPolicyInputList', 'boundary')[0]
}

/** Runs a simulation for the part of its scenarios that the answer holds. */
async function simulate(input: ScenarioInput, caller: SimulatedCaller, own: SimulatedPolicies, context: IamContext) {
  const { ActionNames, ResourceArns = ['*'], ResourcePolicy, ContextEntries = [] } = input
  const resources = ResourcePolicy === undefined ? [] : [ResourcePolicy]
  const [resource] = inputPolicies(resources, 'ResourcePolicy', 'resource')
  const simulation = new Simulation({
    policies: { ...own, resource },
    caller,
    conditions: simulatedConditions(ContextEntries, caller, context.now),
    resourceOwner: ownerIn(input.ResourceOwner) ?? caller.principal.account,
  })
  const scenarios = ActionNames.flatMap((action) => ResourceArns.map((resource) => ({ action, resource })))
  const page = { Marker: input.Marker, MaxItems: pageSizeFor(simulation.costOfResult(ResourceArns), input.MaxItems) }
  const { items, paging } = await pageOfItems(['simulation', ActionNames, ResourceArns], scenarios, page, context)
  return { EvaluationResults: await simulation.decideAll(items), ...paging }
}

function ownerIn(resourceOwner: string | undefined): string | undefined {
  if (resourceOwner === undefined) return undefined
  const account = /^(?:arn:aws:iam::)?(\d{12})(?::root)?$/.exec(resourceOwner)?.[1]
  if (account === undefined) throw errors.invalidInput(`Invalid ResourceOwner: ${resourceOwner}`)
  return account
}

const callerMissing = () =>
  errors.invalidInput('CallerArn must be given with ResourcePolicy, because the policies are not those of one caller.')

export const simulatePrincipalPolicy = operation({
  name: 'SimulatePrincipalPolicy',
  access: 'read',
  input: structure({
    PolicySourceArn: required(shapes.policySourceArn),
    PolicyInputList: shapes.policyInputs,
    PermissionsBoundaryPolicyInputList: shapes.policyInputs,
    PolicyExclusionList: shapes.exclusions,
    ...shapes.scenario,
  }),
  output: shapes.simulationResult,
  check: (input) => checkSimulation(input),
  target: ({ PolicySourceArn }, context: IamContext) => findPolicySource(PolicySourceArn, context),

  async run(input, entity: Grantee, context) {
    const { PolicyInputList = [], PolicyExclusionList = [], CallerArn, ResourcePolicy } = input
    if (entity.kind === 'group' && ResourcePolicy !== undefined && CallerArn === undefined) throw callerMissing()
    const { identity, boundary } = exclude(await policiesOfGrantee(entity, context), PolicyExclusionList)
    const caller = CallerArn === undefined || CallerArn === arnOf(entity) ? callerOf(entity) : callerWithArn(CallerArn)
    const policies = {
      identity: [...identity, ...inputPolicies(PolicyInputList, 'PolicyInputList')],
      boundary: boundaryOf(input) ?? boundary,
    }
    return simulate(input, caller, policies, context)
  },
})

export const simulateCustomPolicy = operation({
  name: 'SimulateCustomPolicy',
  access: 'read',
  input: structure({
    PolicyInputList: required(shapes.policyInputs),
    PermissionsBoundaryPolicyInputList: shapes.policyInputs,
    OrderedOrganizationPolicyInputList: shapes.organizationPolicies,
    ...shapes.scenario,
  }),
  output: shapes.simulationResult,
  check: (input) => checkSimulation(input),
  target: (_input, { account }: IamContext) => noResource(account),

  async run(input, _value: undefined, context) {
    const { PolicyInputList, OrderedOrganizationPolicyInputList: levels, CallerArn, ResourcePolicy } = input
    if (ResourcePolicy !== undefined && CallerArn === undefined) throw callerMissing()
    const anyone = callerOf({ kind: 'anyone', account: context.account })
    const caller = CallerArn === undefined ? anyone : callerWithArn(CallerArn)
    const policies = {
      identity: inputPolicies(PolicyInputList, 'PolicyInputList'),
      boundary: boundaryOf(input),
      serviceControl: levels?.map(({ ServiceControlPolicyInputList: level = [] }, index) =>
        inputPolicies(
          level,
          `OrderedOrganizationPolicyInputList.${index + 1}.ServiceControlPolicyInputList`,
          'service-control',
        ),
      ),
    }
    return simulate(input, caller, policies, context)
  },
})
