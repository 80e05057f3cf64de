import type { deliveryChannels, TextProvider } from '@trunkline/core/alerts/delivery'
import { alertLogs, opsAlerts } from '@trunkline/db/schema/alerts'
import { and, eq, isNull, lt, or, sql } from 'drizzle-orm'
import { type Ctx, inTransaction } from '../platform/context.ts'
import { newId } from '../platform/id.ts'
import type { TextSender } from '../providers/text-senders.ts'

export type Alert = typeof opsAlerts.$inferSelect

/** `provider`: whom an earlier try of it may have reached; `senders`: who is asked, in this order, that one first. */
export type Attempt = {
  logId: string
  attempts: number
  createdAt: Date
  generation: number
  /** Whoever had it before came to no end, so nobody knows whether he told it. */
  wasLeft: boolean
  provider: TextProvider | null
  senders: readonly TextSender[]
}

/** Whoever has lost none of its texts comes first. */
export const sendersAfter = (open: readonly TextSender[], lost: readonly TextProvider[]): TextSender[] => {
  const lostBy = (sender: TextSender) => lost.filter((provider) => provider === sender.provider).length
  return [...open].sort((one, other) => lostBy(one) - lostBy(other))
}

/** Takes the delivery for a minute, or says for how long another process has it. Whoever holds an older generation may no longer write. */
export async function lease(
  ctx: Ctx,
  alert: Alert,
  way: { channel: Exclude<(typeof deliveryChannels)[number], 'log'>; senders: readonly TextSender[] },
): Promise<Attempt | { heldSeconds: number } | undefined> {
  return await inTransaction(ctx, async (ctx) => {
    const [current] = await ctx.db
      .select({ delivery: opsAlerts.delivery })
      .from(opsAlerts)
      .where(eq(opsAlerts.id, alert.id))
      .for('update')
    if (current?.delivery !== 'pending') return undefined
    const { channel, senders } = way
    const ofWay = and(eq(alertLogs.alertId, alert.id), eq(alertLogs.channel, channel), eq(alertLogs.state, 'pending'))
    const [known] = await ctx.db
      .select({
        id: alertLogs.id,
        createdAt: alertLogs.createdAt,
        heldSeconds: sql<number | null>`ceil(extract(epoch from ${alertLogs.leaseUntil} - now()))::int`,
      })
      .from(alertLogs)
      .where(ofWay)
    if (known === undefined) {
      const created = {
        id: newId(),
        alertId: alert.id,
        channel,
        provider: senders[0]?.provider ?? null,
        state: 'pending' as const,
        attempts: 1,
        leaseGeneration: 1,
      }
      await ctx.db
        .insert(alertLogs)
        .values({ ...created, leaseUntil: sql`now() + interval '1 minute'`, updatedAt: ctx.now, createdAt: ctx.now })
      const { provider } = created
      return { logId: created.id, attempts: 1, createdAt: ctx.now, generation: 1, wasLeft: false, provider, senders }
    }
    const [taken] = await ctx.db
      .update(alertLogs)
      .set({
        attempts: sql`${alertLogs.attempts} + 1`,
        leaseGeneration: sql`${alertLogs.leaseGeneration} + 1`,
        leaseUntil: sql`now() + interval '1 minute'`,
        updatedAt: ctx.now,
      })
      .where(and(eq(alertLogs.id, known.id), or(isNull(alertLogs.leaseUntil), lt(alertLogs.leaseUntil, sql`now()`))))
      .returning({
        attempts: alertLogs.attempts,
        generation: alertLogs.leaseGeneration,
        provider: alertLogs.provider,
      })
    if (taken === undefined) return { heldSeconds: Math.max(1, known.heldSeconds ?? 1) }
    const isChosen = (sender: TextSender) => sender.provider === (taken.provider ?? 'twilio')
    const inOrder = [...senders.filter(isChosen), ...senders.filter((sender) => !isChosen(sender))]
    const wasLeft = known.heldSeconds !== null
    return { logId: known.id, createdAt: known.createdAt, ...taken, wasLeft, senders: inOrder }
  })
}

/** Before another is asked it is written down who that is; whoever has lost his lease asks nobody more. */
export async function keepSender(ctx: Ctx, attempt: Attempt, sender: TextSender): Promise<boolean> {
  const [kept] = await ctx.db
    .update(alertLogs)
    .set({ provider: sender.provider })
    .where(and(eq(alertLogs.id, attempt.logId), eq(alertLogs.leaseGeneration, attempt.generation)))
    .returning({ id: alertLogs.id })
  return kept !== undefined
}
