import { toWireId } from '@trunkline/core/platform/wire-id'
import type { StaffRole } from '@trunkline/core/sessions/permission'
import { invitations, users } from '@trunkline/db/schema/sessions'
import { and, eq, isNull, notExists, sql } from 'drizzle-orm'
import { audit } from '../../platform/audit.ts'
import { type Ctx, inTransaction, type Person } from '../../platform/context.ts'
import { DomainError } from '../../platform/domain-error.ts'
import { announce } from '../../platform/live.ts'
import { revokeKeysOf } from '../api-keys/revoke.ts'
import { endSessions, takeBackTokens } from '../manage.ts'
import { type Account, lockUser } from '../open-session.ts'
import { findStaff, unknownStaff } from './list.ts'
import type { StaffRow } from './wire.ts'

/** Ends everything that this person can get in by, at once: sessions, keys, links, live streams. */
export async function disableStaff(ctx: Ctx, input: { userId: string; reason: string; by: Person }): Promise<StaffRow> {
  return await change(ctx, input, async (ctx, user) => {
    if (!user.isActive) throw new DomainError('conflict', 'This person is disabled already')
    await expectAnotherAdmin(ctx, user)
    await ctx.db.update(users).set({ isActive: false }).where(eq(users.id, user.id))
    const sessions = await endSessions(ctx, { userId: user.id, reason: 'disabled' })
    const keys = await revokeKeysOf(ctx, user.id)
    await takeBackTokens(ctx, user.id)
    return { action: 'sessions.disable_staff', after: { sessions, keys, reason: input.reason } }
  })
}

/** Lets him in again, by his old password and passkeys. Keys that were ended stay ended. */
export async function enableStaff(ctx: Ctx, input: { userId: string; by: Person }): Promise<StaffRow> {
  return await change(ctx, input, async (ctx, user) => {
    if (user.isActive) throw new DomainError('conflict', 'This person is not disabled')
    await ctx.db.update(users).set({ isActive: true }).where(eq(users.id, user.id))
    return { action: 'sessions.enable_staff' }
  })
}

/** Gives another role. His sessions end: none that was opened with the old role goes on with the new one. */
export async function changeRole(ctx: Ctx, input: { userId: string; role: StaffRole; by: Person }): Promise<StaffRow> {
  const { role } = input
  return await change(ctx, input, async (ctx, user) => {
    if (user.role === role) throw new DomainError('conflict', `This person is ${role} already`)
    await expectAnotherAdmin(ctx, user)
    await ctx.db.update(users).set({ role }).where(eq(users.id, user.id))
    const sessions = await endSessions(ctx, { userId: user.id, reason: 'role_changed' })
    // what an administrator's keys may, another role could not give
    const keys = user.role === 'admin' ? await revokeKeysOf(ctx, user.id) : 0
    return { action: 'sessions.change_role', before: { role: user.role }, after: { role, sessions, keys } }
  })
}

type Facts = Record<string, string | number>

/** A change of somebody else's account, under the locks of all administrators and of the account, and audited. */
async function change(
  ctx: Ctx,
  input: { userId: string; by: Person },
  work: (ctx: Ctx, user: Account) => Promise<{ action: string; before?: Facts; after?: Facts }>,
): Promise<StaffRow> {
  const { userId, by } = input
  if (userId === by.userId) throw new DomainError('forbidden', 'Ask another administrator to change your own account')
  return await inTransaction(ctx, async (ctx) => {
    await lockAdmins(ctx)
    const user = await lockUser(ctx, userId)
    if (user === undefined || user.role === 'owner') throw unknownStaff()
    const done = await work(ctx, user)
    await audit(ctx, { ...done, subject: toWireId('user', userId) })
    await announce(ctx, ['sessions'])
    return await findStaff(ctx, userId)
  })
}

const isAdmin = and(eq(users.role, 'admin'), eq(users.isActive, true))

/** In one order, so that two who change each other wait, and the second sees what the first has done. */
async function lockAdmins(ctx: Ctx): Promise<void> {
  await ctx.db.select({ id: users.id }).from(users).where(isAdmin).orderBy(users.id).for('update')
}

/** Refuses to leave nobody who could let anybody in. Who was only invited does not count. */
async function expectAnotherAdmin(ctx: Ctx, user: Account): Promise<void> {
  if (user.role !== 'admin' || !user.isActive) return
  const open = ctx.db
    .select({ one: sql`1` })
    .from(invitations)
    .where(and(eq(invitations.userId, users.id), isNull(invitations.acceptedAt)))
  const others = await ctx.db
    .select({ id: users.id })
    .from(users)
    .where(and(isAdmin, sql`${users.id} <> ${user.id}`, notExists(open)))
    .limit(1)
  if (others.length === 0) throw new DomainError('conflict', 'This is the last administrator: make another one first')
}
