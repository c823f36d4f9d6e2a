import { boolean, integer, list, map, required, string, structure } from '../aws/shape.ts'
import * as shapes from './shapes.ts'

// Types of policy simulation, as IAM's service model has them.

export const policySourceArn = shapes.arn
export const policyInputs = list(shapes.policyDocument)
const actionName = string({ length: [3, 128] })
const resourceName = string({ length: [1, 2048] })
const identityName = string({ length: [1, 2048], identity: true })
const contextKeyName = string({ length: [5, 256] })
export const contextKeyNames = list(contextKeyName)

/** Types of values in a context entry; those of lists are multi-valued keys. */
const CONTEXT_TYPES = [
  'string',
  'stringList',
  'numeric',
  'numericList',
  'boolean',
  'booleanList',
  'ip',
  'ipList',
  'binary',
  'binaryList',
  'date',
  'dateList',
] as const

const contextEntry = structure(
  {
    ContextKeyName: contextKeyName,
    ContextKeyValues: list(string()),
    ContextKeyType: string({ enum: CONTEXT_TYPES }),
  },
  'ContextEntry',
)

export const organizationPolicies = list(
  structure({ ServiceControlPolicyInputList: policyInputs }, 'OrderedOrganizationPolicyType'),
  { length: [undefined, 7] },
)

const inlinePolicyIdentifier = structure(
  {
    PolicyName: required(shapes.policyName),
    AttachmentType: required(string({ enum: ['user', 'group', 'role'] })),
    AttachmentName: required(shapes.attachmentName),
  },
  'InlinePolicyIdentifierType',
)

export const exclusions = list(
  structure(
    {
      PolicyType: string({ enum: ['inline', 'aws-managed', 'user-managed', 'permission-boundary', 'scp', 'rcp'] }),
      PolicyArn: shapes.arn,
      InlinePolicyIdentifier: inlinePolicyIdentifier,
    },
    'PolicyIdentifier',
  ),
  { length: [undefined, 256] },
)

/** Members that both simulations take behind their policies. */
export const scenario = {
  ActionNames: required(list(actionName)),
  ResourceArns: list(resourceName),
  ResourcePolicy: shapes.policyDocument,
  ResourceOwner: identityName,
  CallerArn: identityName,
  ContextEntries: list(contextEntry),
  ResourceHandlingOption: string({ length: [1, 64] }),
  // In this order, unlike elsewhere.
  MaxItems: shapes.paging.MaxItems,
  Marker: shapes.paging.Marker,
}

const decision = string({ enum: ['allowed', 'explicitDeny', 'implicitDeny'] })
const position = structure({ Line: integer(), Column: integer() }, 'Position')
const statements = list(
  structure(
    {
      SourcePolicyId: string(),
      // The model's values are others than the one that AWS answers.
      SourcePolicyType: string({
        enum: ['user', 'group', 'role', 'aws-managed', 'user-managed', 'resource', 'none'] as readonly string[],
      }),
      StartPosition: position,
      EndPosition: position,
    },
    'Statement',
  ),
)
const decisionDetails = map(string({ length: [3, 256] }), decision)
const boundaryDetail = structure({ AllowedByPermissionsBoundary: boolean() }, 'PermissionsBoundaryDecisionDetail')

const resourceSpecificResult = structure(
  {
    EvalResourceName: required(resourceName),
    EvalResourceDecision: required(decision),
    MatchedStatements: statements,
    MissingContextValues: contextKeyNames,
    EvalDecisionDetails: decisionDetails,
    PermissionsBoundaryDecisionDetail: boundaryDetail,
  },
  'ResourceSpecificResult',
)

const evaluationResult = structure(
  {
    EvalActionName: required(actionName),
    EvalResourceName: resourceName,
    EvalDecision: required(decision),
    MatchedStatements: statements,
    MissingContextValues: contextKeyNames,
    OrganizationsDecisionDetail: structure({ AllowedByOrganizations: boolean() }, 'OrganizationsDecisionDetail'),
    PermissionsBoundaryDecisionDetail: boundaryDetail,
    EvalDecisionDetails: decisionDetails,
    ResourceSpecificResults: list(resourceSpecificResult),
  },
  'EvaluationResult',
)

export const simulationResult = structure({ EvaluationResults: list(evaluationResult), ...shapes.page })
