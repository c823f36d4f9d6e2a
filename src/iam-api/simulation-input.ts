import type { StructureValue } from '../aws/shape.ts'
import { errors } from './errors.ts'
import type { ContextEntry } from './simulated-caller.ts'
import {
  MAX_CONTEXT_ENTRIES,
  MAX_CONTEXT_TEXT,
  MAX_PAGE_WORK,
  MAX_POLICIES,
  MAX_POLICY_TEXT,
  MAX_SCENARIOS,
} from './simulation-limits.ts'
import type { scenario } from './simulation-shapes.ts'

export type ScenarioInput = StructureValue<typeof scenario>

export interface PolicyLists {
  readonly PolicyInputList?: readonly string[] | undefined
  readonly PermissionsBoundaryPolicyInputList?: readonly string[] | undefined
  readonly OrderedOrganizationPolicyInputList?:
    | readonly { readonly ServiceControlPolicyInputList?: readonly string[] | undefined }[]
    | undefined
}

const ACTION = /^[a-z0-9-]+:[a-z0-9]+$/i

/** Throws InvalidInput for a simulation that cannot be made, or that asks for more than one may, whoever's policies it is about. */
export function checkSimulation(input: ScenarioInput & PolicyLists): void {
  const { ActionNames, ResourceArns = ['*'], ResourcePolicy, ContextEntries = [] } = input
  const invalid = ActionNames.find((action) => !ACTION.test(action))
  if (invalid !== undefined) throw errors.invalidInput(`Invalid action name: ${invalid}`)
  if (ActionNames.length * ResourceArns.length > MAX_SCENARIOS)
    throw errors.invalidInput(`Too many actions and resources: at most ${MAX_SCENARIOS} combinations are simulated.`)
  const { PolicyInputList = [], PermissionsBoundaryPolicyInputList: boundaries = [] } = input
  const organization = (input.OrderedOrganizationPolicyInputList ?? []).flatMap(
    ({ ServiceControlPolicyInputList: level = [] }) => level,
  )
  const onResource = ResourcePolicy === undefined ? [] : [ResourcePolicy]
  const documents = [...PolicyInputList, ...boundaries, ...organization, ...onResource]
  checkPolicyInput(documents)
  if (boundaries.length > 1) throw errors.invalidInput('Only one permissions boundary can be simulated at a time.')
  checkContext(ContextEntries)
  checkWork(documents, ContextEntries)
}

/** Throws InvalidInput for more policies, or more text of them, than a request may bring. */
export function checkPolicyInput(documents: readonly string[]): void {
  if (documents.length > MAX_POLICIES)
    throw errors.invalidInput(`Too many policies: at most ${MAX_POLICIES} are simulated.`)
  if (lengthOf(documents) > MAX_POLICY_TEXT)
    throw errors.invalidInput(`Too much policy text: at most ${MAX_POLICY_TEXT} characters are simulated.`)
}

function checkContext(entries: readonly ContextEntry[]): void {
  if (entries.length > MAX_CONTEXT_ENTRIES)
    throw errors.invalidInput(`Too many context entries: at most ${MAX_CONTEXT_ENTRIES} are simulated.`)
  const texts = entries.flatMap(({ ContextKeyName = '', ContextKeyValues = [] }) => [
    ContextKeyName,
    ...ContextKeyValues,
  ])
  if (lengthOf(texts) + texts.length > MAX_CONTEXT_TEXT)
    throw errors.invalidInput(`Too much text of context entries: at most ${MAX_CONTEXT_TEXT} characters are simulated.`)
}

/** Each value of a policy may be compared with each that the request gives for its key, and a page has one result at least. */
function checkWork(documents: readonly string[], entries: readonly ContextEntry[]): void {
  const longest = Math.max(0, ...entries.map(({ ContextKeyValues = [] }) => lengthOf(ContextKeyValues)))
  if (lengthOf(documents) * longest > MAX_PAGE_WORK)
    throw errors.invalidInput('Too much to simulate: policies and values of a context entry are too long together.')
}

const lengthOf = (texts: readonly string[]) => texts.reduce((sum, text) => sum + text.length, 0)
