import { toPage } from '@trunkline/core/platform/page'
import { agents } from '@trunkline/db/schema/customers'
import { and, desc, eq, lt } from 'drizzle-orm'
import type { Ctx } from '../platform/context.ts'
import { cursorOfId, idOfCursor } from '../platform/keyset.ts'
import { toAgent } from './wire.ts'

export async function listAgents(
  ctx: Ctx,
  input: { customerId?: string | undefined; cursor?: string | undefined; limit: number },
) {
  const after = idOfCursor(input.cursor)
  const rows = await ctx.db
    .select()
    .from(agents)
    .where(
      and(
        input.customerId ? eq(agents.customerId, input.customerId) : undefined,
        after ? lt(agents.id, after) : undefined,
      ),
    )
    .orderBy(desc(agents.id))
    .limit(input.limit + 1)
  return toPage(rows, { limit: input.limit, cursorOf: ({ id }) => cursorOfId(id), toItem: toAgent })
}
