import { randomBytes } from 'node:crypto'
import { users } from '@trunkline/db/schema/sessions'
import { sql } from 'drizzle-orm'
import { type Ctx, inTransaction } from '../platform/context.ts'
import { newId } from '../platform/id.ts'
import { hashPassword } from './password.ts'

/** Creates the first admin where there is no user yet, and answers the password once if it was generated. */
export async function createFirstAdmin(
  ctx: Ctx,
  input: { email: string; password: string | undefined },
): Promise<{ email: string; generatedPassword: string | undefined } | undefined> {
  const [known] = await ctx.db.select({ id: users.id }).from(users).limit(1)
  if (known !== undefined) return undefined
  const generatedPassword = input.password === undefined ? randomBytes(15).toString('base64url') : undefined
  const passwordHash = await hashPassword(input.password ?? generatedPassword ?? '')
  return await inTransaction(ctx, async (ctx) => {
    // two processes that start together must not print two passwords
    await ctx.db.execute(sql`select pg_advisory_xact_lock(7274002)`)
    const [other] = await ctx.db.select({ id: users.id }).from(users).limit(1)
    if (other !== undefined) return undefined
    await ctx.db.insert(users).values({ id: newId(), email: input.email, name: 'Admin', role: 'admin', passwordHash })
    return { email: input.email, generatedPassword }
  })
}
