import { sql } from 'drizzle-orm'
import type { Ctx } from './context.ts'
import { pause } from './pause.ts'

const lookEveryMs = 1000

/** A notice tells of new jobs only: those that wait for their time or their next try are found by looking, in one question. */
export async function wakeForDue(
  ctx: Ctx,
  options: { names: readonly string[]; signal: AbortSignal; wake: (name: string) => void },
): Promise<void> {
  const { names, signal, wake } = options
  while (!signal.aborted) {
    try {
      const due = await ctx.db.execute<{ name: string }>(
        sql`select queue.name from jsonb_array_elements_text(${JSON.stringify(names)}::text::jsonb) as queue (name)
          where exists (select from pgboss.job as job where job.name = queue.name and job.state < 'active'
            and not job.blocked and job.start_after <= now())`,
      )
      for (const { name } of due) wake(name)
    } catch (error) {
      ctx.log.warn({ error }, 'jobs that are due were not looked for')
    }
    await pause(lookEveryMs, signal)
  }
}
