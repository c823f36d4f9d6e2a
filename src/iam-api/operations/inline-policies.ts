import { operation } from '../../aws/operation.ts'
import { list, required, structure } from '../../aws/shape.ts'
import type { IamContext } from '../context.ts'
import { errors } from '../errors.ts'
import {
  findGrantee,
  type Grantee,
  type GranteeKind,
  granteeKinds,
  grantees,
  type Named,
  structureFor,
} from '../grantees.ts'
import { pageOfNames } from '../list-entities.ts'
import { checkInlineSize, readPolicy } from '../policy-document.ts'
import * as shapes from '../shapes.ts'
import { showDocument } from '../show-entity.ts'

const nameOfPolicy = { PolicyName: required(shapes.policyName) }
const policy = { ...nameOfPolicy, PolicyDocument: required(shapes.policyDocument) }

const names = structure({ PolicyNames: required(list(shapes.policyName)), ...shapes.page })

function putPolicy(kind: GranteeKind) {
  return operation({
    name: `Put${grantees[kind].noun}Policy`,
    access: 'write',
    input: structureFor(kind, grantees[kind].existing, policy),
    target: (input, context: IamContext) => findGrantee(kind, input, context),

    run({ PolicyName, PolicyDocument }, entity: Grantee, { store, change }) {
      readPolicy(PolicyDocument, 'identity')
      const others = entity.inline.filter(({ name }) => !isSameName(name, PolicyName))
      const inline = [...others, { name: PolicyName, document: PolicyDocument }]
      checkInlineSize(kind, entity.name, inline)
      change(store.update({ ...entity, inline }))
      return {}
    },
  })
}

function getPolicy(kind: GranteeKind) {
  const { noun, member, existing } = grantees[kind]
  return operation({
    name: `Get${noun}Policy`,
    access: 'read',
    input: structureFor(kind, existing, nameOfPolicy),
    output: structureFor(kind, existing, policy),
    target: (input, context: IamContext) => findGrantee(kind, input, context),

    run({ PolicyName }, entity: Grantee) {
      const { name, document } = inlinePolicy(kind, entity, PolicyName)
      const owner: Named = { [member]: entity.name }
      return { ...owner, PolicyName: name, PolicyDocument: showDocument(document) }
    },
  })
}

function deletePolicy(kind: GranteeKind) {
  return operation({
    name: `Delete${grantees[kind].noun}Policy`,
    access: 'write',
    input: structureFor(kind, grantees[kind].existing, nameOfPolicy),
    target: (input, context: IamContext) => findGrantee(kind, input, context),

    run({ PolicyName }, entity: Grantee, { store, change }) {
      const deleted = inlinePolicy(kind, entity, PolicyName)
      change(store.update({ ...entity, inline: entity.inline.filter((one) => one !== deleted) }))
      return {}
    },
  })
}

function listPolicies(kind: GranteeKind) {
  return operation({
    name: `List${grantees[kind].noun}Policies`,
    access: 'read',
    input: structureFor(kind, grantees[kind].existing, shapes.paging),
    output: names,
    target: (input, context: IamContext) => findGrantee(kind, input, context),

    async run(input, entity: Grantee, context) {
      const { items, paging } = await pageOfNames(['inline', entity.id], entity.inline, input, context)
      return { PolicyNames: items.map(({ name }) => name), ...paging }
    },
  })
}

/** Names of everything in IAM compare without regard to case. */
const isSameName = (left: string, right: string) => left.toLowerCase() === right.toLowerCase()

function inlinePolicy(kind: GranteeKind, { inline }: Grantee, policyName: string) {
  const found = inline.find(({ name }) => isSameName(name, policyName))
  if (!found) throw errors.noSuchEntity(`The ${kind} policy with name ${policyName} cannot be found.`)
  return found
}

/**
 * Policies that belong to one user, group or role: PutUserPolicy, GetUserPolicy, DeleteUserPolicy, ListUserPolicies; PutGroupPolicy,
 * GetGroupPolicy, DeleteGroupPolicy, ListGroupPolicies; PutRolePolicy, GetRolePolicy, DeleteRolePolicy, ListRolePolicies.
 */
export const inlinePolicies = granteeKinds.flatMap((kind) => [
  putPolicy(kind),
  getPolicy(kind),
  deletePolicy(kind),
  listPolicies(kind),
])
