import type { AwsError } from '../error.ts'
import type { AnswerFrame } from './encode-xml.ts'
import { queryError } from './query-errors.ts'
import { element, escapeText } from './xml.ts'

/** What an error of a Query service says, in XML or JSON; `Receiver` says that the fault is the server's. */
export function errorParts(error: AwsError) {
  const { code, status, message } = queryError(error)
  return { status, type: status >= 500 ? 'Receiver' : 'Sender', code, message } as const
}

/** An error as Query services answer it. */
export function encodeXmlError(
  error: AwsError,
  { namespace, requestId }: { readonly namespace?: string | undefined } & Pick<AnswerFrame, 'requestId'>,
): { status: number; body: string } {
  const { status, type, code, message } = errorParts(error)
  const content = element('Type', type) + element('Code', escapeText(code)) + element('Message', escapeText(message))
  const body = element(
    'ErrorResponse',
    element('Error', content) + element('RequestId', escapeText(requestId)),
    namespace,
  )
  return { status, body }
}
