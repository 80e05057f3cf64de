import { toPage } from '@trunkline/core/platform/page'
import { toWireId } from '@trunkline/core/platform/wire-id'
import { type StaffRole, staffRoles } from '@trunkline/core/sessions/permission'
import { apiKeys, invitations, secondFactors, sessions, users } from '@trunkline/db/schema/sessions'
import { and, asc, eq, gt, ilike, inArray, isNotNull, isNull, or, sql } from 'drizzle-orm'
import type { Ctx } from '../../platform/context.ts'
import { DomainError } from '../../platform/domain-error.ts'
import { cursorOfPair, pairOfCursor } from '../../platform/keyset.ts'
import { isAlive } from '../actor.ts'
import type { StaffRow, StaffState } from './wire.ts'

type Input = {
  q?: string | undefined
  role?: StaffRole | undefined
  state?: StaffState | undefined
  cursor?: string | undefined
  limit: number
}

/** By address. `q` finds a part of the address or of the name. */
export async function listStaff(ctx: Ctx, input: Input) {
  const after = pairOfCursor(input.cursor)
  const rows = await select(ctx)
    .where(
      and(
        isStaff,
        input.role === undefined ? undefined : eq(users.role, input.role),
        input.state === undefined ? undefined : stands[input.state],
        input.q === undefined ? undefined : matches(input.q),
        after && sql`(${users.email}, ${users.id}) > (${after.value}, ${after.id}::uuid)`,
      ),
    )
    .orderBy(asc(users.email), asc(users.id))
    .limit(input.limit + 1)
  return toPage(rows, {
    limit: input.limit,
    cursorOf: (row) => cursorOfPair(row.email, row.id),
    toItem: (row) => toStaffRow(ctx, row),
  })
}

export async function findStaff(ctx: Ctx, userId: string): Promise<StaffRow> {
  const [row] = await select(ctx).where(and(isStaff, eq(users.id, userId)))
  if (row === undefined) throw unknownStaff()
  return toStaffRow(ctx, row)
}

export const unknownStaff = () => new DomainError('not_found', 'There is no such person of ours')

const isStaff = inArray(users.role, [...staffRoles])
const isInvited = sql<boolean>`exists (select from ${invitations} where ${invitations.userId} = ${users.id} and ${invitations.acceptedAt} is null)`
const stands = {
  active: and(eq(users.isActive, true), sql`not ${isInvited}`),
  invited: and(eq(users.isActive, true), isInvited),
  disabled: eq(users.isActive, false),
}

function matches(q: string) {
  const part = `%${q.replaceAll(/[\\%_]/g, (sign) => `\\${sign}`)}%`
  return or(ilike(users.email, part), ilike(users.name, part))
}

type Found = Awaited<ReturnType<typeof select>>[number]

function select(ctx: Ctx) {
  const openSessions = ctx.db.$count(sessions, and(eq(sessions.userId, users.id), isAlive))
  const goodKeys = ctx.db.$count(
    apiKeys,
    and(eq(apiKeys.createdBy, users.id), isNull(apiKeys.revokedAt), gt(apiKeys.expiresAt, sql`now()`)),
  )
  return ctx.db
    .select({
      id: users.id,
      email: users.email,
      name: users.name,
      role: users.role,
      isActive: users.isActive,
      isInvited,
      hasSecondFactor: isNotNull(secondFactors.confirmedAt).mapWith(Boolean),
      sessions: openSessions,
      keys: goodKeys,
      createdAt: users.createdAt,
      lastSignInAt: users.lastSignInAt,
    })
    .from(users)
    .leftJoin(secondFactors, eq(secondFactors.userId, users.id))
    .$dynamic()
}

function toStaffRow(ctx: Ctx, row: Found): StaffRow {
  return {
    id: toWireId('user', row.id),
    email: row.email,
    name: row.name,
    role: row.role as StaffRole,
    state: !row.isActive ? 'disabled' : row.isInvited ? 'invited' : 'active',
    hasSecondFactor: row.hasSecondFactor,
    sessions: row.sessions,
    keys: row.keys,
    createdAt: row.createdAt.toISOString(),
    lastSignInAt: row.lastSignInAt?.toISOString() ?? null,
    you: ctx.actor.kind === 'user' && ctx.actor.userId === row.id,
  }
}
