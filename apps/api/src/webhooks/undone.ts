import { type Ctx, inTransaction } from '../platform/context.ts'

class Undone extends Error {}

/** What would be: carries something out in a transaction and rolls it back. */
export async function undone<Answer>(ctx: Ctx, run: (ctx: Ctx) => Promise<Answer>): Promise<Answer> {
  const found: Answer[] = []
  try {
    await inTransaction(ctx, async (ctx) => {
      found.push(await run(ctx))
      throw new Undone()
    })
  } catch (error) {
    if (!(error instanceof Undone)) throw error
  }
  const [answer] = found
  return answer as Answer
}
