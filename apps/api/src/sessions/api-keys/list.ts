import { toPage } from '@trunkline/core/platform/page'
import type { KeyState } from '@trunkline/core/sessions/scope'
import { customers } from '@trunkline/db/schema/customers'
import { apiKeys, users } from '@trunkline/db/schema/sessions'
import { and, desc, eq, gt, isNotNull, isNull, lt, lte, type SQL, sql } from 'drizzle-orm'
import type { Ctx } from '../../platform/context.ts'
import { DomainError } from '../../platform/domain-error.ts'
import { cursorOfId, idOfCursor } from '../../platform/keyset.ts'
import { toKeyRow } from './wire.ts'

type Input = {
  state?: KeyState | undefined
  customerId?: string | undefined
  cursor?: string | undefined
  limit: number
}

const isReplaced = sql<boolean>`exists (select from ${apiKeys} as later where later.replaces = ${apiKeys.id})`

/** Newest first. */
export async function listKeys(ctx: Ctx, input: Input) {
  const after = idOfCursor(input.cursor)
  const rows = await select(ctx)
    .where(
      and(
        input.state && stands(input.state),
        input.customerId === undefined ? undefined : eq(apiKeys.customerId, input.customerId),
        after === undefined ? undefined : lt(apiKeys.id, after),
      ),
    )
    .orderBy(desc(apiKeys.id))
    .limit(input.limit + 1)
  return toPage(rows, {
    limit: input.limit,
    cursorOf: ({ key }) => cursorOfId(key.id),
    toItem: (row) => toKeyRow(row, ctx.now),
  })
}

export async function findKey(ctx: Ctx, keyId: string) {
  const [row] = await select(ctx).where(eq(apiKeys.id, keyId))
  if (row === undefined) throw new DomainError('not_found', 'There is no such API key')
  return toKeyRow(row, ctx.now)
}

const select = (ctx: Ctx) =>
  ctx.db
    .select({ key: apiKeys, isReplaced, customerName: customers.businessName, createdBy: users.email })
    .from(apiKeys)
    .innerJoin(users, eq(users.id, apiKeys.createdBy))
    .leftJoin(customers, eq(customers.id, apiKeys.customerId))
    .$dynamic()

function stands(state: KeyState): SQL | undefined {
  if (state === 'revoked') return isNotNull(apiKeys.revokedAt)
  if (state === 'expired') return and(isNull(apiKeys.revokedAt), lte(apiKeys.expiresAt, sql`now()`))
  const isAlive = and(isNull(apiKeys.revokedAt), gt(apiKeys.expiresAt, sql`now()`))
  return and(isAlive, state === 'replaced' ? isReplaced : sql`not ${isReplaced}`)
}
