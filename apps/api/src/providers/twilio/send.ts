import { z } from 'zod'
import type { NetCtx } from '../../platform/context.ts'
import { callProvider } from '../call.ts'
import type { SentBefore, TextSender } from '../text-senders.ts'

const messageSchema = z.object({ sid: z.string(), status: z.string(), body: z.string().nullish(), to: z.string() })
const listSchema = z.object({ messages: z.array(messageSchema) })

function account(ctx: NetCtx): { base: string; authorization: string } {
  const { TWILIO_ACCOUNT_SID: sid = '', TWILIO_BASE_URL, twilioSecrets } = ctx.env
  return {
    base: `${TWILIO_BASE_URL}/2010-04-01/Accounts/${sid}`,
    authorization: `Basic ${Buffer.from(`${sid}:${twilioSecrets[0] ?? ''}`).toString('base64')}`,
  }
}

/** From our own number, with a receipt (`POST …/Messages.json`). */
async function send(ctx: NetCtx, message: { to: string; body: string }): Promise<{ id: string }> {
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
  return { id: messageSchema.parse(answer).sid }
}

/** By the list of those that it took (`GET …/Messages.json?To&DateSent>`). */
async function findSent(ctx: NetCtx, sent: SentBefore): Promise<{ id: string } | undefined> {
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
  const found = listSchema
    .parse(answer)
    .messages.find(({ sid, body }) => body?.includes(sent.reference) && !sent.except.includes(sid))
  return found && { id: found.sid }
}

export const twilioTexts: TextSender = {
  provider: 'twilio',
  name: 'Twilio',
  numberIn: (env) =>
    env.TWILIO_ACCOUNT_SID !== undefined && env.twilioSecrets.length > 0 ? env.TWILIO_NUMBER : undefined,
  send,
  findSent,
}
