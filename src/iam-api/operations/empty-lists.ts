import { noResource, operation, type Target } from '../../aws/operation.ts'
import { boolean, list, type RequiredMember, required, type Shape, string, structure } from '../../aws/shape.ts'
import * as absent from '../absent-shapes.ts'
import type { IamContext } from '../context.ts'
import { findUserOrCaller } from '../find-entity.ts'
import { pageOfItems } from '../list-entities.ts'
import * as shapes from '../shapes.ts'

// What identities of AWS may have and identities here never do. Programs that make or delete users and roles, Terraform before all, look for it
// (security facts 5.7); they are told that there is none.

type Member = Shape<unknown> | RequiredMember<unknown>

interface EmptyList {
  readonly name: string
  /** Members of the request before those of paging. */
  readonly input: Readonly<Record<string, Member>>
  /** Members of the answer. */
  readonly output: Readonly<Record<string, Member>>
  /** Member of the answer that is the list. */
  readonly listed: string
  target(input: Readonly<Record<string, unknown>>, context: IamContext): Target<unknown> | Promise<Target<unknown>>
}

function emptyList({ name, input, output, listed, target }: EmptyList) {
  return operation({
    name,
    access: 'read',
    input: structure({ ...input, ...shapes.paging }),
    output: structure(output),

    target: (request, context: IamContext) => target(request, context),

    async run(request, _value: unknown, context) {
      const { paging } = await pageOfItems([name], [], request, context)
      return { [listed]: [], ...paging }
    },
  })
}

const ofUser: EmptyList['target'] = ({ UserName }, context) => findUserOrCaller(UserName as string | undefined, context)

const definitions: readonly EmptyList[] = [
  {
    name: 'ListMFADevices',
    input: { UserName: shapes.existingUserName },
    output: { MFADevices: required(list(absent.mfaDevice)), ...shapes.page },
    listed: 'MFADevices',
    target: ofUser,
  },
  {
    name: 'ListVirtualMFADevices',
    input: { AssignmentStatus: string({ enum: ['Assigned', 'Unassigned', 'Any'] }) },
    output: { VirtualMFADevices: required(list(absent.virtualMfaDevice)), ...shapes.page },
    listed: 'VirtualMFADevices',
    target: (_input, { account }) => noResource(account),
  },
  {
    name: 'ListSigningCertificates',
    input: { UserName: shapes.existingUserName },
    output: { Certificates: required(list(absent.signingCertificate)), ...shapes.page },
    listed: 'Certificates',
    target: ofUser,
  },
  {
    name: 'ListServiceSpecificCredentials',
    input: { UserName: shapes.userName, ServiceName: string(), AllUsers: boolean() },
    output: {
      ServiceSpecificCredentials: list(absent.serviceSpecificCredential),
      Marker: shapes.page.Marker,
      IsTruncated: shapes.page.IsTruncated,
    },
    listed: 'ServiceSpecificCredentials',
    target: (input, context) => (input.AllUsers ? noResource(context.account) : ofUser(input, context)),
  },
  {
    name: 'ListSSHPublicKeys',
    input: { UserName: shapes.userName },
    output: { SSHPublicKeys: list(absent.sshPublicKey), ...shapes.page },
    listed: 'SSHPublicKeys',
    target: ofUser,
  },
]

/**
 * Lists that can be asked for and never hold anything: ListMFADevices, ListVirtualMFADevices, ListSigningCertificates,
 * ListServiceSpecificCredentials, ListSSHPublicKeys.
 */
export const emptyLists = definitions.map(emptyList)
