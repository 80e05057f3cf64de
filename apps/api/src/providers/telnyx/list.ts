import { lineOf } from '@trunkline/core/numbers/phone'
import { z } from 'zod'
import type { Ctx, NetCtx } from '../../platform/context.ts'
import { callProvider } from '../call.ts'
import type { ListedPage, ListedRecord, ListWindow } from '../listing.ts'
import { sendingNumbers } from '../text-senders.ts'

export const canListTelnyx = (ctx: Pick<Ctx, 'env'>): boolean => ctx.env.TELNYX_API_KEY !== undefined

/** As many as Telnyx gives at once. */
const pageSize = 50

const text = z.string().nullish().catch(null)
const recordSchema = z.object({
  uuid: z.string().min(1).max(255),
  direction: text,
  /** From and to, in Telnyx's words for records: calling and called line identity. */
  cli: text,
  cld: text,
  status: text,
  parts: z.coerce.number().int().min(0).max(1000).nullish().catch(null),
  cost: z.coerce.number().nullish().catch(null),
  created_at: text,
  sent_at: text,
  completed_at: text,
})
const pageSchema = z.object({
  data: z.array(z.looseObject({ uuid: z.string() })),
  meta: z.object({ page_number: z.number().optional(), total_pages: z.number().optional() }).optional(),
})

/**
 * The messages of a window (`GET /v2/detail_records`, record type messaging), page by page. Telnyx documents no such records of
 * calls: those are compared with the list of whoever reported their length. Messages of our own
 * numbers are nobody's.
 */
export async function listTelnyxMessages(ctx: NetCtx, window: ListWindow): Promise<ListedPage> {
  const page = window.cursor === null ? 1 : Number(window.cursor)
  const query = new URLSearchParams({
    'filter[record_type]': 'messaging',
    'filter[created_at][gte]': window.from.toISOString(),
    'filter[created_at][lt]': window.to.toISOString(),
    'page[number]': String(page),
    'page[size]': String(pageSize),
  })
  const answer = await callProvider(ctx, {
    provider: 'telnyx',
    component: 'api',
    method: 'GET',
    url: `${ctx.env.TELNYX_BASE_URL}/v2/detail_records?${query.toString()}`,
    headers: { authorization: `Bearer ${ctx.env.TELNYX_API_KEY ?? ''}` },
  })
  const { data, meta } = pageSchema.parse(answer)
  const pages = meta?.total_pages ?? (data.length < pageSize ? page : page + 1)
  const hasMore = data.length > 0 && page < pages
  const own = sendingNumbers(ctx.env)
  return { records: data.flatMap((item) => toMessage(item, own)), next: hasMore ? String(page + 1) : null }
}

const isTaken = ['delivered', 'dlr_unconfirmed', 'dlr_timeout', 'received']
const isRefused = ['gw_reject', 'gw_timeout', 'failed']

function instantOf(time: string | null | undefined): Date | null {
  const at = Date.parse(time ?? '')
  return Number.isNaN(at) ? null : new Date(at)
}

function toMessage(item: object, own: readonly string[]): ListedRecord[] {
  const message = recordSchema.parse(item)
  const startedAt = instantOf(message.created_at) ?? instantOf(message.sent_at)
  const line = (message.direction === 'inbound' ? message.cld : message.cli) ?? ''
  if (startedAt === null || own.includes(line)) return []
  const status = message.status ?? ''
  // what failed on the way and costs something had been taken by the carrier
  const isCharged = isTaken.includes(status) || (isRefused.includes(status) && (message.cost ?? 0) > 0)
  const isFinal = isTaken.includes(status) || isRefused.includes(status)
  return [
    {
      providerId: message.uuid,
      carrierId: null,
      numbers: [lineOf(line)].flatMap((one) => one ?? []),
      agentId: null,
      quantity: isCharged ? Math.max(1, message.parts ?? 1) : 0,
      priceMicros: message.cost == null ? null : Math.round(message.cost * 1_000_000),
      startedAt,
      endedAt: isFinal ? (instantOf(message.completed_at) ?? startedAt) : null,
      record: JSON.stringify(item),
    },
  ]
}

/** Whether somebody wrote to us in this message, as it is listed: without what he wrote. */
export const isWordless = (record: string): boolean => {
  const listed = recordSchema.safeParse(JSON.parse(record))
  return listed.success && listed.data.direction === 'inbound'
}

type Delivered = { body: string; at: number | undefined }

/** What the webhook of a message would have said that Telnyx lists so, or answers so when it is asked for it alone, at the time at which it was over. */
export function telnyxDelivered(record: { uuid: string } | { id: string }): Delivered {
  return 'uuid' in record ? listedDelivered(record) : askedDelivered(record)
}

const askedSchema = z.object({ id: z.string(), direction: text, completed_at: text, sent_at: text, received_at: text })

/** Asked for alone it comes as it stands in the webhook. */
function askedDelivered(record: { id: string }): Delivered {
  const { id, direction, completed_at, sent_at, received_at } = askedSchema.parse(record)
  const at = instantOf(completed_at) ?? instantOf(sent_at) ?? instantOf(received_at)
  const type = direction === 'inbound' ? 'message.received' : 'message.finalized'
  return { at: at?.getTime(), body: eventBody({ id, type, at, payload: record }) }
}

const eventBody = (said: { id: string; type: string; at: Date | null; payload: object }) =>
  JSON.stringify({
    data: {
      record_type: 'event',
      event_type: said.type,
      id: `fetched:${said.id}`,
      occurred_at: said.at?.toISOString(),
      payload: said.payload,
    },
  })

function listedDelivered(record: { uuid: string }): Delivered {
  const { uuid, direction, cli, cld, status, parts, cost, created_at, completed_at } = recordSchema.parse(record)
  const isInbound = direction === 'inbound'
  const word = isInbound
    ? 'webhook_delivered'
    : status === 'delivered'
      ? 'delivered'
      : status === 'gw_reject' || status === 'gw_timeout'
        ? 'sending_failed'
        : status === 'failed'
          ? (cost ?? 0) > 0
            ? 'delivery_failed'
            : 'sending_failed'
          : 'delivery_unconfirmed'
  const at = instantOf(completed_at) ?? instantOf(created_at)
  return {
    at: at?.getTime(),
    body: eventBody({
      id: uuid,
      type: isInbound ? 'message.received' : 'message.finalized',
      at,
      payload: {
        id: uuid,
        direction: isInbound ? 'inbound' : 'outbound',
        from: { phone_number: cli },
        to: [{ phone_number: cld, status: word }],
        parts: parts ?? undefined,
      },
    }),
  }
}
