import { ownNumbers } from '@trunkline/core/events/call'
import { lineOf } from '@trunkline/core/numbers/phone'
import { z } from 'zod'
import type { Ctx, NetCtx } from '../../platform/context.ts'
import { callProvider } from '../call.ts'
import type { ListedPage, ListedRecord, ListWindow } from '../listing.ts'

export const canListRetell = (ctx: Pick<Ctx, 'env'>): boolean => (ctx.env.RETELL_API_KEY ?? []).length > 0

const pageSchema = z.object({
  items: z.array(z.looseObject({ call_id: z.string().min(1).max(255) })),
  has_more: z.boolean().optional(),
  pagination_key: z.string().optional(),
})

const text = z.string().optional().catch(undefined)
const number = z.number().optional().catch(undefined)
const callSchema = z.object({
  call_id: z.string(),
  direction: z.enum(['inbound', 'outbound']).optional().catch(undefined),
  from_number: text,
  to_number: text,
  agent_id: text,
  start_timestamp: number,
  end_timestamp: number,
  duration_ms: number,
  telephony_identifier: z.object({ twilio_call_sid: text }).optional().catch(undefined),
  call_cost: z.object({ combined_cost: number }).optional().catch(undefined),
})

const pageSize = 500

/** The calls that began in a window, the oldest first, page by page (`POST /v3/list-calls`). What never connected has no beginning and no length. */
export async function listRetellCalls(ctx: NetCtx, window: ListWindow): Promise<ListedPage> {
  const { from, to, cursor } = window
  const answer = await callProvider(ctx, {
    provider: 'retell',
    component: 'api',
    method: 'POST',
    url: `${ctx.env.RETELL_BASE_URL}/v3/list-calls`,
    headers: { authorization: `Bearer ${ctx.env.RETELL_API_KEY?.[0] ?? ''}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      filter_criteria: { start_timestamp: { type: 'range', op: 'bt', value: [from.getTime(), to.getTime()] } },
      limit: pageSize,
      sort_order: 'ascending',
      ...(cursor === null ? {} : { pagination_key: cursor }),
    }),
  })
  const { items, has_more: hasMore, pagination_key: next } = pageSchema.parse(answer)
  // taken for its end, what follows would be missing there
  if (hasMore === true && (next === undefined || next === cursor))
    throw new SyntaxError('Retell’s list goes on and does not say where')
  return { records: items.flatMap(toListed), next: hasMore === true ? (next ?? null) : null }
}

function toListed(item: object): ListedRecord[] {
  const call = callSchema.parse(item)
  const { start_timestamp: startedAt, end_timestamp: endedAt, duration_ms: stated, call_cost: cost } = call
  if (startedAt === undefined) return []
  const durationMs = stated ?? (endedAt === undefined ? 0 : endedAt - startedAt)
  const numbers = ownNumbers({ direction: call.direction, from: call.from_number, to: call.to_number })
  return [
    {
      providerId: call.call_id,
      carrierId: call.telephony_identifier?.twilio_call_sid || null,
      numbers: numbers.flatMap((one) => lineOf(one) ?? []),
      agentId: call.agent_id || null,
      quantity: Math.max(0, Math.ceil(durationMs / 1000)),
      priceMicros: cost?.combined_cost === undefined ? null : Math.round(cost.combined_cost * 10_000),
      startedAt: new Date(startedAt),
      endedAt: endedAt === undefined ? null : new Date(endedAt),
      record: JSON.stringify(item),
    },
  ]
}
