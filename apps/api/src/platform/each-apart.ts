import { DrizzleQueryError } from 'drizzle-orm'

/**
 * Does the work for each, one after the other. One that fails keeps none of the others waiting; whoever asked is told how many
 * have failed, and why the first, when the last is done.
 */
export async function eachApart<Item>(
  items: readonly Item[],
  work: (item: Item) => Promise<unknown>,
  options: { failed: string },
): Promise<void> {
  const failures: unknown[] = []
  for (const item of items) {
    try {
      await work(item)
    } catch (error) {
      failures.push(error)
    }
  }
  const [first] = failures
  if (first === undefined) return
  const cause = first instanceof DrizzleQueryError ? first.cause : first
  const { message = 'nobody knows why', code } = (cause ?? {}) as { message?: string; code?: unknown }
  const text = `${failures.length} of ${items.length} ${options.failed}: ${message}`
  // by the code it is known whether the database was away
  throw Object.assign(new Error(text, { cause }), { code })
}
