import { alertMail, alertPost } from '@trunkline/core/alerts/delivery'
import { toWireId } from '@trunkline/core/platform/wire-id'
import type { NetCtx } from '../platform/context.ts'
import { canSendMail, sendMail } from '../providers/mail/send.ts'
import { canPost, postToSlack } from '../providers/slack/post.ts'
import type { Alert } from './lease.ts'

/** How somebody is told beside a text. Nobody can be asked afterwards whether it took the word: what was in the midst of being told is told again. */
export type Way = {
  channel: 'email' | 'slack'
  name: string
  isOpen(ctx: NetCtx): boolean
  tell(ctx: NetCtx, alert: Alert): Promise<void>
}

const addressOf = (ctx: NetCtx, alert: Alert) => `${ctx.env.PUBLIC_URL}/admin/alerts/${toWireId('alert', alert.id)}`

const all: readonly Way[] = [
  {
    channel: 'email',
    name: 'The mail server',
    isOpen: (ctx) => ctx.env.ALERT_EMAIL !== undefined && canSendMail(ctx),
    tell: async (ctx, alert) =>
      await sendMail(ctx, {
        to: ctx.env.ALERT_EMAIL ?? '',
        ...alertMail(alert, addressOf(ctx, alert)),
        reference: `alert.${alert.id}`,
      }),
  },
  {
    channel: 'slack',
    name: 'Slack',
    isOpen: canPost,
    tell: async (ctx, alert) => await postToSlack(ctx, alertPost(alert, addressOf(ctx, alert))),
  },
]

/** Those that are configured, in the order in which they are asked. */
export const openWays = (ctx: NetCtx): Way[] => all.filter(({ isOpen }) => isOpen(ctx))
