import { maskPhone } from '@trunkline/core/platform/mask'
import { agents } from '@trunkline/db/schema/customers'
import { eq } from 'drizzle-orm'
import { z } from 'zod'
import { audit } from '../audit.ts'
import { type Ctx, inTransaction } from '../context.ts'
import { DomainError } from '../domain-error.ts'
import { enqueue, jobSpec } from '../job.ts'
import { announce } from '../live.ts'
import { openSecret, sealSecret } from '../secret.ts'
import { rememberErased } from './erased-subjects.ts'
import { countHeld, eraseAtOnce, eraseByWalking, type HeldRows, type Holding, hashOfPlan } from './holding.ts'

/** The number travels encrypted: a job's input can be read by whoever reads the queue. */
export const eraseNumberSpec = jobSpec({
  name: 'platform.eraseNumber',
  input: z.object({ sealed: z.string() }),
  attempts: 8,
})

/** What would become of everything that speaks of a number. Changes nothing. */
export async function planErasure(
  ctx: Ctx,
  holdings: readonly Holding[],
  input: { phoneNumber: string },
): Promise<{ hash: string; rows: HeldRows[] }> {
  await refuseLine(ctx, input.phoneNumber)
  const rows = await countHeld(ctx, holdings, input)
  return { hash: hashOfPlan({ ...input, rows }), rows }
}

// what waited is shredded when it is processed; what could never be read is found by who comes again
const againAfterSeconds = [0, 3600, 86_400, 7 * 86_400]

/** Shreds who and what was said wherever a number stands. Hashes, times, seconds, segments and amounts stay. */
export async function eraseNumber(
  ctx: Ctx,
  holdings: readonly Holding[],
  input: { phoneNumber: string; hash: string },
): Promise<{ rows: number }> {
  const { phoneNumber } = input
  const plan = await planErasure(ctx, holdings, { phoneNumber })
  if (plan.hash !== input.hash)
    throw new DomainError('conflict', 'Something has changed since the plan was made. Look at it again')
  const touched = plan.rows.filter(({ rows, fate }) => rows > 0 && fate !== 'kept')
  await inTransaction(ctx, async (ctx) => {
    await rememberErased(ctx, phoneNumber)
    await eraseAtOnce(ctx, holdings, { phoneNumber })
    const sealed = sealSecret(phoneNumber, ctx.env.TRUNKLINE_KEY)
    for (const afterSeconds of againAfterSeconds) await enqueue(ctx, eraseNumberSpec, { sealed }, { afterSeconds })
    await audit(ctx, {
      action: 'privacy.erase',
      subject: `number:${maskPhone(phoneNumber)}`,
      after: Object.fromEntries(touched.map(({ table, rows }) => [table, rows])),
    })
  })
  return { rows: touched.reduce((sum, { rows }) => sum + rows, 0) }
}

/** Each piece commits by itself; a repetition goes on where it stopped. */
export async function eraseSealedNumber(
  ctx: Ctx,
  holdings: readonly Holding[],
  input: { sealed: string },
): Promise<void> {
  const phoneNumber = openSecret(input.sealed, ctx.env.TRUNKLINE_KEY)
  const erased = await eraseByWalking(ctx, holdings, { phoneNumber })
  ctx.log.info({ erased }, 'what spoke of a number was shredded')
  await announce(ctx, ['webhooks', 'calls', 'messages', 'alerts', 'unknown_phones'])
}

/** A line of ours is a customer's: it leaves with him. */
async function refuseLine(ctx: Ctx, phoneNumber: string): Promise<void> {
  const [line] = await ctx.db.select({ id: agents.id }).from(agents).where(eq(agents.phoneNumber, phoneNumber))
  if (line === undefined) return
  throw new DomainError('conflict', 'This number is a customer’s line, not a caller’s. Delete the customer instead', {
    fields: { phoneNumber: 'is a line of ours' },
  })
}
