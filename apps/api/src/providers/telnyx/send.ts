import { z } from 'zod'
import type { NetCtx } from '../../platform/context.ts'
import { callProvider } from '../call.ts'
import type { SentBefore, TextSender } from '../text-senders.ts'

const sentSchema = z.object({ data: z.object({ id: z.string().min(1).max(255) }) })
const listSchema = z.object({
  data: z.array(z.looseObject({ uuid: z.string(), cli: z.string().nullish(), cld: z.string().nullish() })),
  meta: z.object({ total_pages: z.number().optional() }).optional(),
})
const askedSchema = z.object({ data: z.looseObject({ text: z.string().nullish() }) })

/** So far apart the clocks of Telnyx and ours may be. */
const clockSlackMs = 60_000
const mostPages = 20

const call = (ctx: NetCtx, method: 'GET' | 'POST', path: string, body?: object) =>
  callProvider(ctx, {
    provider: 'telnyx',
    component: 'api',
    method,
    url: `${ctx.env.TELNYX_BASE_URL}/v2/${path}`,
    headers: { authorization: `Bearer ${ctx.env.TELNYX_API_KEY ?? ''}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })

/** From our own number, with a receipt (`POST /v2/messages`). */
async function send(ctx: NetCtx, message: { to: string; body: string }): Promise<{ id: string }> {
  const answer = await call(ctx, 'POST', 'messages', {
    from: ctx.env.TELNYX_NUMBER,
    to: message.to,
    text: message.body,
    webhook_url: `${ctx.env.PUBLIC_URL}/webhooks/telnyx`,
    use_profile_webhooks: false,
  })
  return { id: sentSchema.parse(answer).data.id }
}

/**
 * By the records of what it took (`GET /v2/detail_records`), which name no words: each that may be it is asked for alone
 * (`GET /v2/messages/{id}`, for ten days). They are read from the moment of the first try on, so many pages at most.
 */
async function findSent(ctx: NetCtx, sent: SentBefore): Promise<{ id: string } | undefined> {
  const from = new Date(sent.since.getTime() - clockSlackMs).toISOString()
  for (let page = 1, pages = 1; page <= Math.min(pages, mostPages); page++) {
    const query = new URLSearchParams({
      'filter[record_type]': 'messaging',
      'filter[created_at][gte]': from,
      'page[number]': String(page),
      'page[size]': '50',
    })
    const { data, meta } = listSchema.parse(await call(ctx, 'GET', `detail_records?${query.toString()}`))
    pages = meta?.total_pages ?? 1
    for (const { uuid, cli, cld } of data) {
      if (cli !== ctx.env.TELNYX_NUMBER || cld !== sent.to || sent.except.includes(uuid)) continue
      const { text } = askedSchema.parse(await call(ctx, 'GET', `messages/${encodeURIComponent(uuid)}`)).data
      if (text?.includes(sent.reference)) return { id: uuid }
    }
  }
  return undefined
}

export const telnyxTexts: TextSender = {
  provider: 'telnyx',
  name: 'Telnyx',
  numberIn: (env) => (env.TELNYX_API_KEY === undefined ? undefined : env.TELNYX_NUMBER),
  send,
  findSent,
}
