import type { CreateKeyCommandInput, KMS } from '@aws-sdk/client-kms'

/** A new key of the customer. */
export async function makeKey(kms: KMS, members: CreateKeyCommandInput = {}): Promise<{ id: string; arn: string }> {
  const { KeyMetadata } = await kms.createKey(members)
  return { id: KeyMetadata?.KeyId ?? '', arn: KeyMetadata?.Arn ?? '' }
}

/** A statement of somebody's own policy. */
export const allow = (Action: string | string[], rest: object = {}) => [
  { Effect: 'Allow', Action, Resource: '*', ...rest },
]

/** A key policy that hands everything to the account, with further statements. */
export const keyPolicy = (account: string, ...statements: readonly object[]) =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      { Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${account}:root` }, Action: 'kms:*', Resource: '*' },
      ...statements,
    ],
  })

export const bytes = (text: string) => new TextEncoder().encode(text)
export const text = (content: Uint8Array | undefined) => new TextDecoder().decode(content)

export const DENIED = { name: 'AccessDeniedException' }
export const DRY = {
  name: 'DryRunOperationException',
  message: 'The request would have succeeded, but the DryRun option is set.',
}
