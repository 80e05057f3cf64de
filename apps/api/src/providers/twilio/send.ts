import { z } from 'zod'
import type { NetCtx } from '../../platform/context.ts'
import { callProvider } from '../call.ts'

const messageSchema = z.object({ sid: z.string(), status: z.string(), body: z.string().nullish(), to: z.string() })
const listSchema = z.object({ messages: z.array(messageSchema) })

/** Whether texts can be sent: account, token and number are all configured. */
export function canSendSms(ctx: NetCtx): boolean {
  const { env } = ctx
  return env.TWILIO_ACCOUNT_SID !== undefined && env.twilioSecrets.length > 0 && env.TWILIO_NUMBER !== undefined
}

function account(ctx: NetCtx): { base: string; authorization: string } {
  const { TWILIO_ACCOUNT_SID: sid = '', TWILIO_BASE_URL, twilioSecrets } = ctx.env
  return {
    base: `${TWILIO_BASE_URL}/2010-04-01/Accounts/${sid}`,
    authorization: `Basic ${Buffer.from(`${sid}:${twilioSecrets[0] ?? ''}`).toString('base64')}`,
  }
}

/** Sends one text from our own number (`POST …/Messages.json`). Twilio has no idempotency key: whoever resends asks first. */
export async function sendSms(ctx: NetCtx, message: { to: string; body: string }): Promise<{ sid: string }> {
  const { base, authorization } = account(ctx)
  const form = new URLSearchParams({
    To: message.to,
    From: ctx.env.TWILIO_NUMBER ?? '',
    Body: message.body,
    StatusCallback: `${ctx.env.PUBLIC_URL}/webhooks/twilio/sms-status`,
  })
  const answer = await callProvider(ctx, {
    provider: 'twilio',
    component: 'api',
    method: 'POST',
    url: `${base}/Messages.json`,
    headers: { authorization, 'content-type': 'application/x-www-form-urlencoded' },
    body: form.toString(),
  })
  return { sid: messageSchema.parse(answer).sid }
}

/** The text with this reference that Twilio took since then, if it took one besides those that are known (`GET …/Messages.json?To&DateSent>`). */
export async function findSentSms(
  ctx: NetCtx,
  sent: { to: string; reference: string; since: Date; except: readonly string[] },
): Promise<{ sid: string } | undefined> {
  const { base, authorization } = account(ctx)
  const query = new URLSearchParams({
    To: sent.to,
    PageSize: '100',
    'DateSent>': sent.since.toISOString().slice(0, 10),
  })
  const answer = await callProvider(ctx, {
    provider: 'twilio',
    component: 'api',
    method: 'GET',
    url: `${base}/Messages.json?${query.toString()}`,
    headers: { authorization },
  })
  return listSchema
    .parse(answer)
    .messages.find(({ sid, body }) => body?.includes(sent.reference) && !sent.except.includes(sid))
}
