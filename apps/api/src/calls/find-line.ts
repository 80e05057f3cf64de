import type { KnownLine, Line } from '@trunkline/core/calls/route'
import { statement } from '@trunkline/db/connect'
import type { Ctx } from '../platform/context.ts'
import { gatherOn } from '../platform/gather.ts'

/** What a call that is taken is promised. */
export type Admitted = { line: KnownLine; holdId: string | null; maxSeconds: number; flagged: boolean }

/**
 * What was known last: lines, and until when (epoch milliseconds) calls are not answered. What is answered by while the database is away.
 * `ringing`: what those are promised that have just been asked about, by the carrier's name, oldest first; undefined where refused.
 */
export type LineMemory = {
  lines: Map<string, Line>
  maintenanceUntil: number
  ringing: Map<string, { since: number; admitted: Promise<Admitted | undefined> }>
}
export const openMemory = (): LineMemory => ({ lines: new Map(), maintenanceUntil: 0, ringing: new Map() })

const remembered = 10_000

const patienceMs = 2000

/** Calls that ring at the same moment are looked up together. */
const askOn = gatherOn((db, asked: readonly Asked[]) => load(db, asked), patienceMs)

type Row = {
  is_in_maintenance: boolean
  maintenance_until: string | null
  customer_id: string | null
  business_name: string
  timezone: string
  agent_id: string | null
  contact_phone: string | null
  customer_status: string
  line_status: string
  is_active: boolean
  hold_id: string | null
  left_seconds: string
  usual_seconds: number | null
}

export type FoundLine = {
  line: KnownLine
  /** What is held for this call, and what its customer has left with it. */
  openHold: { id: string; leftSeconds: number } | null
  /** What 19 of 20 of the customer's latest calls lasted at the longest. Undefined where nobody looked. */
  usualSeconds: number | null | undefined
  isInMaintenance: boolean
}

/**
 * Whose line it is, what is promised to this call already, how long calls of it usually last, and whether calls are answered at all, in
 * one statement. While nobody can look, what was known last.
 */
export async function findLine(
  ctx: Ctx,
  memory: LineMemory,
  call: { phoneNumber: string | undefined; providerId?: string | undefined; isSilent?: boolean },
): Promise<FoundLine> {
  const phoneNumber = call.phoneNumber ?? ''
  const unseen = (): FoundLine => ({
    line: phoneNumber === '' ? 'unknown' : (memory.lines.get(phoneNumber) ?? 'unsure'),
    openHold: null,
    usualSeconds: undefined,
    isInMaintenance: Date.now() < memory.maintenanceUntil,
  })
  if (call.isSilent) return unseen()
  const { promise: silence, resolve } = Promise.withResolvers<undefined>()
  const timer = setTimeout(() => resolve(undefined), patienceMs)
  try {
    const row = await Promise.race([askOn(ctx.db)({ phoneNumber, providerId: call.providerId }), silence])
    if (row === undefined) return unseen()
    const isInMaintenance = row.is_in_maintenance
    memory.maintenanceUntil = isInMaintenance ? Date.parse(row.maintenance_until ?? '9999-12-31') : 0
    if (row.customer_id === null) {
      memory.lines.delete(phoneNumber)
      return { line: 'unknown', openHold: null, usualSeconds: undefined, isInMaintenance }
    }
    const line = lineOf(row, row.customer_id)
    remember(memory, phoneNumber, line)
    const openHold = row.hold_id === null ? null : { id: row.hold_id, leftSeconds: Number(row.left_seconds) }
    return { line, openHold, usualSeconds: row.usual_seconds, isInMaintenance }
  } catch (error) {
    // an answer is owed whatever has happened
    ctx.log.warn({ error }, 'a line could not be looked up')
    return unseen()
  } finally {
    clearTimeout(timer)
  }
}

type Asked = { phoneNumber: string; providerId: string | undefined }

/** One row for each question, in their order. */
async function load(db: Ctx['db'], asked: readonly Asked[]): Promise<Row[]> {
  return await statement<Row>(
    db,
    // a limit in each: one key after the other is looked up, where a join would read all lines and all customers
    `select coalesce((select is_on and (until is null or until > now()) from answering_switch), false) as is_in_maintenance,
       (select until from answering_switch) as maintenance_until,
       line.customer_id, business_name, timezone, agent_id, contact_phone, customer_status, line_status, is_active, hold_id,
       (select call_cap_seconds + call_credit_seconds + rollover_seconds + grace_seconds - call_used_seconds from usage_limits
         where usage_limits.customer_id = line.customer_id and hold_id is not null) as left_seconds,
       (select percentile_disc(0.95) within group (order by seconds) from (
         select seconds from call_events where call_events.customer_id = line.customer_id order by id desc limit 100
       ) as latest where seconds > 0) as usual_seconds
     from unnest($1::text[], $2::text[]) with ordinality as asked (phone_number, provider_id, place)
     left join lateral (
       select customer_id, agent_id, status as line_status, is_active from agents where phone_number = asked.phone_number limit 1
     ) as line on true
     left join lateral (
       select business_name, timezone, status as customer_status,
         case when not exists (select 1 from agents where phone_number = contact_phone) then contact_phone end as contact_phone
       from customers where id = line.customer_id limit 1
     ) as customer on true
     left join lateral (
       select id as hold_id from usage_holds where usage_holds.provider_id = nullif(asked.provider_id, '')
         and usage_holds.customer_id = line.customer_id and state = 'open' and meter = 'call_seconds' order by id limit 1
     ) as hold on true
     order by place`,
    [asked.map(({ phoneNumber }) => phoneNumber), asked.map(({ providerId }) => providerId ?? '')],
  )
}

const lineOf = (row: Row, customerId: string): Line => ({
  customerId,
  businessName: row.business_name,
  timezone: row.timezone,
  agentId: row.agent_id,
  contactPhone: row.contact_phone,
  isCustomerActive: row.customer_status === 'active',
  isLineActive: row.is_active && row.line_status === 'deployed',
})

function remember({ lines }: LineMemory, phoneNumber: string, line: Line): void {
  lines.delete(phoneNumber)
  lines.set(phoneNumber, line)
  const [oldest] = lines.keys()
  if (lines.size > remembered && oldest !== undefined) lines.delete(oldest)
}
