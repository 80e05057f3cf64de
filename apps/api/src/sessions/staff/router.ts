import { pageInput, pageOf } from '@trunkline/core/platform/page'
import { wireId } from '@trunkline/core/platform/wire-id'
import { staffRoles } from '@trunkline/core/sessions/permission'
import { emailSchema } from '@trunkline/core/sessions/session'
import { z } from 'zod'
import { admin } from '../../platform/trpc.ts'
import { changeRole, disableStaff, enableStaff } from './change.ts'
import { inviteStaff, inviteStaffAgain } from './invite.ts'
import { listStaff } from './list.ts'
import { staffRow, staffStates } from './wire.ts'

const tags = ['sessions']
const person = z.object({ id: wireId('user') })
/** The link is told this once, and only where it was not mailed. */
const invited = staffRow.extend({ link: z.string().nullable() })

export const staffRouter = {
  list: admin
    .meta({
      openapi: { method: 'GET', path: '/admin/staff', tags, summary: 'People of ours by address', protect: true },
    })
    .input(
      pageInput.extend({
        q: z.string().min(1).max(100).optional(),
        role: z.enum(staffRoles).optional(),
        state: z.enum(staffStates).optional(),
      }),
    )
    .output(pageOf(staffRow))
    .query(({ ctx, input }) => listStaff(ctx, input)),

  invite: admin
    .meta({ openapi: { method: 'POST', path: '/admin/staff', tags, summary: 'Invite somebody', protect: true } })
    .input(
      z.object({
        email: z.string().trim().pipe(emailSchema),
        name: z.string().trim().min(1, 'is required').max(200),
        role: z.enum(staffRoles),
      }),
    )
    .output(invited)
    .mutation(({ ctx, input }) => inviteStaff(ctx, input)),

  inviteAgain: admin
    .meta({
      openapi: { method: 'POST', path: '/admin/staff/{id}/invite', tags, summary: 'Another link', protect: true },
    })
    .input(person)
    .output(invited)
    .mutation(({ ctx, input }) => inviteStaffAgain(ctx, { userId: input.id })),

  disable: admin
    .meta({
      openapi: {
        method: 'POST',
        path: '/admin/staff/{id}/disable',
        tags,
        summary: 'End all by which somebody gets in',
        protect: true,
      },
    })
    .input(person.extend({ reason: z.string().trim().min(1, 'is required').max(500) }))
    .output(staffRow)
    .mutation(({ ctx, input }) => disableStaff(ctx, { userId: input.id, reason: input.reason, by: ctx.actor })),

  enable: admin
    .meta({
      openapi: {
        method: 'POST',
        path: '/admin/staff/{id}/enable',
        tags,
        summary: 'Let somebody in again',
        protect: true,
      },
    })
    .input(person)
    .output(staffRow)
    .mutation(({ ctx, input }) => enableStaff(ctx, { userId: input.id, by: ctx.actor })),

  changeRole: admin
    .meta({
      openapi: { method: 'POST', path: '/admin/staff/{id}/role', tags, summary: 'Give another role', protect: true },
    })
    .input(person.extend({ role: z.enum(staffRoles) }))
    .output(staffRow)
    .mutation(({ ctx, input }) => changeRole(ctx, { userId: input.id, role: input.role, by: ctx.actor })),
}
