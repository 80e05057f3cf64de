import { z } from 'zod'
import type { World } from '../world.ts'
import type { RetellCall } from './call.ts'

const numberFilter = z.union([
  z.object({ type: z.literal('number'), op: z.enum(['eq', 'ne', 'gt', 'ge', 'lt', 'le']), value: z.number() }),
  z.object({ type: z.literal('range'), op: z.literal('bt'), value: z.tuple([z.number(), z.number()]) }),
])
const stringFilter = z.object({ type: z.literal('string'), op: z.enum(['eq', 'ne']), value: z.string() })
const enumFilter = z.object({ type: z.literal('enum'), op: z.literal('in'), value: z.array(z.string()) })

type NumberFilter = z.infer<typeof numberFilter>
type TextFilter = z.infer<typeof stringFilter> | z.infer<typeof enumFilter>

export const listCallsSchema = z.object({
  filter_criteria: z
    .object({
      start_timestamp: numberFilter.optional(),
      end_timestamp: numberFilter.optional(),
      duration_ms: numberFilter.optional(),
      call_id: z.union([stringFilter, enumFilter]).optional(),
      call_status: enumFilter.optional(),
      direction: enumFilter.optional(),
      from_number: stringFilter.optional(),
      to_number: stringFilter.optional(),
    })
    .optional(),
  limit: z.number().int().min(1).max(1000).default(50),
  sort_order: z.enum(['ascending', 'descending']).default('descending'),
  pagination_key: z.string().optional(),
  skip: z.number().int().min(0).default(0),
  include_total: z.boolean().default(false),
})

export function listRetellCalls(world: World, input: z.infer<typeof listCallsSchema>) {
  const { filter_criteria: filter = {}, limit, skip, pagination_key: key } = input
  const found = [...world.retellCalls.values()]
    .filter(
      (call) =>
        fitsNumber(call.start_timestamp, filter.start_timestamp) &&
        fitsNumber(call.end_timestamp, filter.end_timestamp) &&
        fitsNumber(call.duration_ms, filter.duration_ms) &&
        fitsText(call.call_id, filter.call_id) &&
        fitsText(call.call_status, filter.call_status) &&
        fitsText(call.direction, filter.direction) &&
        fitsText(call.from_number, filter.from_number) &&
        fitsText(call.to_number, filter.to_number),
    )
    .sort((one, other) => (other.start_timestamp ?? 0) - (one.start_timestamp ?? 0))
  if (input.sort_order === 'ascending') found.reverse()
  const start = key ? found.findIndex((call) => call.call_id === decodeKey(key)) + 1 : skip
  const items = found.slice(start, start + limit)
  const last = items.at(-1)
  const hasMore = start + limit < found.length
  return {
    items: items.map((call) => summarize(call, world.listedLonger.get(call.call_id ?? '') ?? 0)),
    has_more: hasMore,
    ...(hasMore && last?.call_id ? { pagination_key: Buffer.from(last.call_id).toString('base64url') } : {}),
    ...(input.include_total ? { total: found.length } : {}),
  }
}

function decodeKey(key: string) {
  return Buffer.from(key, 'base64url').toString('utf8')
}

function summarize(call: Partial<RetellCall>, longerByMs: number) {
  const { transcript, transcript_object, transcript_with_tool_calls, ...summary } = call
  const { duration_ms: durationMs } = summary
  return longerByMs > 0 && durationMs !== undefined ? { ...summary, duration_ms: durationMs + longerByMs } : summary
}

// a call that never connected has no start and is in no range of time
function fitsNumber(value: number | undefined, filter: NumberFilter | undefined) {
  if (!filter) return true
  if (value === undefined) return false
  if (filter.type === 'range') return value >= filter.value[0] && value <= filter.value[1]
  const difference = value - filter.value
  const answers = {
    eq: difference === 0,
    ne: difference !== 0,
    gt: difference > 0,
    ge: difference >= 0,
    lt: difference < 0,
    le: difference <= 0,
  }
  return answers[filter.op]
}

function fitsText(value: string | undefined, filter: TextFilter | undefined) {
  if (!filter) return true
  if (filter.type === 'enum') return value !== undefined && filter.value.includes(value)
  return filter.op === 'eq' ? value === filter.value : value !== filter.value
}
