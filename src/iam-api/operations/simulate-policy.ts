import { noResource, operation } from '../../aws/operation.ts'
import { required, type StructureValue, structure } from '../../aws/shape.ts'
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
import * as shapes from '../simulation-shapes.ts'

/** Actions times resources in one request; AWS publishes no figure. */
const MAX_SCENARIOS = 1000
/** Characters of all policies that a request brings: as many as IAM takes in a single one. */
const MAX_INPUT = 131_072
/** Results on a page, also when a request wants more: each is worked out while others wait. IAM may send fewer than MaxItems. */
const MAX_PAGE = 100

type ScenarioInput = StructureValue<typeof shapes.scenario>

interface PolicyLists {
  readonly PolicyInputList?: readonly string[] | undefined
  readonly PermissionsBoundaryPolicyInputList?: readonly string[] | undefined
  readonly OrderedOrganizationPolicyInputList?:
    | readonly { readonly ServiceControlPolicyInputList?: readonly string[] | undefined }[]
    | undefined
}

const ACTION = /^[a-z0-9-]+:[a-z0-9]+$/i

/** What is wrong with a request for a simulation, whoever's policies it is about. */
function checkInput({ ActionNames, ResourceArns = ['*'], ResourcePolicy = '', ...lists }: ScenarioInput & PolicyLists) {
  const invalid = ActionNames.find((action) => !ACTION.test(action))
  if (invalid !== undefined) throw errors.invalidInput(`Invalid action name: ${invalid}`)
  if (ActionNames.length * ResourceArns.length > MAX_SCENARIOS)
    throw errors.invalidInput(`Too many actions and resources: at most ${MAX_SCENARIOS} combinations are simulated.`)
  const { PolicyInputList = [], PermissionsBoundaryPolicyInputList: boundaries = [] } = lists
  const organization = (lists.OrderedOrganizationPolicyInputList ?? []).flatMap(
    ({ ServiceControlPolicyInputList: level = [] }) => level,
  )
  const size = [...PolicyInputList, ...boundaries, ...organization].reduce(
    (sum, document) => sum + document.length,
    ResourcePolicy.length,
  )
  if (size > MAX_INPUT)
    throw errors.invalidInput(`Too much policy text: at most ${MAX_INPUT} characters are simulated.`)
  if (boundaries.length > 1) throw errors.invalidInput('Only one permissions boundary can be simulated at a time.')
}

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
  const page = { Marker: input.Marker, MaxItems: Math.min(input.MaxItems ?? MAX_PAGE, MAX_PAGE) }
  const { items, paging } = await pageOfItems(['simulation', ActionNames, ResourceArns], scenarios, page, context)
  return { EvaluationResults: items.map((scenario) => simulation.decide(scenario)), ...paging }
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
  check: (input) => checkInput(input),
  target: ({ PolicySourceArn }, context: IamContext) => findPolicySource(PolicySourceArn, context),

  async run(input, entity: Grantee, context) {
    const { PolicyInputList = [], PolicyExclusionList = [], CallerArn, ResourcePolicy } = input
    if (entity.kind === 'group' && ResourcePolicy !== undefined && CallerArn === undefined) throw callerMissing()
    const { identity, boundary } = exclude(await policiesOfGrantee(entity, context), PolicyExclusionList)
    const caller = CallerArn === undefined ? callerOf(entity) : await callerWithArn(CallerArn, context)
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
  check: (input) => checkInput(input),
  target: (_input, { account }: IamContext) => noResource(account),

  async run(input, _value: undefined, context) {
    const { PolicyInputList, OrderedOrganizationPolicyInputList: levels, CallerArn, ResourcePolicy } = input
    if (ResourcePolicy !== undefined && CallerArn === undefined) throw callerMissing()
    const anyone = callerOf({ kind: 'anyone', account: context.account })
    const caller = CallerArn === undefined ? anyone : await callerWithArn(CallerArn, context)
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
