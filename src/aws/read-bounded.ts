/** All bytes of a body; undefined for one that is longer than the limit, whose rest is not waited for. Rejects when the body breaks off. */
export async function readBounded({ body }: Pick<Response, 'body'>, limit: number): Promise<Uint8Array | undefined> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of body ?? []) {
    length += chunk.byteLength
    // Leaving the loop cancels the body, and with it the connection.
    if (length > limit) return undefined
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}
