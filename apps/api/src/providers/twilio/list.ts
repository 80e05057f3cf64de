import { ownNumbers } from '@trunkline/core/events/call'
import { charged, type MessageStatus } from '@trunkline/core/events/message'
import { lineOf } from '@trunkline/core/numbers/phone'
import { z } from 'zod'
import type { Ctx, NetCtx } from '../../platform/context.ts'
import { callProvider, ProviderError } from '../call.ts'
import type { ListedPage, ListedRecord, ListWindow } from '../listing.ts'
import { sendingNumbers } from '../text-senders.ts'
import { directionNamed, otherChannel } from './form.ts'

export const canListTwilio = (ctx: Pick<Ctx, 'env'>): boolean =>
  ctx.env.TWILIO_ACCOUNT_SID !== undefined && ctx.env.twilioSecrets.length > 0

const pageSize = 500
const text = z.string().nullish().catch(null)
const common = {
  sid: z.string().min(1).max(255),
  status: z.string(),
  direction: text,
  from: text,
  to: text,
  price: text,
  price_unit: text,
}
const callSchema = z.object({
  ...common,
  duration: text,
  start_time: text,
  end_time: text,
  date_created: text,
  parent_call_sid: text,
})
const messageSchema = z.object({ ...common, num_segments: text, date_created: text, date_updated: text })
const frame = { next_page_uri: text }
const callsPage = z.object({ calls: z.array(z.looseObject({ sid: z.string() })), ...frame })
const messagesPage = z.object({ messages: z.array(z.looseObject({ sid: z.string() })), ...frame })

/** Days, as Twilio filters: the first and the one after the last. */
const day = (at: Date, later = 0) => new Date(at.getTime() + later * 86_400_000).toISOString().slice(0, 10)

async function readPage(ctx: NetCtx, path: string): Promise<unknown> {
  const { TWILIO_ACCOUNT_SID: account = '', TWILIO_BASE_URL: base, twilioSecrets } = ctx.env
  const own = `/2010-04-01/Accounts/${account}/`
  // the next page's address comes from outside, and our token goes along
  if (!path.startsWith(own)) throw new ProviderError('refused', 'twilio names a next page that is not of our account')
  return await callProvider(ctx, {
    provider: 'twilio',
    component: 'api',
    method: 'GET',
    url: `${base}${path}`,
    headers: { authorization: `Basic ${Buffer.from(`${account}:${twilioSecrets[0] ?? ''}`).toString('base64')}` },
  })
}

function firstPage(ctx: NetCtx, list: 'Calls' | 'Messages', window: ListWindow): string {
  const field = list === 'Calls' ? 'StartTime' : 'DateSent'
  const query = new URLSearchParams({
    PageSize: String(pageSize),
    [`${field}>`]: day(window.from),
    [`${field}<`]: day(window.to, 1),
  })
  return `/2010-04-01/Accounts/${ctx.env.TWILIO_ACCOUNT_SID ?? ''}/${list}.json?${query.toString()}`
}

type Priced = { price?: string | null | undefined; price_unit?: string | null | undefined }
/** What Twilio takes, in micro-dollars: it lists it as a negative sum, and not before it is rated. Another currency is no price to us. */
const microsOf = ({ price, price_unit: unit }: Priced): number | null => {
  const value = (price ?? '').trim() === '' ? Number.NaN : Number(price)
  const isDollars = (unit ?? 'USD').toUpperCase() === 'USD'
  return Number.isFinite(value) && isDollars ? Math.round(Math.abs(value) * 1_000_000) : null
}
const instantOf = (time: string | null | undefined): Date | null => {
  const at = Date.parse(time ?? '')
  return Number.isNaN(at) ? null : new Date(at)
}
const wholeOf = (figure: string | null | undefined): number => (/^\d{1,9}$/.test(figure ?? '') ? Number(figure) : 0)
const linesOf = (numbers: readonly string[]) => numbers.flatMap((one) => lineOf(one) ?? [])

/** The calls of the days that a window touches (`GET …/Calls.json`), page by page. */
export async function listTwilioCalls(ctx: NetCtx, window: ListWindow): Promise<ListedPage> {
  const page = callsPage.parse(await readPage(ctx, window.cursor ?? firstPage(ctx, 'Calls', window)))
  return { records: page.calls.flatMap(toCall), next: page.next_page_uri ?? null }
}

const isOver = (status: string) => ['completed', 'busy', 'failed', 'no-answer', 'canceled'].includes(status)

function toCall(item: object): ListedRecord[] {
  const call = callSchema.parse(item)
  const startedAt = instantOf(call.start_time) ?? instantOf(call.date_created)
  // a leg that another call dialled is told of with that call
  if (startedAt === null || (call.parent_call_sid ?? '') !== '') return []
  const direction = directionNamed(call.direction ?? '')
  return [
    {
      providerId: call.sid,
      carrierId: null,
      numbers: linesOf(ownNumbers({ direction, from: call.from ?? undefined, to: call.to ?? undefined })),
      agentId: null,
      quantity: wholeOf(call.duration),
      priceMicros: microsOf(call),
      startedAt,
      endedAt: isOver(call.status) ? (instantOf(call.end_time) ?? startedAt) : null,
      record: JSON.stringify(item),
    },
  ]
}

/** The messages of the days that a window touches (`GET …/Messages.json`). Those of our own numbers are nobody's. */
export async function listTwilioMessages(ctx: NetCtx, window: ListWindow): Promise<ListedPage> {
  const page = messagesPage.parse(await readPage(ctx, window.cursor ?? firstPage(ctx, 'Messages', window)))
  const own = sendingNumbers(ctx.env)
  return {
    records: page.messages.flatMap((item) => toMessage(item, own)),
    next: page.next_page_uri ?? null,
  }
}

function toMessage(item: object, own: readonly string[]): ListedRecord[] {
  const message = messageSchema.parse(item)
  const at = instantOf(message.date_created)
  const isInbound = message.direction?.startsWith('inbound') === true
  const line = ((isInbound ? message.to : message.from) ?? '').replace(otherChannel, '')
  if (at === null || own.includes(line)) return []
  const isTaken = charged.includes(message.status as MessageStatus)
  const isFinal = isTaken || ['failed', 'canceled'].includes(message.status)
  return [
    {
      providerId: message.sid,
      carrierId: null,
      numbers: linesOf([line]),
      agentId: null,
      quantity: isTaken ? Math.max(1, wholeOf(message.num_segments)) : 0,
      priceMicros: microsOf(message),
      startedAt: at,
      endedAt: isFinal ? at : null,
      record: JSON.stringify(item),
    },
  ]
}
