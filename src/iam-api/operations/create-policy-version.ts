import { operation } from '../../aws/operation.ts'
import { boolean, required, structure } from '../../aws/shape.ts'
import type { ManagedPolicy } from '../../identity/entities.ts'
import type { IamContext } from '../context.ts'
import { errors } from '../errors.ts'
import { findPolicyToChange } from '../find-policy.ts'
import { checkManagedDocument } from '../policy-document.ts'
import { quotas } from '../quotas.ts'
import * as shapes from '../shapes.ts'
import { showVersion } from '../show-policy.ts'

export const createPolicyVersion = operation({
  name: 'CreatePolicyVersion',
  access: 'write',
  recordsAnswer: true,
  input: structure({
    PolicyArn: required(shapes.policyArn),
    PolicyDocument: required(shapes.policyDocument),
    SetAsDefault: boolean(),
  }),
  output: structure({ PolicyVersion: shapes.policyVersion }),
  target: ({ PolicyArn }, context: IamContext) => findPolicyToChange(PolicyArn, context),

  run({ PolicyDocument, SetAsDefault = false }, policy: ManagedPolicy, { store, now, change }) {
    checkManagedDocument(PolicyDocument)
    if (policy.versions.length >= quotas.versionsPerPolicy)
      throw errors.limitExceeded(
        `A managed policy can have up to ${quotas.versionsPerPolicy} versions. Before you create a new version, you must delete an existing version.`,
      )
    const versionsMade = policy.versionsMade + 1
    const version = { id: `v${versionsMade}`, document: PolicyDocument, createdAt: now }
    const updated = {
      ...policy,
      versions: [...policy.versions, version],
      versionsMade,
      defaultVersion: SetAsDefault ? version.id : policy.defaultVersion,
      updatedAt: now,
    }
    change(store.update(updated))
    return { PolicyVersion: showVersion(updated, version) }
  },
})
