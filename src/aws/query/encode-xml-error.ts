import type { AwsError } from '../error.ts'
import type { AnswerFrame } from './encode-xml.ts'
import { queryError } from './query-errors.ts'
import { element, escapeText } from './xml.ts'

/** An error as Query services answer it (security facts 1.10); `Receiver` says that the fault is the server's. */
export function encodeXmlError(
  error: AwsError,
  { namespace, requestId }: Pick<AnswerFrame, 'namespace' | 'requestId'>,
): { status: number; body: string } {
  const { code, status, message } = queryError(error)
  const type = status >= 500 ? 'Receiver' : 'Sender'
  const content = element('Type', type) + element('Code', escapeText(code)) + element('Message', escapeText(message))
  const body = element(
    'ErrorResponse',
    element('Error', content) + element('RequestId', escapeText(requestId)),
    namespace,
  )
  return { status, body }
}
