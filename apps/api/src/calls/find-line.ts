import type { KnownLine, Line } from '@trunkline/core/calls/route'
import { statement } from '@trunkline/db/connect'
import type { Ctx } from '../platform/context.ts'

/** Lines as they were last seen: what is answered while the database is away. */
export type LineMemory = Map<string, Line>
const remembered = 10_000

const patienceMs = 2000

type Row = {
  customer_id: string
  business_name: string
  timezone: string
  agent_id: string | null
  contact_phone: string | null
  customer_status: string
  line_status: string
  is_active: boolean
  hold_id: string | null
}

export type FoundLine = { line: KnownLine; openHold: string | null }

/** Whose line it is, and what is promised to this call already, in one statement. While nobody can look, what was known last. */
export async function findLine(
  ctx: Ctx,
  memory: LineMemory,
  call: { phoneNumber: string | undefined; providerId?: string | undefined },
): Promise<FoundLine> {
  const { phoneNumber } = call
  if (phoneNumber === undefined) return { line: 'unknown', openHold: null }
  const { promise: silence, resolve } = Promise.withResolvers<undefined>()
  const timer = setTimeout(() => resolve(undefined), patienceMs)
  try {
    const rows = await Promise.race([load(ctx, phoneNumber, call.providerId), silence])
    if (rows === undefined) return { line: memory.get(phoneNumber) ?? 'unsure', openHold: null }
    const [row] = rows
    if (row === undefined) return { line: 'unknown', openHold: null }
    const line = lineOf(row)
    remember(memory, phoneNumber, line)
    return { line, openHold: row.hold_id }
  } catch (error) {
    // an answer is owed whatever has happened
    ctx.log.warn({ error }, 'a line could not be looked up')
    return { line: memory.get(phoneNumber) ?? 'unsure', openHold: null }
  } finally {
    clearTimeout(timer)
  }
}

async function load(ctx: Ctx, phoneNumber: string, providerId: string | undefined): Promise<Row[]> {
  return await statement<Row>(
    ctx.db,
    `select agents.customer_id, business_name, timezone, agent_id, contact_phone, customers.status as customer_status, agents.status as line_status,
       is_active, (select id from usage_holds where provider_id = nullif($2::text, '') and usage_holds.customer_id = agents.customer_id
         and state = 'open' and meter = 'call_seconds' order by id limit 1) as hold_id
     from agents join customers on customers.id = agents.customer_id where phone_number = $1`,
    [phoneNumber, providerId ?? ''],
  )
}

const lineOf = (row: Row): Line => ({
  customerId: row.customer_id,
  businessName: row.business_name,
  timezone: row.timezone,
  agentId: row.agent_id,
  contactPhone: row.contact_phone,
  isCustomerActive: row.customer_status === 'active',
  isLineActive: row.is_active && row.line_status === 'deployed',
})

function remember(memory: LineMemory, phoneNumber: string, line: Line): void {
  memory.delete(phoneNumber)
  memory.set(phoneNumber, line)
  const [oldest] = memory.keys()
  if (memory.size > remembered && oldest !== undefined) memory.delete(oldest)
}
