/** The members of an answer, without what the SDK adds. */
export async function members<T extends { $metadata: unknown }>(call: Promise<T>): Promise<Omit<T, '$metadata'>> {
  const { $metadata: _, ...rest } = await call
  return rest
}
