import { afterCall, type Breaker, breakerRule, mayCall } from '@trunkline/core/providers/breaker'
import { providerStatus } from '@trunkline/db/schema/providers'
import { and, eq, sql } from 'drizzle-orm'
import { type Ctx, inTransaction } from '../platform/context.ts'
import { DomainError } from '../platform/domain-error.ts'

/** The provider was not asked: its circuit is open, and the next call may go out after so many seconds. */
export class CircuitOpenError extends DomainError {
  readonly afterSeconds: number

  constructor(provider: string, afterSeconds: number) {
    super('unavailable', `${provider} has failed repeatedly; the next attempt waits for its cooldown`)
    this.afterSeconds = afterSeconds
  }
}

type Component = { provider: string; component: string }
type Row = typeof providerStatus.$inferSelect

const toBreaker = (row: Row): Breaker => ({
  circuit: row.circuit,
  failures: row.failureCount,
  lastFailureAt: row.lastFailureAt?.getTime(),
  cooldownUntil: row.cooldownUntil?.getTime(),
  openings: row.openings,
})

const named = (of: Component) =>
  and(eq(providerStatus.provider, of.provider), eq(providerStatus.component, of.component))

/**
 * Refuses while the circuit is open. After its cooldown one caller gets through as the probe: whoever moves
 * `cooldown_until` first, in any process.
 */
export async function askBreaker(ctx: Ctx, of: Component): Promise<void> {
  const [row] = await ctx.db.select().from(providerStatus).where(named(of))
  if (row === undefined) return
  const answer = mayCall(toBreaker(row), ctx.now.getTime())
  if (answer === 'yes') return
  if (answer === 'probe') {
    const [probe] = await ctx.db
      .update(providerStatus)
      .set({ circuit: 'half_open', cooldownUntil: sql`now() + interval '30 seconds'`, updatedAt: sql`now()` })
      .where(
        and(
          named(of),
          sql`${providerStatus.cooldownUntil} is not distinct from ${row.cooldownUntil?.toISOString() ?? null}::timestamptz`,
        ),
      )
      .returning({ provider: providerStatus.provider })
    if (probe !== undefined) return
  }
  const cooldownSeconds = Math.ceil(((row.cooldownUntil?.getTime() ?? 0) - ctx.now.getTime()) / 1000)
  throw new CircuitOpenError(of.provider, cooldownSeconds > 0 ? cooldownSeconds : breakerRule.cooldownSeconds)
}

/** Remembers how a call went, under the row's lock, so that no count is lost between processes. */
export async function tellBreaker(
  ctx: Ctx,
  of: Component,
  call: { succeeded: boolean; error?: string },
): Promise<void> {
  await inTransaction(ctx, async (ctx) => {
    const now = new Date()
    await ctx.db
      .insert(providerStatus)
      .values({ ...of, state: 'healthy', circuit: 'closed', updatedAt: now })
      .onConflictDoNothing()
    const [row] = await ctx.db.select().from(providerStatus).where(named(of)).for('update')
    if (row === undefined) return
    const next = afterCall(toBreaker(row), { succeeded: call.succeeded, now: now.getTime() })
    await ctx.db
      .update(providerStatus)
      .set({
        circuit: next.circuit,
        failureCount: next.failures,
        openings: next.openings,
        cooldownUntil: next.cooldownUntil === undefined ? null : new Date(next.cooldownUntil),
        lastFailureAt: next.lastFailureAt === undefined ? row.lastFailureAt : new Date(next.lastFailureAt),
        lastSuccessAt: call.succeeded ? now : row.lastSuccessAt,
        lastError: call.succeeded ? null : (call.error ?? 'unknown').slice(0, 500),
        state: call.succeeded ? 'healthy' : next.circuit === 'open' ? 'down' : 'degraded',
        updatedAt: now,
      })
      .where(named(of))
  })
}
