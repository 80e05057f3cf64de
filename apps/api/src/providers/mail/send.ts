import type { NetCtx } from '../../platform/context.ts'
import { providerCalls } from '../../platform/metrics.ts'
import { askBreaker, tellBreaker } from '../breaker.ts'

const smtp = { provider: 'email', component: 'smtp' }

/** Whether mail can be sent: there is somebody to hand it to, and a sender's address. */
export function canSendMail(ctx: NetCtx): boolean {
  return ctx.net.mail !== undefined && ctx.env.MAIL_FROM !== undefined
}

/** Sends one mail, through the breaker. Throws where the mail server did not take it. */
export async function sendMail(ctx: NetCtx, mail: { to: string; subject: string; text: string }): Promise<void> {
  const { MAIL_FROM: from } = ctx.env
  if (ctx.net.mail === undefined || from === undefined) throw new Error('Mail is not configured')
  await askBreaker(ctx, smtp)
  try {
    await ctx.net.mail({ from, ...mail })
  } catch (error) {
    providerCalls.inc({ provider: smtp.provider, outcome: 'failed' })
    await tellBreaker(ctx, smtp, { succeeded: false, error: error instanceof Error ? error.message : String(error) })
    throw error
  }
  providerCalls.inc({ provider: smtp.provider, outcome: 'ok' })
  await tellBreaker(ctx, smtp, { succeeded: true })
}
