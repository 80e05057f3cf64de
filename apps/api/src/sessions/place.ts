import { hash } from 'node:crypto'
import { networkOf, type SignInPlace } from '@trunkline/core/sessions/attempts'
import { placeSeconds } from '@trunkline/core/sessions/session'
import { knownPlaces, users } from '@trunkline/db/schema/sessions'
import { and, eq, gt, inArray, sql } from 'drizzle-orm'
import type { Ctx } from '../platform/context.ts'
import { newToken, tokenOfKind } from './token.ts'

const network = (ctx: Ctx) => networkOf(ctx.address ?? 'unknown')
const networkMark = (ctx: Ctx) => hash('sha256', `network ${network(ctx)}`, 'buffer')
const deviceMark = (token: string) => hash('sha256', `device ${token}`, 'buffer')

/** Where a sign-in comes from, and whether this account was used from there. The same statement for an unknown account. */
export async function findPlace(ctx: Ctx, input: { email: string; device: string | undefined }): Promise<SignInPlace> {
  const token = tokenOfKind('device', input.device)
  const marks = [networkMark(ctx), ...(token === undefined ? [] : [deviceMark(token)])]
  const known = await ctx.db
    .select({ mark: knownPlaces.mark })
    .from(knownPlaces)
    .innerJoin(users, eq(users.id, knownPlaces.userId))
    .where(
      and(
        eq(users.email, input.email),
        inArray(knownPlaces.mark, marks),
        gt(knownPlaces.lastSeenAt, sql`now() - make_interval(secs => ${placeSeconds})`),
      ),
    )
  const isKnown = (mark: Buffer | undefined) => mark !== undefined && known.some((row) => mark.equals(row.mark))
  return {
    email: input.email,
    network: network(ctx),
    knownDevice: isKnown(marks[1]) ? marks[1]?.toString('base64url') : undefined,
    isKnownNetwork: isKnown(marks[0]),
  }
}

/** Remembers the network, and the browser by a token of its own, of somebody who proved who he is. */
export async function rememberPlace(
  ctx: Ctx,
  input: { userId: string; device: string | undefined; isKnownDevice: boolean },
): Promise<{ device: string }> {
  // a token that this account does not know may have been planted
  const device = (input.isKnownDevice ? tokenOfKind('device', input.device) : undefined) ?? newToken('device')
  await rememberMarks(ctx, input.userId, [networkMark(ctx), deviceMark(device)])
  return { device }
}

export async function rememberNetwork(ctx: Ctx, input: { userId: string }): Promise<void> {
  await rememberMarks(ctx, input.userId, [networkMark(ctx)])
}

async function rememberMarks(ctx: Ctx, userId: string, marks: Buffer[]): Promise<void> {
  await ctx.db
    .insert(knownPlaces)
    .values(marks.map((mark) => ({ userId, mark, lastSeenAt: sql`now()` })))
    .onConflictDoUpdate({ target: [knownPlaces.userId, knownPlaces.mark], set: { lastSeenAt: sql`now()` } })
}
