import type { NetCtx } from '../../platform/context.ts'
import { providerCalls } from '../../platform/metrics.ts'
import { askBreaker, tellBreaker } from '../breaker.ts'

const smtp = { provider: 'email', component: 'smtp' }

/** Whether mail can be sent: there is somebody to hand it to, and a sender's address. */
export function canSendMail(ctx: NetCtx): boolean {
  return ctx.net.mail !== undefined && ctx.env.MAIL_FROM !== undefined
}

/** One mail. With a `reference` each try of it bears the same Message-ID (RFC 5322), by which mailboxes know a copy. */
type Mail = { to: string; subject: string; text: string; reference?: string }

/** Sends one mail, through the breaker. Throws where the mail server did not take it. */
export async function sendMail(ctx: NetCtx, { reference, ...mail }: Mail): Promise<void> {
  const { MAIL_FROM: from } = ctx.env
  if (ctx.net.mail === undefined || from === undefined) throw new Error('Mail is not configured')
  await askBreaker(ctx, smtp)
  try {
    await ctx.net.mail({
      from,
      ...mail,
      ...(reference === undefined ? {} : { messageId: messageIdOf(reference, from) }),
    })
  } catch (error) {
    providerCalls.inc({ provider: smtp.provider, outcome: 'failed' })
    await tellBreaker(ctx, smtp, { succeeded: false, error: error instanceof Error ? error.message : String(error) })
    throw error
  }
  providerCalls.inc({ provider: smtp.provider, outcome: 'ok' })
  await tellBreaker(ctx, smtp, { succeeded: true })
}

const messageIdOf = (reference: string, from: string): string =>
  `<${reference}@${/@([^\s>]+)/.exec(from)?.[1] ?? 'localhost'}>`
