import { operation, requestTags, type Target } from '../../aws/operation.ts'
import {
  type RequiredMember,
  required,
  type Shape,
  type StructureShape,
  type StructureValue,
  structure,
} from '../../aws/shape.ts'
import type { Entities } from '../../identity/entities.ts'
import type { IamContext } from '../context.ts'
import { findNamed, findProvider } from '../find-entity.ts'
import { findPolicy, findPolicyToChange } from '../find-policy.ts'
import { pageOfItems } from '../list-entities.ts'
import * as shapes from '../shapes.ts'
import { addTags, checkTags, removeTags } from '../tags.ts'

type Tagged = Entities['user' | 'role' | 'policy' | 'oidc-provider' | 'instance-profile']

/** A kind of thing that has tags. */
interface Taggable {
  /** In names of operations and quotas. */
  readonly noun: string
  /** Member of requests that names one. */
  readonly member: string
  readonly shape: Shape<string>
  find: Find
  /** For changes, where `find` also finds what cannot be changed. */
  readonly findToChange?: Find
}

type Find = (id: string, context: IamContext) => Promise<Target<Tagged>>

const taggables: readonly Taggable[] = [
  {
    noun: 'User',
    member: 'UserName',
    shape: shapes.existingUserName,
    find: (name, context) => findNamed('user', name, context),
  },
  {
    noun: 'Role',
    member: 'RoleName',
    shape: shapes.roleName,
    find: (name, context) => findNamed('role', name, context),
  },
  {
    noun: 'InstanceProfile',
    member: 'InstanceProfileName',
    shape: shapes.instanceProfileName,
    find: (name, context) => findNamed('instance-profile', name, context),
  },
  {
    noun: 'Policy',
    member: 'PolicyArn',
    shape: shapes.policyArn,
    find: findPolicy,
    findToChange: findPolicyToChange,
  },
  { noun: 'OpenIDConnectProvider', member: 'OpenIDConnectProviderArn', shape: shapes.arn, find: findProvider },
]

/** A request of the family; which member names the thing is known only when the program runs. */
type Request<M> = StructureValue<M> & { readonly [named: symbol]: never }

function request<const M extends Readonly<Record<string, Shape<unknown> | RequiredMember<unknown>>>>(
  { member, shape }: Taggable,
  members: M,
): StructureShape<Request<M>> {
  return structure({ [member]: required(shape), ...members }) as unknown as StructureShape<Request<M>>
}

const idIn = ({ member }: Taggable, input: object) => String((input as Readonly<Record<string, unknown>>)[member])

const findToChange = (taggable: Taggable, input: object, context: IamContext) =>
  (taggable.findToChange ?? taggable.find)(idIn(taggable, input), context)

function tag(taggable: Taggable) {
  return operation({
    name: `Tag${taggable.noun}`,
    access: 'write',
    input: request(taggable, { Tags: required(shapes.tags) }),

    check({ Tags }) {
      checkTags(Tags)
    },
    target: (input, context: IamContext) => findToChange(taggable, input, context),
    conditions: ({ Tags }) => requestTags(Tags),

    run({ Tags }, entity: Tagged, { store, change }) {
      if (Tags.length > 0) change(store.update({ ...entity, tags: addTags(entity.tags, Tags, taggable.noun) }))
      return {}
    },
  })
}

function untag(taggable: Taggable) {
  return operation({
    name: `Untag${taggable.noun}`,
    access: 'write',
    input: request(taggable, { TagKeys: required(shapes.tagKeys) }),

    target: (input, context: IamContext) => findToChange(taggable, input, context),
    conditions: ({ TagKeys }) => requestTags(TagKeys.map((Key) => ({ Key }))),

    run({ TagKeys }, entity: Tagged, { store, change }) {
      const tags = removeTags(entity.tags, TagKeys)
      if (tags.length < entity.tags.length) change(store.update({ ...entity, tags }))
      return {}
    },
  })
}

function listTags(taggable: Taggable) {
  return operation({
    name: `List${taggable.noun}Tags`,
    access: 'read',
    input: request(taggable, shapes.paging),
    output: structure({ Tags: required(shapes.tags), ...shapes.page }),

    target: (input, context: IamContext) => taggable.find(idIn(taggable, input), context),

    async run(input, { id, tags }: Tagged, context) {
      const sorted = tags.toSorted((left, right) => (left.Key < right.Key ? -1 : 1))
      const { items, paging } = await pageOfItems(['tags', id], sorted, input, context)
      return { Tags: [...items], ...paging }
    },
  })
}

/**
 * Tags of users, roles, instance profiles, managed policies and OpenID Connect providers: TagUser, UntagUser, ListUserTags; TagRole, UntagRole,
 * ListRoleTags; TagInstanceProfile, UntagInstanceProfile, ListInstanceProfileTags; TagPolicy, UntagPolicy, ListPolicyTags;
 * TagOpenIDConnectProvider, UntagOpenIDConnectProvider, ListOpenIDConnectProviderTags.
 */
export const tagOperations = taggables.flatMap((taggable) => [tag(taggable), untag(taggable), listTags(taggable)])
