import { receiverName } from './receiver-name.ts'
import { type Receiver, signedPost } from './signed-post.ts'
import type { Batch, Send, Sink } from './sink.ts'

/** Posts batches to a receiver: `{"Records":[…],"Heads":[…]}`, the heads only where there are some. */
export class WebhookSink implements Sink {
  readonly name: string
  readonly from = 'beginning'
  readonly #receiver: Receiver

  constructor(receiver: Receiver) {
    this.name = receiverName('webhook', receiver.url)
    this.#receiver = receiver
  }

  async prepare({ records, heads }: Batch): Promise<Send> {
    const members = [`"Records":[${records.map(({ json }) => json).join(',')}]`]
    if (heads.length > 0) members.push(`"Heads":${JSON.stringify(heads)}`)
    const body = `{${members.join(',')}}`
    return (signal) => signedPost(this.#receiver, body, signal)
  }
}
