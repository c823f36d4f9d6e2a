import { AwsError } from '../aws/error.ts'

const invalid = (message: string) => new AwsError('InvalidParameterException', message)

/** Errors of explanations, which AWS does not have: the texts are ours. */
export const errors = {
  action: (action: string) => invalid(`Cannot explain the action: ${action}: wanted service:Name, without wildcards`),
  noAction: (action: string) =>
    invalid(
      `Cannot explain the action: ${action}: Coffer has no such action. Check its spelling; simulate-principal-policy of IAM decides about actions of other services`,
    ),
  principalForm: (arn: string) =>
    invalid(
      `Cannot explain the principal: ${arn}: wanted the ARN of a user, a role, a role session or the account's root, or a short form such as user/app`,
    ),
  foreignPrincipal: (arn: string) =>
    invalid(`Cannot explain the principal: ${arn}: it is of another account, whose policies are not yours to read`),
  foreignResource: (arn: string) =>
    invalid(`Cannot explain the resource: ${arn}: it is of another account, whose policies are not yours to read`),
  noPrincipal: (arn: string) => new AwsError('ResourceNotFoundException', `There is no principal ${arn}`),
  noSecret: (id: string) => new AwsError('ResourceNotFoundException', `There is no secret ${id}`),
  tooMuchWork: (arn: string) =>
    new AwsError('AccessDeniedException', `The policies of ${arn} take too many steps of evaluation to be explained`),
  nextToken: () => new AwsError('InvalidNextTokenException', 'Invalid NextToken.'),
}
