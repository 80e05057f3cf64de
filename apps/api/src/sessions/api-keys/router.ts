import { pageInput, pageOf } from '@trunkline/core/platform/page'
import { wireId } from '@trunkline/core/platform/wire-id'
import { keyRule, keyStates, scopeSchema } from '@trunkline/core/sessions/scope'
import { z } from 'zod'
import { admin } from '../../platform/trpc.ts'
import { createKey } from './create.ts'
import { listKeys } from './list.ts'
import { revokeKey } from './revoke.ts'
import { rotateKey } from './rotate.ts'
import { keyRow } from './wire.ts'

const tags = ['sessions']
const days = z.number().int().min(1).max(keyRule.longestDays).default(keyRule.usualDays)
/** The key itself is told this once. */
const keyMade = keyRow.extend({ key: z.string() })

export const apiKeysRouter = {
  list: admin
    .meta({
      openapi: { method: 'GET', path: '/admin/api-keys', tags, summary: 'API keys, newest first', protect: true },
    })
    .input(pageInput.extend({ state: z.enum(keyStates).optional(), customerId: wireId('customer').optional() }))
    .output(pageOf(keyRow))
    .query(({ ctx, input }) => listKeys(ctx, input)),

  create: admin
    .meta({ openapi: { method: 'POST', path: '/admin/api-keys', tags, summary: 'Make an API key', protect: true } })
    .input(
      z.strictObject({
        name: z.string().trim().min(1, 'is required').max(100),
        scopes: z.array(scopeSchema).min(1, 'needs one at least').max(20),
        customerId: wireId('customer').optional(),
        days,
      }),
    )
    .output(keyMade)
    .mutation(({ ctx, input }) => createKey(ctx, { ...input, by: ctx.actor })),

  rotate: admin
    .meta({
      openapi: {
        method: 'POST',
        path: '/admin/api-keys/{id}/rotate',
        tags,
        summary: 'Replace an API key; the old one stays good for the overlap',
        protect: true,
      },
    })
    .input(
      z.strictObject({
        id: wireId('apiKey'),
        overlapHours: z.number().int().min(0).max(keyRule.longestOverlapHours).default(keyRule.overlapHours),
        days,
      }),
    )
    .output(keyMade)
    .mutation(({ ctx, input: { id, ...terms } }) => rotateKey(ctx, { ...terms, keyId: id, by: ctx.actor })),

  revoke: admin
    .meta({
      openapi: {
        method: 'POST',
        path: '/admin/api-keys/{id}/revoke',
        tags,
        summary: 'End an API key at once',
        protect: true,
      },
    })
    .input(z.object({ id: wireId('apiKey') }))
    .output(keyRow)
    .mutation(({ ctx, input }) => revokeKey(ctx, { keyId: input.id })),
}
