import { placeSeconds } from '@trunkline/core/sessions/session'
import { attemptCounters, knownPlaces, loginTickets, passwordResets } from '@trunkline/db/schema/sessions'
import { passkeyChallenges } from '@trunkline/db/schema/sessions-passkeys'
import { lt, sql } from 'drizzle-orm'
import type { Ctx } from '../platform/context.ts'

/** Drops what has served: counters whose window is over, tickets, challenges, reset links, places nobody came from in half a year. */
export async function forgetAttempts(ctx: Ctx): Promise<void> {
  await ctx.db.delete(attemptCounters).where(lt(attemptCounters.resetsAt, sql`now()`))
  await ctx.db.delete(loginTickets).where(lt(loginTickets.expiresAt, sql`now()`))
  await ctx.db.delete(passkeyChallenges).where(lt(passkeyChallenges.expiresAt, sql`now()`))
  await ctx.db.delete(passwordResets).where(lt(passwordResets.createdAt, sql`now() - interval '1 day'`))
  await ctx.db
    .delete(knownPlaces)
    .where(lt(knownPlaces.lastSeenAt, sql`now() - make_interval(secs => ${placeSeconds})`))
}
